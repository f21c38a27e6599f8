using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>What a float matrix is after quantization and back, with the rounding of the final step: the inside of every search.</summary>
internal static unsafe class RoundTrip
{
    /// <summary>
    /// destination[r, c] = Q(source[r, c] * s[c] / t[r]) / s[c] * t[r]; null <paramref name="scales"/> s or <paramref name="rowScales"/> t are all ones. The two may be the
    /// same matrix.
    /// </summary>
    public static void Run(Tensor source, float[]? scales, WeightFormat format, Tensor destination, ParallelKernels compute, float[]? rowScales = null)
    {
        var columns = (int)source.Columns;
        var groupSize = WeightEncoder.GroupColumns(format, columns);
        var wholeMatrix = format.PerTensor ? WholeMatrix(source, scales, rowScales, format, compute) : default;
        var scratch = compute.Scratch(columns);
        ParallelRows.Run(compute.Pool, source.Rows, ParallelKernels.TileRows, (start, end, worker) =>
        {
            var scaled = new Span<float>(scratch[worker], columns);
            for (var row = start; row < end; row++)
            {
                Scale(new ReadOnlySpan<float>(source.Row(row), columns), scales, rowScales is null ? 1 : 1 / rowScales[row], scaled);
                for (var first = 0; first < columns; first += groupSize)
                {
                    var group = scaled.Slice(first, Math.Min(groupSize, columns - first));
                    var grid = format.PerTensor ? wholeMatrix : GroupGrid.Fit(group, format);
                    grid.RoundTrip(group, group);
                }
                var result = new Span<float>(destination.Row(row), columns);
                var rowScale = rowScales is null ? 1 : rowScales[row];
                for (var column = 0; column < columns; column++)
                    result[column] = scaled[column] / (scales is null ? 1 : scales[column]) * rowScale;
            }
        });
    }

    /// <summary>The largest |w[r, j]| of each column.</summary>
    public static float[] ColumnMagnitudes(Tensor matrix)
    {
        var largest = new float[matrix.Columns];
        for (long row = 0; row < matrix.Rows; row++)
        {
            var weights = (float*)matrix.Row(row);
            for (var column = 0; column < largest.Length; column++)
                largest[column] = Math.Max(largest[column], Math.Abs(weights[column]));
        }
        return largest;
    }

    private static void Scale(ReadOnlySpan<float> weights, float[]? scales, float rowFactor, Span<float> scaled)
    {
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = weights[i] * (scales is null ? 1 : scales[i]) * rowFactor;
    }

    private static GroupGrid WholeMatrix(Tensor matrix, float[]? scales, float[]? rowScales, WeightFormat format, ParallelKernels compute)
    {
        var columns = (int)matrix.Columns;
        var largest = new float[matrix.Rows];
        var scratch = compute.Scratch(columns);
        ParallelRows.Run(compute.Pool, matrix.Rows, ParallelKernels.TileRows, (start, end, worker) =>
        {
            var scaled = new Span<float>(scratch[worker], columns);
            for (var row = start; row < end; row++)
            {
                Scale(new ReadOnlySpan<float>(matrix.Row(row), columns), scales, rowScales is null ? 1 : 1 / rowScales[row], scaled);
                var (low, high) = GroupGrid.Range(scaled);
                largest[row] = Math.Max(-low, high);
            }
        });
        return GroupGrid.Fit(-largest.Max(), largest.Max(), format);
    }
}
