using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>What tells weights from others: name, type, shape and hashes of the bytes of each tensor, a line for each.</summary>
internal static class WeightFingerprint
{
    /// <summary>Reads all weights, on all processors.</summary>
    public static string[] Lines(IReadOnlyList<Tensor> tensors, CancellationToken cancellation = default)
    {
        var lines = new string[tensors.Count];
        Parallel.For(0, lines.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            lines[i] = $"{tensors[i]} {tensors[i].Scales?.GroupSize} {tensors[i].InputGrid} {string.Join(' ', TemotoWriter.StoredTensors(tensors[i]).Select(TemotoFormat.Hash))}\n");
        return lines;
    }
}
