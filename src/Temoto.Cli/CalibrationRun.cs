using System.CommandLine;
using System.Globalization;
using Temoto.Evaluation.Benchmarking;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Cli;

/// <summary><c>temoto bench --calibrate</c>: measures this host once and leaves the board file that planning reads.</summary>
internal static class CalibrationRun
{
    public static void Run(ParseResult parsed, ModelChoice choice, CancellationToken cancellation)
    {
        var path = BoardFile.HostPath ?? throw new InputException(
            BoardFile.EnvironmentVariable, null, "no configuration directory", "a place for the board file",
            $"set {BoardFile.EnvironmentVariable} to a file name");
        var kernels = KernelChooser.Choose(choice.KernelsOf(parsed));
        var threads = EngineSettings.ThreadsOf(choice.ThreadsOf(parsed));
        var calibration = ProgressBar.Run("calibrate", bar => Calibration.Measure(kernels, threads, Calibration.DefaultSeconds, (done, all) => bar.Report(done, all), cancellation));
        BoardFile.Write(path, calibration.Board);
        if (parsed.GetValue(choice.Json))
            Console.WriteLine(Document(path, calibration));
        else
            Print(path, calibration);
    }

    private static string Document(string path, Calibration calibration) => Json.Document(
        new CalibrationWritten(
            path, new RawJson(calibration.Board.ToJson()), calibration.Reads.Select(read => new ReadRate(read.Bytes, read.Threads, read.BytesPerSecond))),
        ResultContext.Default.CalibrationWritten);

    private static void Print(string path, Calibration calibration)
    {
        var board = calibration.Board;
        var counts = calibration.Reads.Select(read => read.Threads).Distinct().ToList();
        Console.WriteLine(Invariant($"{board.Name}, {board.Host!.Threads} threads, kernels {board.Host.Kernels} (measured; wrote {path})"));
        Console.WriteLine();
        Console.WriteLine($"| buffer read, MiB | {string.Join(" | ", counts.Select(count => $"GB/s, {count} thread{(count == 1 ? "" : "s")}"))} |");
        Console.WriteLine($"|---:|{string.Concat(Enumerable.Repeat("---:|", counts.Count))}");
        foreach (var size in calibration.Reads.GroupBy(read => read.Bytes))
            Console.WriteLine(Invariant($"| {size.Key / 1048576.0:0.##} | {string.Join(" | ", size.Select(read => (read.BytesPerSecond / 1e9).ToString("0.0", CultureInfo.InvariantCulture)))} |"));
        Console.WriteLine();
        Console.WriteLine($"| figure{(HostProcessor.CachesAreKnown ? "" : " (cache sizes assumed)")} | |");
        Console.WriteLine("|---|---:|");
        var rates = calibration.Rates;
        Row("second-level cache of a core, KiB", board.BytesOf(MemoryLevel.OnChip) / 1024.0);
        Row("last-level cache, KiB", board.BytesOf(MemoryLevel.Shared) / 1024.0);
        Row("read from memory, GB/s", rates.ReadBytesPerSecond / 1e9);
        Row("read from the last-level cache, GB/s", rates.CacheBytesPerSecond / 1e9);
        Row("int4 weights, one token, GOP/s", rates.OneTokenInt4 / 1e9);
        Row("int8 weights, one token, GOP/s", rates.OneTokenInt8 / 1e9);
        Row("int4 weights as IDs, one token, GOP/s", rates.IdsInt4 / 1e9);
        Row("int8 weights as IDs, one token, GOP/s", rates.IdsInt8 / 1e9);
        Row("int4 weights as IDs and escapes, one token, GOP/s", rates.EscapesInt4 / 1e9);
        Row("int8 weights as IDs and escapes, one token, GOP/s", rates.EscapesInt8 / 1e9);
        Row("bfloat16 weights, one token, GFLOP/s", rates.OneTokenBfloat16!.Value / 1e9);
        Row("int4 weights, many tokens, GOP/s", rates.ManyTokensInt4 / 1e9);
        Row("int8 weights, many tokens, GOP/s", rates.ManyTokensInt8 / 1e9);
        Row("float32, many tokens, GFLOP/s", rates.Float / 1e9);
        Row("plain bytes out of a prefix code, GB/s", rates.UnpackBytesPerSecond / 1e9);
        Row("a parallel region, µs", rates.LaunchSeconds * 1e6);
        Row("int4 weights from memory, one token: of reading and multiplying, the share that hides", rates.OverlapInt4!.Value);
        Row("int8 weights from memory, one token: the same", rates.OverlapInt8!.Value);
        Row("bfloat16 weights from memory, one token: the same", rates.OverlapBfloat16!.Value);
        foreach (var point in rates.FloatAttention)
            Row($"attention in floats, {point.Queries} {(point.Queries == 1 ? "query" : "queries")} together, GFLOP/s", point.OperationsPerSecond / 1e9);
        foreach (var point in rates.IntegerAttention)
            Row($"attention in integers, {point.Queries} {(point.Queries == 1 ? "query" : "queries")} together, GOP/s", point.OperationsPerSecond / 1e9);
        foreach (var (name, elements) in Passes(rates.Passes!))
            Row($"{name}, billions of elements/s", elements / 1e9);

        static void Row(string name, double value) => Console.WriteLine(Invariant($"| {name} | {value:0.##} |"));
    }

    private static IEnumerable<(string Name, double ElementsPerSecond)> Passes(PassRates rates) =>
    [
        ("softmax", rates.Softmax),
        ("RMS norm of rows", rates.RmsNorm),
        ("RMS norm of heads", rates.HeadNorm),
        ("sums", rates.Add),
        ("ReLU", rates.Relu),
        ("GELU", rates.Gelu),
        ("SiLU times the other product", rates.SiluGate),
        ("rounding to int8", rates.Round),
        ("rotary positions", rates.Rotary),
        ("keys and values into a cache of f16", rates.StoreHalf),
        ("keys and values into a cache of int8", rates.StoreInt8),
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The document of <c>bench --calibrate</c>.</summary>
internal sealed record CalibrationWritten(string File, RawJson Board, IEnumerable<ReadRate> Reads);

/// <summary>How fast a buffer of a size was read.</summary>
internal sealed record ReadRate(long BufferBytes, int Threads, double BytesPerSecond);
