using System.Text;
using System.Text.Json;
using Temoto.Evaluation.Benchmarking;
using Temoto.Generation.Execution;
using Temoto.Planning.Host;
using Temoto.Plans;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>The figures of <c>bench</c> as a table for people, as CSV, and as JSON. Rates, memory and load time are measured, bytes per token computed.</summary>
internal sealed class BenchReport(string source, string weightsName, long weightBytes, int rounds, TimeSpan loading, Benchmark benchmark)
{
    private double ReadBytesPerSecond => benchmark.ReadBytesPerSecond;

    private EnginePlan Plan => benchmark.Results[0].Variant.Plan;

    /// <summary>Some test has several sequences: then a token and a run of the model are two things.</summary>
    private bool Batches => benchmark.Results.Any(result => result.Test.Sequences > 1);

    private bool Pictures => benchmark.Results[0].Test.Picture;

    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"{source}: {HostProcessor.FullName}, {Plan.Threads} threads, kernels {Plan.Kernels.Name}, {rounds} interleaved rounds after one that is not counted"));
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
    public static string Json(IReadOnlyList<BenchReport> reports) => Cli.Json.Document(json =>
    {
        if (reports.Count == 1)
        {
            reports[0].WriteMembers(json);
            return;
        }
        json.WriteStartArray("models");
        foreach (var report in reports)
        {
            json.WriteStartObject();
            report.WriteMembers(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("model", source);
        json.WriteString("cpu", HostProcessor.FullName);
        json.WriteNumber("threads", Plan.Threads);
        json.WriteString("kernels", Plan.Kernels.Name);
        json.WriteNumber("repetitions", rounds);
        json.WriteNumber("read_bandwidth_gigabytes_per_second", ReadBytesPerSecond / 1e9);
        WriteSpread(json, "read_samples_gigabytes_per_second", benchmark.ReadSamples, 1e-9);
        json.WriteNumber("noisy_rounds", benchmark.NoisyRounds);
        json.WriteStartArray("results");
        foreach (var result in benchmark.Results)
            WriteResult(json, result);
        json.WriteEndArray();
        json.WriteNumber("weight_bytes", weightBytes);
        json.WriteNumber("peak_resident_bytes", benchmark.PeakResidentBytes);
        json.WriteNumber("load_seconds", loading.TotalSeconds);
    }

    private void WriteResult(Utf8JsonWriter json, BenchmarkResult result)
    {
        json.WriteStartObject();
        json.WriteString("test", result.Test.Name);
        json.WriteString("dataflow", result.Variant.Dataflow);
        json.WriteString("weights", weightsName);
        json.WriteString("kv", result.Variant.Kv);
        WriteSpread(json, "tokens_per_second", result.TokensPerSecond);
        if (result.PicturesPerSecond is { } pictures)
            WriteSpread(json, "pictures_per_second", pictures);
        json.WriteNumber("sequences", result.Test.Sequences);
        if (result.Test.Phase == Phase.Decode)
        {
            WriteSpread(json, "tokens_per_second_per_sequence", result.TokensPerSecondPerSequence);
            json.WriteNumber("bytes_per_run", result.BytesPerRun);
        }
        json.WriteNumber("weight_bytes_per_token", result.WeightBytesPerToken);
        json.WriteNumber("bytes_per_token", result.BytesPerToken);
        json.WriteNumber("roofline_fraction", result.RooflineFraction(ReadBytesPerSecond));
        json.WriteNumber("activation_bytes", result.ActivationBytes);
        json.WriteEndObject();
    }

    private static void WriteSpread(Utf8JsonWriter json, string name, Spread spread, double unit = 1)
    {
        json.WriteStartObject(name);
        json.WriteNumber("median", spread.Median * unit);
        json.WriteNumber("min", spread.Min * unit);
        json.WriteNumber("max", spread.Max * unit);
        json.WriteEndObject();
    }
}
