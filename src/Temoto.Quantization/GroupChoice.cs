using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>What a search found for a group of linear layers.</summary>
/// <param name="Scales">[width] by which the columns are multiplied; null for ones.</param>
/// <param name="InputGrid">How the activations are rounded; null where only weights are quantized.</param>
/// <param name="PlainInputGrid">The same without any search: the largest magnitude of the calibration, or each token's own.</param>
/// <param name="Exponent">AWQ's ratio or SmoothQuant's alpha; null where ones were best.</param>
/// <param name="RtnError">Squared error of the inspected module with all scales one and the plain grid.</param>
/// <param name="Error">The same with what was chosen; never above <paramref name="RtnError"/>, which is among the candidates.</param>
internal sealed record GroupChoice(BoundGroup Group, float[]? Scales, InputGrid? InputGrid, InputGrid? PlainInputGrid, double? Exponent, double RtnError, double Error)
{
    public ActivationGrid? Grid => InputGrid is null ? null : new ActivationGrid(InputGrid, Scales);

    public ActivationGrid? PlainGrid => PlainInputGrid is null ? null : new ActivationGrid(PlainInputGrid, null);

    /// <summary>
    /// Multiplies the columns by the scales and divides what comes before by them: the layer computes what it did, up to float32 rounding.
    /// </summary>
    public unsafe void Fold(LayerWeights weights)
    {
        if (Scales is null)
            return;
        foreach (var linear in Group.Linears)
        {
            var matrix = weights[linear.Weight];
            for (long row = 0; row < matrix.Rows; row++)
            {
                var values = (float*)matrix.Row(row);
                for (var column = 0; column < Scales.Length; column++)
                    values[column] *= Scales[column];
            }
        }
        foreach (var name in new[] { $"{Group.FoldInto}.weight", $"{Group.FoldInto}.bias" })
        {
            if (!weights.Contains(name))
                continue;
            var tensor = weights[name];
            // A norm's weight and any bias have one element per channel, a matrix one row.
            var width = tensor.ElementCount / Scales.Length;
            for (var channel = 0; channel < Scales.Length; channel++)
                for (long i = channel * width; i < (channel + 1) * width; i++)
                    ((float*)tensor.Data)[i] /= Scales[channel];
        }
    }
}
