using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Kernels.Integers;
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

    /// <param name="step">The step the product belongs to.</param>
    public BoundLinear(LinearOp op, PlanStep step, BoundWeights weights, ForwardState state)
        : this(op, step, weights.Matrix(op.Weight), op.Bias is null ? null : weights.Vector(op.Bias), state)
    {
    }

    public BoundLinear(LinearOp op, PlanStep step, Tensor weight, float* bias, ForwardState state)
    {
        this.state = state;
        this.bias = bias;
        Weight = weight;
        var index = step.Op.Inputs.Index().First(item => item.Item.Id == op.Input.Id).Index;
        input = state.Arena + step.Inputs[index];
        inputRowBytes = op.Input.RowBytes;
        integers = op.Input.Quantized ? state.Kernels.Integers : null;
    }

    public Tensor Weight { get; }

    /// <summary>Scratch floats that <see cref="Multiply"/> needs for <paramref name="rows"/> rows at a time.</summary>
    public static long ScratchFloats(LinearOp op, Plan plan, KernelSet kernels, int rows)
    {
        var columns = op.Input.Width;
        var floats = op.Input.Quantized ? kernels.Integers!.MatMulScratchFloats(columns, rows) : kernels.MatMulScratchFloats(columns, rows);
        if (plan.Phase == Phase.Prefill || plan.MaxTokens == 1)
            return floats;
        return Math.Max(floats, op.Input.Quantized ? kernels.Integers!.MatVecsScratchFloats(columns, rows, plan.MaxTokens) : kernels.MatVecsScratchFloats(columns, rows, plan.MaxTokens));
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
