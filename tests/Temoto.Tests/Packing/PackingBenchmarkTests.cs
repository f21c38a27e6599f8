using System.Diagnostics;
using Temoto.Formats.Checkpoints;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Tests.Packing;

/// <summary>
/// Prints sizes and rates; run with TEMOTO_PACKING_BENCH=1 and --show-live-output on. What is measured must be right, a slow machine does not fail it: large matrices come back
/// as they were, and the automatic choice is the smallest.
/// </summary>
public class PackingBenchmarkTests
{
    private const int Repetitions = 9;

    [Fact]
    public void Rates()
    {
        SkipUnlessAsked();
        Measure("synthetic heavy-tailed int8", HeavyTailedWeights.Create(seed: 1), HeavyTailedWeights.Rows, HeavyTailedWeights.Columns, 8);
        Measure("synthetic Gaussian int8, sigma 30", HeavyTailedWeights.Gaussian(4864, 896, 30), 4864, 896, 8);
        Measure("synthetic Gaussian int4, sigma 2.6", HeavyTailedWeights.GaussianNibbles(4864, 448, 2.6), 4864, 448, 4);
    }

    /// <summary>Sums over the matrices of a model: what pack would print.</summary>
    [Fact]
    public void Models()
    {
        SkipUnlessAsked();
        foreach (var (name, path) in new[] { ("demo", Path.Combine(RepositoryPaths.Root, "models", "demo")), ("stories260K", RepositoryPaths.DataPath("stories260k/stories260K.bin")) })
        {
            foreach (var format in new[] { "per-tensor int8", "per-channel int8", "group-64 int4" })
            {
                using var checkpoint = CheckpointReader.Open(path);
                var quantized = checkpoint.Tensors.Values.Where(tensor => tensor.Shape.Length == 2).Select(tensor => (tensor.Name, tensor.Rows, Rounded: RoundToNearest.Quantize(tensor, format))).ToArray();
                foreach (var (set, matrices) in new[] { ("linear", quantized.Where(item => !item.Name.Contains("embed", StringComparison.Ordinal))), ("embedding", quantized.Where(item => item.Name.Contains("embed", StringComparison.Ordinal))) })
                {
                    var line = $"{name} {format} {set}:";
                    var least = long.MaxValue;
                    foreach (var mode in new[] { PackingMode.Naive, PackingMode.Packet, PackingMode.Frequency, PackingMode.Auto })
                    {
                        var all = matrices.Select(item =>
                        {
                            var (stream, statistics) = PackingCheck.Pack(item.Rounded.Matrix, item.Rows, item.Rounded.RowBytes, new PackingSettings { Mode = mode }, format.Contains("int4", StringComparison.Ordinal) ? 4 : 8);
                            stream.Dispose();
                            return statistics;
                        }).ToArray();
                        var bytes = all.Sum(item => item.PackedBytes);
                        Assert.True(mode != PackingMode.Auto || bytes <= least, $"{name} {format} {set}: {bytes} bytes, {least} by another mode");
                        least = Math.Min(least, bytes);
                        line += $" {mode} x{(double)all.Sum(item => item.PlainBytes) / all.Sum(item => item.PackedBytes):0.000}";
                        if (mode == PackingMode.Auto)
                        {
                            line += $" = {8.0 * all.Sum(item => item.PackedBytes) / all.Sum(item => item.Weights):0.000} bits/weight, chunk entropy {all.Sum(item => item.ChunkEntropyBits * item.Chunks) / all.Sum(item => item.Weights):0.000}, byte entropy {all.Sum(item => item.ByteEntropyBits * item.PlainBytes) / all.Sum(item => item.Weights):0.000} bits/weight";
                            line += $"; distance of a matrix {all.Min(item => item.EntropyDistancePercent):0.0} to {all.Max(item => item.EntropyDistancePercent):0.0} %, of bytes {all.Min(item => item.ByteEntropyDistancePercent):0.0} to {all.Max(item => item.ByteEntropyDistancePercent):0.0} %, C {string.Join("/", all.Select(item => item.ChunkBytes).Distinct().Order())}";
                        }
                    }
                    Console.WriteLine(line);
                }
            }
        }
    }

    private static unsafe void Measure(string name, byte[] matrix, int rows, int rowBytes, int weightBits)
    {
        Console.WriteLine($"{name} [{rows}, {rowBytes}] bytes; median of {Repetitions}");
        foreach (var mode in new[] { PackingMode.Naive, PackingMode.Packet, PackingMode.Frequency, PackingMode.Entropy, PackingMode.Escape, PackingMode.Auto })
        {
            var settings = new PackingSettings { Mode = mode };
            var (stream, statistics) = PackingCheck.Pack(matrix, rows, rowBytes, settings, weightBits);
            using (stream)
            using (var output = new NativeBuffer(matrix.Length))
            {
                var packed = PackedMatrix.Open("file", "tensor", stream.Data, stream.ByteLength, stream);
                AssertUnpacks(packed, matrix, output);
                var packing = Rate(matrix.Length, () => PackingCheck.Pack(matrix, rows, rowBytes, settings, weightBits).Stream.Dispose());
                // As a product uses it: block by block into the same few rows.
                var decoding = Rate(matrix.Length, () =>
                {
                    for (long row = 0; row < rows; row += packed.BlockRows)
                        packed.DecodeRows(row, Math.Min(rows, row + packed.BlockRows), output.Data);
                });
                var one = Rate(matrix.Length, () =>
                {
                    for (var row = 0; row < rows; row++)
                        packed.DecodeRows(row, row + 1, output.Data);
                });
                var opening = 1e3 * matrix.Length / 1e6 / Rate(matrix.Length, () => PackedMatrix.Open("file", "tensor", stream.Data, stream.ByteLength, stream));
                Console.WriteLine($"  {mode,-9} -> {statistics.Mode,-9} {statistics.BitsPerWeight:0.000} bits/weight, x{statistics.Ratio:0.000} (x{statistics.RatioWithoutTables:0.000} without tables), C {statistics.ChunkBytes}, U {statistics.UniqueChunks}, H {statistics.ChunkEntropyBits:0.000}, distance {statistics.EntropyDistancePercent:0.00} %; pack {packing:0} MB/s, decode {decoding:0} MB/s, row by row {one:0} MB/s, open {opening:0.00} ms");
            }
        }
    }

    private static unsafe void AssertUnpacks(PackedMatrix packed, byte[] matrix, NativeBuffer output)
    {
        packed.DecodeRows(0, packed.Rows, output.Data);
        Assert.True(matrix.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(output.Data, matrix.Length)));
    }

    /// <summary>Megabytes (10^6) of plain rows per second.</summary>
    private static double Rate(long bytes, Action work)
    {
        for (var i = 0; i < 3; i++)
            work();
        var seconds = new double[Repetitions];
        for (var i = 0; i < Repetitions; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        }
        Array.Sort(seconds);
        return bytes / seconds[Repetitions / 2] / 1e6;
    }

    private static void SkipUnlessAsked() => Thoroughness.Require("a measurement", "TEMOTO_PACKING_BENCH");
}
