using System.Text;
using Temoto.Evaluation.Benchmarking;
using Temoto.Generation.Execution;
using Temoto.Planning.Host;
using Temoto.Plans;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>
/// The figures of <c>bench</c> as a table for people, as CSV, and as JSON. Rates, memory and load time are measured, bytes per token computed.
/// </summary>
internal sealed class BenchReport(string source, string weightsName, long weightBytes, int rounds, TimeSpan loading, Benchmark benchmark, IReadOnlyList<StepProfile> profiles)
{
    private double ReadBytesPerSecond => benchmark.ReadBytesPerSecond;

    private EnginePlan Plan => benchmark.Results[0].Variant.Plan;

    private bool? ReadsPastCaches => benchmark.Results[0].Variant.ReadsPastCaches;

    /// <summary>Some test has several sequences: then a token and a run of the model are two things.</summary>
    private bool Batches => benchmark.Results.Any(result => result.Test.Sequences > 1);

    private bool Pictures => benchmark.Results[0].Test.Picture;

    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"{source}: {HostProcessor.FullName}, {Plan.Threads} threads, kernels {Plan.Kernels.Name}{(ReadsPastCaches == true ? " (one token reads past the caches)" : "")}, {rounds} interleaved rounds after one that is not counted"));
        text.AppendLine();
        text.AppendLine($"| test | dataflow | weights | kv | {(Pictures ? "pictures/s, median (min to max) | " : "")}tokens/s, median (min to max) | {(Batches ? "tokens/s per sequence | MB per run (computed) | " : "")}MB per token (computed) | of the read bandwidth | activations, MiB |");
        text.AppendLine($"|---|---|---|---|{(Pictures ? "---:|" : "")}{(Batches ? "---:|---:|" : "")}---:|---:|---:|---:|");
        foreach (var result in benchmark.Results)
        {
            text.Append(Invariant($"| {result.Test.Name} | {result.Variant.Dataflow} | {weightsName} | {result.Variant.Kv} "));
            foreach (var rate in result.PicturesPerSecond is { } pictures ? [pictures, result.TokensPerSecond] : new[] { result.TokensPerSecond })
                text.Append(Invariant($"| {rate.Median:0.0} ({rate.Min:0.0} to {rate.Max:0.0}) "));
            if (Batches)
                text.Append(Invariant($"| {result.TokensPerSecondPerSequence.Median:0.0} | {(result.Test.Phase == Phase.Decode ? result.BytesPerRun / 1e6 : (double?)null):0.00} "));
            text.AppendLine(Invariant($"| {result.BytesPerToken / 1e6:0.00} | {result.RooflineFraction(ReadBytesPerSecond):0.00} | {result.ActivationBytes / 1048576.0:0.0} |"));
        }
        var read = benchmark.ReadSamples;
        text.AppendLine();
        text.Append(Invariant($"read bandwidth {ReadBytesPerSecond / 1e9:0.0} GB/s (the most of samples from {read.Min / 1e9:0.0}, median {read.Median / 1e9:0.0}); "));
        if (benchmark.NoisyRounds > 0)
            text.Append(Invariant($"noisy rounds thrown away, in which a test was faster than reading: {benchmark.NoisyRounds}; "));
        text.Append(Invariant($"load {loading.TotalMilliseconds:0} ms; peak memory {benchmark.PeakResidentBytes / 1048576.0:0} MiB for {weightBytes / 1048576.0:0} MiB of weights"));
        foreach (var profile in profiles)
            text.AppendLine().AppendLine().Append(ProfileReport.Markdown(profile, benchmark.Results[0].Variant, rounds));
        return text.ToString();
    }

    /// <summary>A row for each test of each model.</summary>
    public static string Csv(IReadOnlyList<BenchReport> reports)
    {
        var text = new StringBuilder("test,dataflow,weights,kv,tokens_per_second_median,tokens_per_second_min,tokens_per_second_max,weight_bytes_per_token,bytes_per_token,roofline_fraction,activation_bytes,"
            + "read_bandwidth_gigabytes_per_second,peak_resident_bytes,load_seconds,model,pictures_per_second_median,sequences,tokens_per_second_per_sequence_median,bytes_per_run");
        foreach (var report in reports)
            report.AppendCsv(text);
        return text.ToString();
    }

    private void AppendCsv(StringBuilder text)
    {
        foreach (var result in benchmark.Results)
        {
            var rate = result.TokensPerSecond;
            text.AppendLine();
            text.Append(Invariant($"{result.Test.Name},{result.Variant.Dataflow},{weightsName},{result.Variant.Kv},{rate.Median:0.###},{rate.Min:0.###},{rate.Max:0.###},{result.WeightBytesPerToken},{result.BytesPerToken},"));
            text.Append(Invariant($"{result.RooflineFraction(ReadBytesPerSecond):0.####},{result.ActivationBytes},{ReadBytesPerSecond / 1e9:0.###},{benchmark.PeakResidentBytes},{loading.TotalSeconds:0.####},"));
            // A path may hold anything: RFC 4180.
            text.Append(Invariant($"\"{source.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{result.PicturesPerSecond?.Median:0.###},{result.Test.Sequences},{result.TokensPerSecondPerSequence.Median:0.###},{(result.Test.Phase == Phase.Decode ? result.BytesPerRun : (long?)null)}"));
        }
    }

    /// <summary>One model is the document; several are its "models".</summary>
    public static string Json(IReadOnlyList<BenchReport> reports) => reports.Count == 1
        ? Cli.Json.Document(reports[0].Figures(), ResultContext.Default.BenchFigures)
        : Cli.Json.Document(new BenchModels(reports.Select(report => report.Figures())), ResultContext.Default.BenchModels);

    private BenchFigures Figures() => new(
        source, HostProcessor.FullName, Plan.Threads, Plan.Kernels.Name, ReadsPastCaches, rounds, ReadBytesPerSecond / 1e9, SpreadFigures.Of(benchmark.ReadSamples, 1e-9),
        benchmark.NoisyRounds, benchmark.Results.Select(Result), weightBytes, benchmark.PeakResidentBytes, loading.TotalSeconds,
        profiles.Count == 0 ? null : profiles.Select(profile => ProfileReport.Figures(profile, benchmark.Results[0].Variant)));

    private BenchResult Result(BenchmarkResult result)
    {
        var decodes = result.Test.Phase == Phase.Decode;
        return new BenchResult(
            result.Test.Name, result.Variant.Dataflow, weightsName, result.Variant.Kv, SpreadFigures.Of(result.TokensPerSecond),
            result.PicturesPerSecond is { } pictures ? SpreadFigures.Of(pictures) : null,
            result.Test.Sequences,
            decodes ? SpreadFigures.Of(result.TokensPerSecondPerSequence) : null,
            decodes ? result.BytesPerRun : null,
            result.WeightBytesPerToken, result.BytesPerToken, result.RooflineFraction(ReadBytesPerSecond), result.ActivationBytes);
    }
}

/// <summary>The document of <c>bench</c> with several models.</summary>
internal sealed record BenchModels(IEnumerable<BenchFigures> Models);

/// <summary>The document of <c>bench</c> with one model.</summary>
/// <param name="ReadsPastCaches">Which way one token reads weights in panels, as measured when the model was loaded; left out where nothing was to choose.</param>
/// <param name="Profiles">Of each test with <c>--profile</c>, else left out.</param>
internal sealed record BenchFigures(
    string Model, string Cpu, int Threads, string Kernels, bool? ReadsPastCaches, int Repetitions, double ReadBandwidthGigabytesPerSecond, SpreadFigures ReadSamplesGigabytesPerSecond,
    int NoisyRounds, IEnumerable<BenchResult> Results, long WeightBytes, long PeakResidentBytes, double LoadSeconds, IEnumerable<ProfileFigures>? Profiles);

/// <summary>One test; sequences count in decode alone, pictures in vision models alone.</summary>
internal sealed record BenchResult(
    string Test, string Dataflow, string Weights, string Kv, SpreadFigures TokensPerSecond, SpreadFigures? PicturesPerSecond, int Sequences,
    SpreadFigures? TokensPerSecondPerSequence, long? BytesPerRun, long WeightBytesPerToken, long BytesPerToken, double RooflineFraction, long ActivationBytes);

/// <summary>A <see cref="Spread"/> as JSON has it.</summary>
internal sealed record SpreadFigures(double Median, double Min, double Max)
{
    /// <param name="unit">What the figures are multiplied by.</param>
    public static SpreadFigures Of(Spread spread, double unit = 1) => new(spread.Median * unit, spread.Min * unit, spread.Max * unit);
}
