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
                var xRow = x + token * columns;
                // Four independent float64 sums: the processor overlaps them, the result stays exact to ~1e-16.
                double a = 0, b = 0, c = 0, d = 0;
                long k = 0;
                for (; k + 3 < columns; k += 4)
                {
                    a += (double)xRow[k] * scratch[k];
                    b += (double)xRow[k + 1] * scratch[k + 1];
                    c += (double)xRow[k + 2] * scratch[k + 2];
                    d += (double)xRow[k + 3] * scratch[k + 3];
                }
                for (; k < columns; k++)
                    a += (double)xRow[k] * scratch[k];
                y[token * yStride + row - rowStart] = (float)(a + b + (c + d) + (bias is null ? 0 : bias[row]));
            }
        }
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
