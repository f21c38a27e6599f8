using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The projection of one of q, k, v with what follows it on each head.</summary>
internal sealed unsafe class BoundHeads(StepBinding binding, int heads, BoundLinear linear, OperandRole norm, OperandRole rotary)
{
    private readonly int headDim = binding.Step.Attention!.HeadDim;
    private readonly ForwardState state = binding.State;
    private readonly BoundNorm? norm = binding.Step.Find(norm) is null ? null : new BoundNorm(binding, norm);
    private readonly BoundRotary? rotary = binding.Rotary(rotary);

    public int Heads => heads;

    public static BoundHeads Query(StepBinding binding) => new(
        binding, binding.Step.Attention!.Heads, new BoundLinear(binding, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.Input), OperandRole.QueryNorm, OperandRole.QueryRotary);

    public static BoundHeads Key(StepBinding binding) => new(
        binding, binding.Step.Attention!.KvHeads, new BoundLinear(binding, OperandRole.KeyWeight, OperandRole.KeyBias, OperandRole.KeyInput), OperandRole.KeyNorm, OperandRole.KeyRotary);

    public static BoundHeads Value(StepBinding binding) => new(
        binding, binding.Step.Attention!.KvHeads, new BoundLinear(binding, OperandRole.ValueWeight, OperandRole.ValueBias, OperandRole.ValueInput), OperandRole.ValueNorm, OperandRole.ValueRotary);

    /// <summary>One head of some tokens: projected, normed, turned. y is [tokens, yStride], of which HeadDim floats are written.</summary>
    public void Compute(int head, int tokenStart, int tokens, float* y, long yStride, float* scratch)
    {
        linear.Multiply((long)head * headDim, (head + 1L) * headDim, tokenStart, tokens, y, yStride, scratch);
        for (var token = 0; token < tokens; token++, y += yStride)
        {
            norm?.Compute(y, y, headDim);
            rotary?.Turn(state.Kernels, y, tokenStart + token);
        }
    }
}
