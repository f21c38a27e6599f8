using System.Runtime.Intrinsics;
using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

/// <summary>
/// The in-house oracle behind <c>--precise</c>: weights dequantized to float32, every sum, norm, exponential and rotation in float64.
/// Slow on purpose; only the rounding of activations to float32 between operators remains.
/// </summary>
internal sealed unsafe partial class PreciseKernelSet : KernelSet
{
    private readonly ScalarKernelSet specification = new();

    public override string Name => "precise";

    /// <summary>A row of weights, in float64.</summary>
    public override long MatMulScratchFloats(long columns, int rows) => 2 * columns;

    /// <summary>Each token is summed by itself in any case.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch) =>
        MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => MatMulScratchFloats(columns, rows);

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        for (var row = rowStart; row < rowEnd; row++)
        {
            // Decoded behind where it is widened to, the last element last: nothing is written over before it is read.
            var decoded = scratch + columns;
            DecodeRow(weight, row, decoded);
            var weights = (double*)scratch;
            for (long k = 0; k < columns; k++)
                weights[k] = decoded[k];
            for (var token = 0; token < tokens; token++)
            {
                var sum = Dot(x + token * columns, weights, columns);
                y[token * yStride + row - rowStart] = (float)(sum + (bias is null ? 0 : bias[row]));
            }
        }
    }

    /// <summary>Four registers of float64 sums: the processor overlaps them, the result stays exact to ~1e-16.</summary>
    private static double Dot(float* x, double* weights, long columns)
    {
        Vector256<double> a = default, b = default, c = default, d = default;
        long k = 0;
        for (; k + 15 < columns; k += 16)
        {
            var (x0, x1) = Vector256.Widen(Vector256.Load(x + k));
            var (x2, x3) = Vector256.Widen(Vector256.Load(x + k + 8));
            // Products of two float32 are exact in float64.
            a += x0 * Vector256.Load(weights + k);
            b += x1 * Vector256.Load(weights + k + 4);
            c += x2 * Vector256.Load(weights + k + 8);
            d += x3 * Vector256.Load(weights + k + 12);
        }
        var sum = Vector256.Sum(a + b + (c + d));
        for (; k < columns; k++)
            sum += x[k] * weights[k];
        return sum;
    }

    public override void DecodeRow(Tensor weight, long row, float* destination) => BlockDecoder.DecodeRow(weight, row, destination);

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int width)
    {
        double squares = 0;
        for (var i = 0; i < width; i++)
            squares += (double)x[i] * x[i];
        var scale = 1 / Math.Sqrt(squares / width + epsilon);
        for (var i = 0; i < width; i++)
            y[i] = (float)(weight[i] * (x[i] * scale));
    }

    public override void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved)
    {
        var half = headDim / 2;
        for (var i = 0; i < half; i++)
        {
            var first = interleaved ? 2 * i : i;
            var second = interleaved ? first + 1 : i + half;
            double a = head[first];
            double b = head[second];
            head[first] = (float)(a * cosines[i] - b * sines[i]);
            head[second] = (float)(a * sines[i] + b * cosines[i]);
        }
    }

    public override void SiluMultiply(float* gate, float* up, long count)
    {
        for (long i = 0; i < count; i++)
            gate[i] = (float)(gate[i] / (1 + Math.Exp(-gate[i])) * up[i]);
    }

    public override void Add(float* x, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] += y[i];
    }

    /// <summary>The grid is part of the model, not an approximation of it: the precise set rounds to it as every other does.</summary>
    public override void RoundToGrid(float* x, float scale, float* y, long count) => specification.RoundToGrid(x, scale, y, count);

    public override float MaxMagnitude(float* x, long count) => specification.MaxMagnitude(x, count);
}
