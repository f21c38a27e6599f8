using Temoto.Tensors;

namespace Temoto.Formats.Files;

/// <summary>
/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to the disk, then renamed.
/// Disposing without <see cref="Commit"/> removes what was written, as does a failure of any kind; what a killed process left is removed by the next writer of
/// the same file (<see cref="PartialFiles"/>). A link is followed, and the target of a dangling one is made; a device or a pipe cannot be renamed over, so it
/// takes the bytes as they come.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string? temporaryPath;
    private bool done;

    public AtomicFile(string path)
        : this(path, PartialFiles.Create)
    {
    }

    /// <param name="create">Makes the temporary file of a path: tests give one that fails.</param>
    internal AtomicFile(string path, Func<string, (string Path, Stream Stream)> create)
    {
        this.path = LinkedPath.Resolve(path);
        try
        {
            var kind = FileKinds.Of(this.path);
            if (kind == FileKind.Directory)
                throw new InputException(path, null, "a directory", "the name of a file to write", "add a file name, or choose another output path");
            if (CannotBeRenamedOver(kind))
            {
                // What a shell opened for us, and has emptied or not, goes on where it ends.
                Stream = new OutputStream(path, new FileStream(this.path, kind == FileKind.Regular ? FileMode.Append : FileMode.Open, FileAccess.Write));
                return;
            }
            PartialFiles.RemoveAbandoned(this.path);
            (temporaryPath, var stream) = create(this.path);
            Stream = new OutputStream(path, stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (FullDisk.Is(error))
                throw FullDisk.Error(path, error);
            throw new InputException(path, null, FileFailure.Of(path, error), "a place that can be written", "choose another output path");
        }
    }

    public OutputStream Stream { get; }

    /// <summary>A file that begins with what <paramref name="begin"/> writes; nothing is left if that throws.</summary>
    public static AtomicFile Begin(string path, Action<Stream> begin)
    {
        var file = new AtomicFile(path);
        try
        {
            begin(file.Stream);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes what <paramref name="write"/> writes; nothing appears if it throws.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = Begin(path, write);
        file.Commit();
    }

    /// <summary>Writes a small text file (UTF-8) in one go.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Flushes to the disk and gives the file its name, replacing what was there.</summary>
    public void Commit()
    {
        if (temporaryPath is null)
        {
            Stream.Flush();
        }
        else
        {
            Stream.FlushToDisk();
            Rename(temporaryPath);
        }
        done = true;
        Stream.Dispose();
    }

    public void Dispose()
    {
        if (done)
            return;
        done = true;
        try
        {
            Stream.Dispose();
        }
        catch (Exception error) when (FullDisk.IsFailureToWrite(error))
        {
            // What the buffer still held did not fit either; it was to be thrown away.
        }
        if (temporaryPath is not null)
            PartialFiles.Remove(temporaryPath);
    }

    /// <summary>Names in /proc/PID/fd stand for open files, whatever those are.</summary>
    private bool CannotBeRenamedOver(FileKind kind) =>
        kind is FileKind.Pipe or FileKind.Device or FileKind.Socket || (kind == FileKind.Regular && path.StartsWith("/proc/", StringComparison.Ordinal));

    /// <summary>While the file is open: closed, it would look abandoned.</summary>
    private void Rename(string from)
    {
        try
        {
            File.Move(from, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, FileFailure.Of(path, error), "a file name that can be written", "choose another output path");
        }
    }
}
