using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// AWQ's scale search (Lin et al., arXiv 2306.00978; AutoAWQ's quantizer.py): of 20 scale vectors the one whose quantized weights change the inspected module's output
/// least. Ones are added to the candidates, so that the result is never worse than rounding to nearest.
/// </summary>
internal static unsafe class AwqScales
{
    /// <summary>Ratios 0, 1/20 .. 19/20; 1 is never tried.</summary>
    private const int Ratios = 20;

    private const float Smallest = 1e-4f;

    /// <param name="scratch">Overwritten; shaped like the layer's weights.</param>
    public static GroupChoice Search(LayerCalibration layer, BoundGroup group, QuantizationSettings settings, LayerWeights scratch, ParallelKernels compute, CancellationToken cancellation)
    {
        double Error(float[]? scales, double enough)
        {
            foreach (var linear in group.Linears)
                RoundTrip.Run(layer.Weights[linear.Weight], scales, settings.Weights, scratch[linear.Weight], compute);
            return layer.InspectedError(group, name => scratch[name], null, enough, cancellation);
        }

        var rtnError = Error(null, double.PositiveInfinity);
        var best = new GroupChoice(group, null, null, null, null, rtnError, rtnError);
        if (group.FoldInto is null)
            return best;
        var inputs = layer.MeanMagnitude(group.Input);
        var weights = MeanWeights([.. group.Linears.Select(linear => layer.Weights[linear.Weight])], settings.Weights);
        for (var step = 0; step < Ratios; step++)
        {
            var ratio = step / (float)Ratios;
            foreach (var duo in settings.AwqScaling switch { AwqScaling.Plain => [false], AwqScaling.Duo => [true], _ => new[] { false, true } })
            {
                var scales = Of(inputs, duo ? weights : null, ratio);
                var error = Error(scales, best.Error);
                if (error < best.Error)
                    best = best with { Scales = scales, Exponent = step / (double)Ratios, Error = error };
            }
        }
        return best;
    }

    /// <summary>
    /// Plain: s = max(x^r, 1e-4). Duo, with <paramref name="weights"/>: s = max(x^r / (w^(1 - r) + 1e-4), 1e-4). Then s / sqrt(max(s) min(s)), and 1 for what is no number.
    /// </summary>
    public static float[] Of(float[] inputs, float[]? weights, float ratio)
    {
        var scales = new float[inputs.Length];
        for (var i = 0; i < scales.Length; i++)
        {
            var scale = MathF.Pow(inputs[i], ratio);
            if (weights is not null)
                scale /= MathF.Pow(weights[i], 1 - ratio) + Smallest;
            scales[i] = Math.Max(scale, Smallest);
        }
        var center = MathF.Sqrt(scales.Max() * scales.Min());
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] /= center;
            if (!float.IsFinite(scales[i]) || scales[i] == 0)
                scales[i] = 1;
        }
        return scales;
    }

    /// <summary>Mean over all rows of all matrices of |w| / (largest |w| in its group + 1e-6).</summary>
    public static float[] MeanWeights(IReadOnlyList<Tensor> matrices, WeightFormat format)
    {
        var columns = (int)matrices[0].Columns;
        var groupSize = WeightEncoder.GroupColumns(format, columns);
        var sums = new double[columns];
        foreach (var matrix in matrices)
        {
            for (long row = 0; row < matrix.Rows; row++)
            {
                var weights = new ReadOnlySpan<float>(matrix.Row(row), columns);
                for (var first = 0; first < columns; first += groupSize)
                {
                    var end = Math.Min(first + groupSize, columns);
                    var (low, high) = GroupGrid.Range(weights[first..end]);
                    var largest = Math.Max(-low, high) + 1e-6f;
                    for (var column = first; column < end; column++)
                        sums[column] += Math.Abs(weights[column]) / largest;
                }
            }
        }
        var rows = matrices.Sum(matrix => matrix.Rows);
        return [.. sums.Select(sum => (float)(sum / rows))];
    }
}
