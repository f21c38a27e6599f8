using System.Text.Json.Serialization;
using Temoto.Formats.Checkpoints;
using Temoto.Packing;
using Temoto.Quantization;

namespace Temoto.Cli;

/// <summary><c>pack --report</c>: bytes and bits per weight of every kind of tensor, and what they cost in quality.</summary>
internal sealed class PackReportTable
{
    private readonly List<(string Kind, int Count, long Elements, long Bytes)> kinds;
    private readonly PackJob? job;
    private readonly double? perplexityBefore;
    private readonly double? perplexityAfter;

    private PackReportTable(Checkpoint packed, PackJob? job, double? before, double? after)
    {
        kinds = [.. packed.Tensors.Values.GroupBy(tensor => KindOf(tensor.Name)).Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.ElementCount), group.Sum(tensor => tensor.StoredBytes)))];
        this.job = job;
        perplexityBefore = before;
        perplexityAfter = after;
    }

    /// <param name="source">The checkpoint before, for its perplexity; null where there is none.</param>
    /// <param name="adapter">What was merged into it; null for none.</param>
    public static PackReportTable Create(Checkpoint packed, PackJob? job, string? source, string? adapter, string output, string? text, CancellationToken cancellation)
    {
        if (text is null || source is null)
            return new PackReportTable(packed, job, null, null);
        return new PackReportTable(packed, job, PerplexityOf(source, adapter, text, "before", cancellation), PerplexityOf(output, null, text, "after", cancellation));
    }

    public void Print()
    {
        var errors = MatrixErrors();
        Console.WriteLine($"| tensors | count | weights | bytes | bits per weight |{(errors.Count > 0 ? " error, round to nearest | error | clipped |" : "")}");
        Console.WriteLine($"|---|---:|---:|---:|---:|{(errors.Count > 0 ? "---:|---:|---:|" : "")}");
        foreach (var (kind, count, elements, bytes) in kinds)
        {
            var error = errors.TryGetValue(kind, out var item) ? $" {item.Rtn:0.00000} | {item.Kept:0.00000} | {item.Clipped:0 %} |" : errors.Count > 0 ? " | | |" : "";
            Console.WriteLine($"| {StandardOutput.Line(kind)} | {count} | {elements:#,0} | {bytes:#,0} | {8.0 * bytes / elements:0.000} |{error}");
        }
        Console.WriteLine($"| all | {kinds.Sum(item => item.Count)} | {kinds.Sum(item => item.Elements):#,0} | {kinds.Sum(item => item.Bytes):#,0} | {8.0 * kinds.Sum(item => item.Bytes) / kinds.Sum(item => item.Elements):0.000} |{(errors.Count > 0 ? " | | |" : "")}");
        PrintPacking();
        PrintLayers();
        if (perplexityBefore is { } before && perplexityAfter is { } after)
            Console.WriteLine($"\nperplexity {before:0.0000} before, {after:0.0000} after ({100 * (after / before - 1):+0.00;-0.00} %)");
    }

    /// <summary>Mean over the layers of a matrix kind's squared output error over its output's sum of squares, on the calibration tokens.</summary>
    private Dictionary<string, (double Rtn, double Kept, double Clipped)> MatrixErrors() => (job?.Reports ?? [])
        .SelectMany(layer => layer.Matrices)
        .GroupBy(matrix => KindOf(matrix.Name))
        .ToDictionary(group => group.Key, group => (group.Average(item => item.RtnError), group.Average(item => item.Error), group.Average(item => item.ClippedShare)));

    /// <summary>What packing made of each kind of matrix; "plain" where nothing was shorter.</summary>
    private void PrintPacking()
    {
        if (job is null || job.PackedMatrices.Count == 0)
            return;
        Console.WriteLine("\n| packed | modes | bytes, plain | bytes, packed | ratio | bits per weight | unique chunks, mean | chunk entropy, bits | above it |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var kind in job.PackedMatrices.GroupBy(item => KindOf(item.Name)))
        {
            var all = kind.Select(item => item.Statistics).ToList();
            var modes = string.Join(", ", all.GroupBy(item => item.Mode).Select(mode => $"{mode.Count()} {(mode.Key == PackingMode.None ? "plain" : mode.Key.ToString().ToLowerInvariant())}"));
            // Plain rows are stored without a header.
            var packed = all.Sum(item => item.Mode == PackingMode.None ? item.PlainBytes : item.PackedBytes);
            var plain = all.Sum(item => item.PlainBytes);
            Console.WriteLine($"| {kind.Key} | {modes} | {plain:#,0} | {packed:#,0} | {(double)plain / packed:0.000} | {8.0 * packed / all.Sum(item => item.Weights):0.000} | {all.Average(item => item.UniqueChunks):#,0} | {all.Average(item => item.ChunkEntropyBits):0.00} | {all.Average(item => item.EntropyDistancePercent):0.0} % |");
        }
    }

    /// <summary>Errors of what was calibrated: squared error of a layer's output over the sum of squares of what it adds to its input.</summary>
    private void PrintLayers()
    {
        if (job is null || job.Reports.Count == 0)
            return;
        Console.WriteLine("\n| layer | error, round to nearest | error | kept | scales (exponent; outliers of the input) |");
        Console.WriteLine("|---|---:|---:|---|---|");
        foreach (var layer in job.Reports)
        {
            var groups = string.Join(", ", layer.Groups.Select(group => $"{group.Name} {(group.Exponent is { } exponent ? $"{exponent:0.00}" : "-")} ({group.ActivationOutliers:0.#}x)"));
            Console.WriteLine($"| {layer.Layer} | {layer.RtnError:0.000000} | {layer.Error:0.000000} | {layer.Kept} | {groups} |");
        }
    }

    public IEnumerable<PackedKind> Kinds => kinds.Select(kind => new PackedKind(kind.Kind, kind.Count, kind.Elements, kind.Bytes));

    public IEnumerable<PackedLayer> Layers => (job?.Reports ?? []).Select(layer => new PackedLayer(
        layer.Layer, Finite(layer.RtnError), Finite(layer.Error), layer.Kept,
        layer.Groups.Select(group => new PackedGroup(
            group.Name, group.Exponent, Finite(group.RtnError), Finite(group.Error), Finite(group.ActivationOutliers)))));

    /// <summary>Both are known or neither.</summary>
    public double? PerplexityBefore => perplexityAfter is null ? null : perplexityBefore;

    public double? PerplexityAfter => perplexityBefore is null ? null : perplexityAfter;

    /// <summary>A ratio whose divisor was 0 is null: JSON has no infinity.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>The name without the layer's number: "self_attn.q_proj.weight".</summary>
    private static string KindOf(string name)
    {
        var parts = name.Split('.');
        var layer = Array.FindIndex(parts, part => int.TryParse(part, out _));
        return layer < 0 ? name : string.Join('.', parts[(layer + 1)..]);
    }

    private static double PerplexityOf(string path, string? adapter, string text, string title, CancellationToken cancellation)
    {
        using var model = LanguageModel.Load(path, new ModelOptions { Adapter = adapter });
        var window = model.Info.ContextTokens;
        return EvalCommand.MeasurePerplexity(model, model.Known(model.Tokenizer.Encode(text)), window, EvalCommand.DefaultStride(window), $"perplexity {title}", cancellation).Value;
    }
}

/// <summary>The tensors of one name, over all layers.</summary>
internal sealed record PackedKind(string Tensors, int Count, long Weights, long Bytes);

/// <summary>What calibration came to in one layer.</summary>
internal sealed record PackedLayer(
    int Layer,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? RtnError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Error,
    string Kept,
    IEnumerable<PackedGroup> Groups);

/// <summary>Matrices that share their scales.</summary>
internal sealed record PackedGroup(
    string Name,
    double? Exponent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? RtnError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? ActivationOutliers);
