using Temoto.Formats.Checkpoints;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Quantizes one layer with calibration: searches the scales of each group, folds them, clips, and keeps of three variants (rounded to nearest, with scales, with scales and
/// clip) the one whose layer output errs least. The searches look at one group each; this last look makes sure that together they help.
/// </summary>
internal sealed unsafe class LayerQuantizer(Checkpoint source, QuantizationSettings settings, WeightEncoder encoder, ParallelKernels compute)
{
    /// <param name="names">The layer's tensors in the order of the result.</param>
    /// <param name="progress">Gets the share of the layer that is done.</param>
    public List<Tensor> Quantize(int layerIndex, LayerCalibration layer, IReadOnlyList<BoundGroup> groups, IReadOnlyList<string> names, Action<LayerReport>? report, Action<double>? progress, CancellationToken cancellation)
    {
        using var scratch = layer.Weights.Clone();
        var choices = new List<GroupChoice>();
        foreach (var group in groups)
        {
            choices.Add(settings.Method switch
            {
                QuantizationMethod.Awq => AwqScales.Search(layer, group, settings, scratch, compute, cancellation),
                QuantizationMethod.SmoothQuant => SmoothQuantScales.Search(layer, group, choices, settings, scratch, compute, cancellation),
                _ => new GroupChoice(group, null, null, null, null, 0, 0),
            });
            progress?.Invoke(0.9 * choices.Count / groups.Count);
        }

        using var folded = layer.Weights.Clone();
        foreach (var choice in choices)
            choice.Fold(folded);
        using var clipped = folded.Clone();
        var clippedShares = settings is { Method: QuantizationMethod.Awq, AwqClip: true, Weights.PerTensor: false } ? Clip(layer, choices, clipped, cancellation) : [];

        var rtn = new Variant("rtn", layer.Weights, choices, false);
        Variant[] variants = settings.Method == QuantizationMethod.Rtn ? [rtn] : clippedShares.Count == 0
            ? [rtn, new("scales", folded, choices, true)]
            : [rtn, new("scales", folded, choices, true), new("scales and clip", clipped, choices, true)];
        // A variant that gives no number is the worst there is.
        double[] errors = [.. variants.Select(variant => Error(layer, variant, scratch, cancellation)).Select(error => double.IsNaN(error) ? double.PositiveInfinity : error)];
        // The later variant where two are equal, which is where nothing was scaled or clipped.
        var best = Enumerable.Range(0, variants.Length).MinBy(index => (errors[index], -index));
        var kept = variants[best];
        if (report is not null)
            report(Report(layerIndex, layer, kept, errors[0], errors[best], rtn, kept.Weights == clipped ? clippedShares : [], scratch, cancellation));

        var linears = groups.SelectMany(group => group.Linears).Select(linear => linear.Weight).ToHashSet();
        var tensors = new List<Tensor>();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            tensors.Add(linears.Contains(name) ? Encode(name, kept) : Unquantized(name, layer.Weights, kept.Weights));
        }
        progress?.Invoke(1);
        return tensors;
    }

    private Dictionary<string, double> Clip(LayerCalibration layer, IReadOnlyList<GroupChoice> choices, LayerWeights weights, CancellationToken cancellation)
    {
        var shares = new Dictionary<string, double>();
        foreach (var choice in choices)
        {
            foreach (var linear in choice.Group.Linears.Where(linear => AwqClip.Applies(linear.Name)))
                shares.Add(linear.Weight, AwqClip.Run(weights[linear.Weight], layer.Input(linear.Input), layer.Tokens, choice.Scales, settings, compute, cancellation));
        }
        return shares;
    }

    private double Error(LayerCalibration layer, Variant variant, LayerWeights scratch, CancellationToken cancellation)
    {
        var linears = variant.Choices.SelectMany(choice => choice.Group.Linears).Select(linear => linear.Weight).ToHashSet();
        foreach (var name in linears)
            RoundTrip.Run(variant.Weights[name], null, settings.Weights, scratch[name], compute);
        return layer.LayerError(
            name => linears.Contains(name) ? scratch[name] : variant.Weights[name],
            // The scales are folded into the weights already.
            linear => variant.GridOf(linear) is { } grid ? new ActivationGrid(grid, null) : null,
            cancellation);
    }

    private LayerReport Report(int index, LayerCalibration layer, Variant kept, double rtnError, double error, Variant rtn, Dictionary<string, double> clippedShares, LayerWeights scratch, CancellationToken cancellation)
    {
        var matrices = new List<MatrixReport>();
        var groups = new List<GroupReport>();
        foreach (var choice in kept.Choices)
        {
            var magnitudes = layer.MeanMagnitude(choice.Group.Input).Order().ToArray();
            var inspected = layer.InspectedEnergy(choice.Group);
            // What was searched and not kept is not reported as if it were there.
            var (exponent, searchedError) = kept == rtn ? (null, choice.RtnError) : (choice.Exponent, choice.Error);
            groups.Add(new GroupReport(choice.Group.Name, exponent, choice.RtnError / inspected, searchedError / inspected, magnitudes[^1] / magnitudes[magnitudes.Length / 2]));
            foreach (var linear in choice.Group.Linears)
            {
                var energy = layer.OutputEnergy(linear);
                var name = linear.Weight;
                RoundTrip.Run(rtn.Weights[name], null, settings.Weights, scratch[name], compute);
                var rtnMatrixError = layer.LinearError(linear, scratch[name], choice.PlainGrid, cancellation) / energy;
                var keptMatrixError = rtnMatrixError;
                if (kept != rtn)
                {
                    RoundTrip.Run(kept.Weights[name], null, settings.Weights, scratch[name], compute);
                    Unfold(layer.Weights[name], choice, kept.Choices, linear, scratch[name]);
                    keptMatrixError = layer.LinearError(linear, scratch[name], choice.Grid, cancellation) / energy;
                }
                matrices.Add(new MatrixReport(name, rtnMatrixError, keptMatrixError, clippedShares.GetValueOrDefault(name)));
            }
        }
        var layerEnergy = layer.LayerEnergy();
        return new LayerReport(index, kept.Name, rtnError / layerEnergy, error / layerEnergy, groups, matrices);
    }

    /// <summary>Takes the scales of columns and rows out again, so that the matrix can be compared with the float one.</summary>
    private static void Unfold(Tensor original, GroupChoice own, IReadOnlyList<GroupChoice> choices, LinearOp linear, Tensor matrix)
    {
        var rowScales = choices.FirstOrDefault(choice => choice.Scales is not null && choice.Group.FoldInto is { } before && $"{before}.weight" == linear.Weight)?.Scales;
        for (long row = 0; row < original.Rows; row++)
        {
            var values = (float*)matrix.Row(row);
            for (var column = 0; column < original.Columns; column++)
                values[column] *= (rowScales?[row] ?? 1) / (own.Scales?[column] ?? 1);
        }
    }

    private Tensor Encode(string name, Variant variant)
    {
        var matrix = variant.Weights[name];
        var grid = variant.GridOf(variant.Choices.SelectMany(choice => choice.Group.Linears).First(linear => linear.Weight == name));
        return encoder.Encode(name, matrix.Rows, matrix.Columns, (row, destination) => new Span<float>(matrix.Row(row), (int)matrix.Columns).CopyTo(new Span<float>(destination, (int)matrix.Columns)), settings.Weights, grid);
    }

    /// <summary>The source's own tensor, unless a scale was folded into it: then F32, in memory of its own.</summary>
    private Tensor Unquantized(string name, LayerWeights original, LayerWeights folded)
    {
        var before = original[name];
        var after = folded[name];
        if (after.Bytes.SequenceEqual(before.Bytes))
            return source.Tensors[name];
        var bytes = new NativeBuffer(after.ByteLength);
        after.Bytes.CopyTo(new Span<byte>(bytes.Data, (int)after.ByteLength));
        return new Tensor(name, DType.F32, after.Shape, bytes.Data, bytes.ByteLength, bytes);
    }

    /// <summary>A layer ready for rounding.</summary>
    private sealed record Variant(string Name, LayerWeights Weights, IReadOnlyList<GroupChoice> Choices, bool Searched)
    {
        public InputGrid? GridOf(LinearOp linear)
        {
            var choice = Choices.First(choice => choice.Group.Linears.Any(own => own.Weight == linear.Weight));
            return Searched ? choice.InputGrid : choice.PlainInputGrid;
        }
    }
}
