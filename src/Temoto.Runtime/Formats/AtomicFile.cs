namespace Temoto.Formats;

/// <summary>
/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to the disk, then renamed.
/// Disposing without <see cref="Commit"/> removes what was written.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string temporaryPath;
    private bool done;

    public AtomicFile(string path)
    {
        this.path = System.IO.Path.GetFullPath(path);
        temporaryPath = $"{this.path}.{Guid.NewGuid():N}.partial";
        try
        {
            Stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, error.Message, "a place that can be written", "choose another output path");
        }
    }

    public FileStream Stream { get; }

    /// <summary>Writes what <paramref name="write"/> writes; nothing appears if it throws.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var link = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
        var target = link?.FullName ?? System.IO.Path.GetFullPath(path);
        if (target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal))
        {
            // A device or a pipe cannot be renamed over; it takes the bytes as they come.
            using var device = new FileStream(target, FileMode.Open, FileAccess.Write);
            write(device);
            return;
        }
        using var file = new AtomicFile(target);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes a small text file (UTF-8) in one go.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Flushes to the disk and gives the file its name, replacing what was there.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        try
        {
            File.Move(temporaryPath, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporaryPath);
            throw new InputException(path, null, error.Message, "a file name that can be written", "choose another output path");
        }
        finally
        {
            done = true;
        }
    }

    public void Dispose()
    {
        if (done)
            return;
        done = true;
        Stream.Dispose();
        File.Delete(temporaryPath);
    }
}
