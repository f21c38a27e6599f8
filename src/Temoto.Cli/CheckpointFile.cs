using Temoto.Formats.Checkpoints;

namespace Temoto.Cli;

/// <summary>Files that carry hashes of their contents.</summary>
internal static class CheckpointFile
{
    /// <summary>Compares every byte with its hash; an <see cref="InputException"/> names what differs.</summary>
    /// <returns>How many tensors were compared; null for formats without hashes.</returns>
    public static int? Verify(Checkpoint checkpoint, CancellationToken cancellation) =>
        checkpoint.Hashes is null ? null : Require(checkpoint, cancellation);

    /// <summary>As <see cref="Verify"/>; formats without hashes are refused.</summary>
    public static int Require(Checkpoint checkpoint, CancellationToken cancellation) => ProgressBar.Run("verify", bar => checkpoint.Verify(bar.Report, cancellation));
}
