using Temoto.Formats;

namespace Temoto.Cli;

/// <summary>Files that carry hashes of their contents.</summary>
internal static class CheckpointFile
{
    /// <summary>Compares every byte with its hash; an <see cref="InputException"/> names what differs.</summary>
    /// <returns>How many tensors were compared; null for formats without hashes.</returns>
    public static int? Verify(Checkpoint checkpoint, string path, CancellationToken cancellation)
    {
        switch (checkpoint.Format)
        {
            case "temoto":
                return ProgressBar.Run("verify", bar => TemotoFile.Verify(path, bar.Report, cancellation));
            case AwqMacroFile.FormatName:
                using (var stream = AwqMacroFile.Open(path))
                {
                    ProgressBar.Run("verify", bar => stream.Verify(bar.Report, cancellation));
                    return stream.Parts.Count;
                }
            default:
                return null;
        }
    }
}
