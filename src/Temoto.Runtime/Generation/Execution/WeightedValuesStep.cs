using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class WeightedValuesStep(StepBinding binding) : GemmAttentionStep(binding, OperandRole.Input)
{
    private readonly CachePlace values = binding.Cache(OperandRole.Values);

    public static long ScratchFloats(Step step, KernelSet kernels) =>
        (long)step.Tile(Dimension.Tokens) * step.Attention!.GroupHeads * step.Attention.HeadDim + kernels.KvScratchFloats(step.Attention.HeadDim);

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var group = Shape.GroupHeads * Shape.HeadDim;
        var width = (long)Shape.Heads * Shape.HeadDim;
        new Span<float>(scratch, tokens * group).Clear();
        var first = FirstPanel(start);
        var weights = Input + Row(kvHead, start) + first;
        var view = State.Cache.At(values, kvHead);
        var length = Length(start + tokens - 1);
        if (Integers is null)
            Kernels.AddValues(weights, Stride, tokens * Shape.GroupHeads, view, first, length, scratch, scratch + (long)tokens * group);
        else
            Integers.AddValues(weights, Stride, tokens * Shape.GroupHeads, view, first, length, scratch);
        for (var token = 0; token < tokens; token++)
            Kernels.Copy(scratch + (long)token * group, Output + (start + token) * width + kvHead * group, group);
    }
}
