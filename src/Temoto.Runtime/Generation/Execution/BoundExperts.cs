using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>One matrix of each expert, with its bias where it has one, and rows that are multiplied with them: floats or integers, gathered from wherever they lie.</summary>
internal sealed unsafe class BoundExperts
{
    /// <summary>Tokens that are multiplied together.</summary>
    public const int MostTokens = 64;

    private readonly ForwardState state;
    private readonly IntegerDot? integers;

    /// <summary>Of each expert; none where they have none.</summary>
    private readonly float*[] biases;

    public BoundExperts(StepBinding binding, OperandRole role, OperandRole bias)
    {
        state = binding.State;
        Weights = binding.Matrices(role);
        biases = binding.Vectors(bias);
        integers = binding.Step[OperandRole.Input].Format.IsInteger ? state.Kernels.Integers : null;
    }

    public Tensor[] Weights { get; }

    /// <summary>Scratch floats that <see cref="Multiply"/> needs.</summary>
    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels, long columns, int rows)
    {
        if (step[OperandRole.Input].Format.IsInteger)
            return Math.Max(kernels.Integers!.MatMulScratchFloats(columns, rows), plan.Phase == Phase.Decode ? kernels.Integers.MatVecsScratchFloats(columns, rows, Math.Min(plan.MaxTokens, MostTokens)) : 0);
        return Math.Max(kernels.MatMulScratchFloats(columns, rows), plan.Phase == Phase.Decode ? kernels.MatVecsScratchFloats(columns, rows, Math.Min(plan.MaxTokens, MostTokens)) : 0);
    }

    /// <summary>y[t, n - rowStart] = bias[n] + x[t] . weight[n] of an expert. Rows that are sequences get what each of them would get alone, bit for bit.</summary>
    /// <param name="x">[tokens, row], one after the other.</param>
    public void Multiply(int expert, long rowStart, long rowEnd, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var weight = Weights[expert];
        var bias = biases.Length == 0 ? null : biases[expert];
        var apart = tokens > 1 && state.RowsAreSequences;
        if (integers is null && apart)
            state.Kernels.MatVecs(weight, rowStart, rowEnd, bias, (float*)x, tokens, y, yStride, scratch);
        else if (integers is null)
            state.Kernels.MatMul(weight, rowStart, rowEnd, bias, (float*)x, tokens, y, yStride, scratch);
        else if (apart)
            integers.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        else
            integers.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }
}
