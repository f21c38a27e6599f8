using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>A matrix product with its addresses: weight, bias, and the input in the arena, floats or integers.</summary>
internal sealed unsafe class BoundLinear
{
    private readonly ForwardState state;
    private readonly byte* input;
    private readonly long inputRowBytes;
    private readonly float* bias;
    private readonly IntegerDot? integers;

    public BoundLinear(StepBinding binding, OperandRole weight, OperandRole bias, OperandRole inputRole)
    {
        state = binding.State;
        Weight = binding.Matrix(weight);
        this.bias = binding.Vector(bias);
        var operand = binding.Step[inputRole];
        input = binding.Find(inputRole);
        inputRowBytes = operand.Format.RowBytes(operand.Shape[1]);
        integers = operand.Format.IsInteger ? state.Kernels.Integers : null;
    }

    public Tensor Weight { get; }

    /// <summary>Scratch floats that <see cref="Multiply"/> needs for <paramref name="rows"/> rows at a time.</summary>
    public static long ScratchFloats(Plan plan, Step step, OperandRole inputRole, KernelSet kernels, int rows)
    {
        var input = step[inputRole];
        var columns = input.Shape[1];
        var integers = input.Format.IsInteger;
        var floats = integers ? kernels.Integers!.MatMulScratchFloats(columns, rows) : kernels.MatMulScratchFloats(columns, rows);
        if (plan.Phase == Phase.Prefill || plan.MaxTokens == 1)
            return floats;
        return Math.Max(floats, integers ? kernels.Integers!.MatVecsScratchFloats(columns, rows, plan.MaxTokens) : kernels.MatVecsScratchFloats(columns, rows, plan.MaxTokens));
    }

    /// <summary>
    /// y[t, n - rowStart] = bias[n] + x[tokenStart + t] . weight[n], for rows [rowStart, rowEnd) of the weight. Rows of the input that are sequences get what each of them
    /// would get alone, bit for bit.
    /// </summary>
    public void Multiply(long rowStart, long rowEnd, int tokenStart, int tokens, float* y, long yStride, float* scratch)
    {
        var x = input + tokenStart * inputRowBytes;
        if (tokens > 1 && state.RowsAreSequences)
        {
            if (integers is null)
                state.Kernels.MatVecs(Weight, rowStart, rowEnd, bias, (float*)x, tokens, y, yStride, scratch);
            else
                integers.MatVecs(Weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        }
        else if (integers is null)
        {
            state.Kernels.MatMul(Weight, rowStart, rowEnd, bias, (float*)x, tokens, y, yStride, scratch);
        }
        else
        {
            integers.MatMul(Weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        }
    }
}
