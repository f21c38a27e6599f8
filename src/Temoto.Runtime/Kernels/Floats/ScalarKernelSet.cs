using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

/// <summary>
/// The specification: each operator as its formula reads, one element after the other. Float32 storage, float32 arithmetic;
/// <see cref="PreciseKernelSet"/> is the same with float64 inside.
/// </summary>
internal unsafe partial class ScalarKernelSet : KernelSet
{
    public override string Name => "scalar";

    public override IntegerDot Integers { get; } = new ScalarIntegerDot();

    public override IntegerAttention IntegerAttention { get; } = new ScalarIntegerAttention();

    public override long MatMulScratchFloats(long columns, int rows) => columns;

    /// <summary>Each token is summed by itself in any case.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch) =>
        MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => MatMulScratchFloats(columns, rows);

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        for (var row = rowStart; row < rowEnd; row++)
        {
            DecodeRow(weight, row, scratch);
            for (var token = 0; token < tokens; token++)
            {
                var sum = 0f;
                for (long k = 0; k < columns; k++)
                    sum += x[token * columns + k] * scratch[k];
                y[token * yStride + row - rowStart] = bias is null ? sum : sum + bias[row];
            }
        }
    }

    public override void DecodeRow(Tensor weight, long row, float* destination) => BlockDecoder.DecodeRow(weight, row, destination);

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int width)
    {
        var squares = 0f;
        for (var i = 0; i < width; i++)
            squares += x[i] * x[i];
        var scale = 1 / MathF.Sqrt(squares / width + epsilon);
        for (var i = 0; i < width; i++)
            y[i] = weight[i] * (x[i] * scale);
    }

    public override void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved) =>
        RotatePairs(head, cosines, sines, headDim, interleaved, 0);

    /// <summary>The pairs from <paramref name="firstPair"/> on; the tail of the vector kernels too.</summary>
    public static void RotatePairs(float* head, float* cosines, float* sines, int headDim, bool interleaved, int firstPair)
    {
        var half = headDim / 2;
        for (var i = firstPair; i < half; i++)
        {
            var first = interleaved ? 2 * i : i;
            var second = interleaved ? first + 1 : i + half;
            var a = head[first];
            var b = head[second];
            head[first] = a * cosines[i] - b * sines[i];
            head[second] = a * sines[i] + b * cosines[i];
        }
    }

    public override void SiluMultiply(float* gate, float* up, long count)
    {
        for (long i = 0; i < count; i++)
            gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    public override void Add(float* x, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] += y[i];
    }

    public override void RoundToGrid(float* x, float scale, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            y[i] = Math.Clamp(MathF.Round(x[i] / scale, MidpointRounding.ToEven), -InputGrid.Limit, InputGrid.Limit) * scale;
    }

    public override float MaxMagnitude(float* x, long count)
    {
        var largest = 0f;
        for (long i = 0; i < count; i++)
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        return largest;
    }
}
