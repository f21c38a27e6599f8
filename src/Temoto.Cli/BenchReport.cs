using System.Globalization;
using System.Text;
using System.Text.Json;
using Temoto.Dataflow;
using Temoto.Generation.Benchmarking;

namespace Temoto.Cli;

/// <summary>The figures of <c>bench</c> as a table for people, as CSV, and as JSON. Rates, memory and load time are measured, bytes per token computed.</summary>
internal sealed class BenchReport(string source, LanguageModel model, int rounds, TimeSpan loading, Benchmark benchmark)
{
    private double ReadBytesPerSecond => benchmark.ReadBytesPerSecond.Median;

    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"{source}: {HostProcessor.Name}, {model.Info.Threads} threads, kernels {model.Info.KernelSet}, {rounds} interleaved rounds after one that is not counted"));
        text.AppendLine();
        text.AppendLine("| test | dataflow | weights | kv | tokens/s, median (min to max) | MB per token (computed) | of the read bandwidth | activations, MiB |");
        text.AppendLine("|---|---|---|---|---:|---:|---:|---:|");
        foreach (var result in benchmark.Results)
        {
            var rate = result.TokensPerSecond;
            text.Append(Invariant($"| {result.Test.Name} | {result.Variant.Dataflow} | {model.WeightsName} | {result.Variant.Kv} | {rate.Median:0.0} ({rate.Min:0.0} to {rate.Max:0.0}) "));
            text.AppendLine(Invariant($"| {result.BytesPerToken / 1e6:0.00} | {result.RooflineFraction(ReadBytesPerSecond):0.00} | {result.ActivationBytes / 1048576.0:0.0} |"));
        }
        var read = benchmark.ReadBytesPerSecond;
        text.AppendLine();
        text.Append(Invariant($"read bandwidth {read.Median / 1e9:0.0} GB/s ({read.Min / 1e9:0.0} to {read.Max / 1e9:0.0}); load {loading.TotalMilliseconds:0} ms; peak memory {benchmark.PeakResidentBytes / 1048576.0:0} MiB for {model.Info.WeightBytes / 1048576.0:0} MiB of weights"));
        return text.ToString();
    }

    public string Csv()
    {
        var text = new StringBuilder("test,dataflow,weights,kv,tokens_per_second_median,tokens_per_second_min,tokens_per_second_max,weight_bytes_per_token,bytes_per_token,roofline_fraction,activation_bytes,"
            + "read_bandwidth_gigabytes_per_second,peak_resident_bytes,load_seconds");
        foreach (var result in benchmark.Results)
        {
            var rate = result.TokensPerSecond;
            text.AppendLine();
            text.Append(Invariant($"{result.Test.Name},{result.Variant.Dataflow},{model.WeightsName},{result.Variant.Kv},{rate.Median:0.###},{rate.Min:0.###},{rate.Max:0.###},{result.WeightBytesPerToken},{result.BytesPerToken},"));
            text.Append(Invariant($"{result.RooflineFraction(ReadBytesPerSecond):0.####},{result.ActivationBytes},{ReadBytesPerSecond / 1e9:0.###},{benchmark.PeakResidentBytes},{loading.TotalSeconds:0.####}"));
        }
        return text.ToString();
    }

    public string Json() => Cli.Json.Document(json =>
    {
        json.WriteString("model", source);
        json.WriteString("cpu", HostProcessor.Name);
        json.WriteNumber("threads", model.Info.Threads);
        json.WriteString("kernels", model.Info.KernelSet);
        json.WriteNumber("repetitions", rounds);
        json.WriteNumber("read_bandwidth_gigabytes_per_second", ReadBytesPerSecond / 1e9);
        json.WriteStartArray("results");
        foreach (var result in benchmark.Results)
            WriteResult(json, result);
        json.WriteEndArray();
        json.WriteNumber("weight_bytes", model.Info.WeightBytes);
        json.WriteNumber("peak_resident_bytes", benchmark.PeakResidentBytes);
        json.WriteNumber("load_seconds", loading.TotalSeconds);
    });

    private void WriteResult(Utf8JsonWriter json, BenchmarkResult result)
    {
        json.WriteStartObject();
        json.WriteString("test", result.Test.Name);
        json.WriteString("dataflow", result.Variant.Dataflow);
        json.WriteString("weights", model.WeightsName);
        json.WriteString("kv", result.Variant.Kv);
        json.WriteStartObject("tokens_per_second");
        json.WriteNumber("median", result.TokensPerSecond.Median);
        json.WriteNumber("min", result.TokensPerSecond.Min);
        json.WriteNumber("max", result.TokensPerSecond.Max);
        json.WriteEndObject();
        json.WriteNumber("weight_bytes_per_token", result.WeightBytesPerToken);
        json.WriteNumber("bytes_per_token", result.BytesPerToken);
        json.WriteNumber("roofline_fraction", result.RooflineFraction(ReadBytesPerSecond));
        json.WriteNumber("activation_bytes", result.ActivationBytes);
        json.WriteEndObject();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
