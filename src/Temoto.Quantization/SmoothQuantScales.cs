using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// SmoothQuant (Xiao et al., arXiv 2211.10438): s = max|x|^alpha / max|w|^(1 - alpha) moves outliers of the activations into the weights. The paper takes one alpha for a
/// model; here each group takes the one of 0.3 .. 0.9 whose inspected module, with rounded weights and activations, errs least. Ones are among the candidates.
/// Where one scale serves a whole matrix, folding into a linear layer spreads the rows of that one and costs it precision: its rounding is then measured as well.
/// </summary>
internal static unsafe class SmoothQuantScales
{
    /// <summary>A static grid may cut off outliers: the largest magnitude times one of these.</summary>
    private static readonly float[] Ranges = [1, 0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.4f, 0.3f];

    /// <param name="earlier">What the groups before this one have chosen.</param>
    /// <param name="scratch">Overwritten; shaped like the layer's weights.</param>
    public static GroupChoice Search(LayerCalibration layer, BoundGroup group, IReadOnlyList<GroupChoice> earlier, QuantizationSettings settings, LayerWeights scratch, ParallelKernels compute, CancellationToken cancellation)
    {
        var largest = layer.LargestMagnitude(group.Input);
        var foldedName = $"{group.FoldInto}.weight";
        var before = settings.Weights.PerTensor ? earlier.FirstOrDefault(choice => choice.Group.Linears.Any(linear => linear.Weight == foldedName)) : null;

        // An input that is never active gives no scale: any will do.
        InputGrid Plain(float[]? scales) => new(!settings.StaticActivations ? null : Largest(largest, scales) is > 0 and var range ? range / InputGrid.Limit : 1);

        double Error(float[]? scales, InputGrid grid, double enough) =>
            layer.InspectedError(group, name => scratch[name], new ActivationGrid(grid, scales), enough, cancellation, before?.Group);

        void Quantize(float[]? scales)
        {
            foreach (var linear in group.Linears)
                RoundTrip.Run(layer.Weights[linear.Weight], scales, settings.Weights, scratch[linear.Weight], compute);
            if (before is not null)
                RoundTrip.Run(layer.Weights[foldedName], before.Scales, settings.Weights, scratch[foldedName], compute, rowScales: scales);
        }

        Quantize(null);
        var plain = Plain(null);
        var rtnError = Error(null, plain, double.PositiveInfinity);
        var best = new GroupChoice(group, null, plain, plain, null, rtnError, rtnError);
        var weights = group.Linears.Select(linear => RoundTrip.ColumnMagnitudes(layer.Weights[linear.Weight])).Aggregate((a, b) => [.. a.Zip(b, Math.Max)]);
        // Ones first; those alone where nothing can be folded.
        for (var tenths = 2; tenths <= (group.FoldInto is null ? 2 : 9); tenths++)
        {
            double? alpha = tenths == 2 ? null : tenths / 10.0;
            var scales = alpha is null ? null : Of(largest, weights, (float)alpha);
            Quantize(scales);
            var grids = new List<InputGrid> { Plain(scales) };
            if (settings.StaticActivations && NarrowerGrid(layer, group, scales, grids[0], compute) is { } narrower)
                grids.Add(narrower);
            foreach (var grid in grids)
            {
                var error = Error(scales, grid, best.Error);
                if (error < best.Error)
                    best = best with { Scales = scales, InputGrid = grid, Exponent = alpha, Error = error };
            }
        }
        return best;
    }

    /// <summary>1 where a channel is never active or has no weights.</summary>
    public static float[] Of(float[] inputs, float[] weights, float alpha)
    {
        var scales = new float[inputs.Length];
        for (var i = 0; i < scales.Length; i++)
        {
            var scale = MathF.Pow(inputs[i], alpha) / MathF.Pow(weights[i], 1 - alpha);
            scales[i] = float.IsFinite(scale) && scale > 0 ? Math.Max(scale, 1e-5f) : 1;
        }
        return scales;
    }

    /// <summary>
    /// The range whose rounding changes the outputs least, counted channel by channel: sum over j of |w_j|^2 (x_j - grid(x_j))^2, which treats the errors of different
    /// channels as unrelated. Null where that is the whole range. The search then measures it on the module.
    /// </summary>
    private static InputGrid? NarrowerGrid(LayerCalibration layer, BoundGroup group, float[]? scales, InputGrid whole, ParallelKernels compute)
    {
        var width = group.Input.Width;
        var energies = new double[width];
        foreach (var linear in group.Linears)
        {
            var matrix = layer.Weights[linear.Weight];
            for (long row = 0; row < matrix.Rows; row++)
            {
                var weights = (float*)matrix.Row(row);
                for (var column = 0; column < width; column++)
                    energies[column] += (double)weights[column] * weights[column];
            }
        }
        var x = layer.Input(group.Input);
        var best = 0;
        var least = double.PositiveInfinity;
        for (var range = 0; range < Ranges.Length; range++)
        {
            var grid = new ActivationGrid(new InputGrid(whole.StaticScale * Ranges[range]), scales);
            var losses = new double[layer.Tokens];
            var scratch = compute.Scratch(width);
            ParallelRows.Run(compute.Pool, layer.Tokens, 16, (start, end, worker) =>
            {
                for (var token = start; token < end; token++)
                {
                    var row = x + token * width;
                    grid.Round(row, scratch[worker], width);
                    for (var column = 0; column < width; column++)
                    {
                        double difference = scratch[worker][column] - row[column];
                        losses[token] += energies[column] * difference * difference;
                    }
                }
            });
            var loss = losses.Sum();
            if (loss < least)
                (best, least) = (range, loss);
        }
        return best == 0 ? null : new InputGrid(whole.StaticScale * Ranges[best]);
    }

    private static float Largest(float[] magnitudes, float[]? scales)
    {
        var largest = 0f;
        for (var i = 0; i < magnitudes.Length; i++)
            largest = Math.Max(largest, scales is null ? magnitudes[i] : magnitudes[i] / scales[i]);
        return largest;
    }
}
