namespace Temoto.Formats;

/// <summary>
/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to the disk, then renamed.
/// Disposing without <see cref="Commit"/> removes what was written. A link is followed; a device or a pipe cannot be renamed over, so it takes the bytes as they come.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string temporaryPath;
    private readonly bool isDevice;
    private bool done;

    public AtomicFile(string path)
    {
        try
        {
            var link = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
            this.path = link?.FullName ?? System.IO.Path.GetFullPath(path);
            // /dev/shm is a file system of its own: what lies there are files.
            isDevice = (this.path.StartsWith("/dev/", StringComparison.Ordinal) && !this.path.StartsWith("/dev/shm/", StringComparison.Ordinal))
                || this.path.StartsWith("/proc/", StringComparison.Ordinal);
            temporaryPath = $"{this.path}.{Guid.NewGuid():N}.partial";
            Stream = isDevice
                ? new FileStream(this.path, FileMode.Open, FileAccess.Write)
                : new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, FileFailure.Of(path, error), "a place that can be written", "choose another output path");
        }
    }

    public FileStream Stream { get; }

    /// <summary>Writes what <paramref name="write"/> writes; nothing appears if it throws.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = new AtomicFile(path);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes a small text file (UTF-8) in one go.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Flushes to the disk and gives the file its name, replacing what was there.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: !isDevice);
        Stream.Dispose();
        if (isDevice)
        {
            done = true;
            return;
        }
        try
        {
            File.Move(temporaryPath, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporaryPath);
            throw new InputException(path, null, FileFailure.Of(path, error), "a file name that can be written", "choose another output path");
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
        if (!isDevice)
            File.Delete(temporaryPath);
    }
}
