using Temoto.Formats.Checkpoints;
using Temoto.Packing;

namespace Temoto.Tests.Packing;

/// <summary>Weights of trained models, rounded to nearest in three formats: everything comes back, and auto stays near the entropy with all tables counted.</summary>
public class RealTensorTests
{
    /// <summary>
    /// Matrices of up to 2 KiB (k and v of stories260K, 32 x 64) may take the header and the smallest code table on top: there the entropy, which gets the counts for nothing,
    /// is no longer a bound that a code of its own can come near.
    /// </summary>
    private const long SmallBytes = 2048;

    private const long HeaderAndNibbleTableBytes = PackedHeader.Bytes + 8;

    [Theory]
    [InlineData("per-tensor int8")]
    [InlineData("per-channel int8")]
    [InlineData("group-64 int4")]
    public void DemoModel(string format) => Check(Path.Combine(RepositoryPaths.Root, "models", "demo"), format);

    [Theory]
    [InlineData("per-tensor int8")]
    [InlineData("per-channel int8")]
    [InlineData("group-64 int4")]
    public void Stories260K(string format) => Check(RepositoryPaths.DataPath("stories260k/stories260K.bin"), format);

    private static void Check(string path, string format)
    {
        using var checkpoint = CheckpointReader.Open(path);
        var matrices = 0;
        foreach (var tensor in checkpoint.Tensors.Values.Where(tensor => tensor.Shape.Length == 2))
        {
            var (matrix, rowBytes) = RoundToNearest.Quantize(tensor, format);
            var statistics = PackingCheck.RoundTrip(matrix, tensor.Rows, rowBytes, new PackingSettings(), format.Contains("int4", StringComparison.Ordinal) ? 4 : 8);
            var pairs = rowBytes % 2 == 0 ? PairBytes(matrix) : double.MaxValue;
            var limit = 1.05 * Math.Min(statistics.ByteEntropyBits * matrix.Length / 8, pairs) + (matrix.Length <= SmallBytes ? HeaderAndNibbleTableBytes : 0);
            Assert.True(statistics.PackedBytes <= limit, $"{tensor.Name} {format}: {statistics.PackedBytes} bytes, {limit} allowed, {statistics}");
            // Pairs are taken where, table and all, they are shorter than bytes could be; their own entropy counts no table, which in an embedding of thousands of
            // unique pairs nothing comes near.
            var distance = Math.Min(statistics.EntropyDistancePercent, statistics.ByteEntropyDistancePercent);
            Assert.True(matrix.Length <= SmallBytes || distance <= 5, $"{tensor.Name} {format}: {statistics}");
            matrices++;
        }
        Assert.True(matrices > 30, $"{matrices} matrices");
    }

    /// <summary>What pairs at their entropy would take with a table of them.</summary>
    private static double PairBytes(byte[] matrix)
    {
        var counts = new int[65536];
        for (var i = 0; i < matrix.Length; i += 2)
            counts[matrix[i] | matrix[i + 1] << 8]++;
        var total = matrix.Length / 2.0;
        return counts.Where(count => count > 0).Sum(count => count * Math.Log2(total / count) / 8 + 2);
    }
}
