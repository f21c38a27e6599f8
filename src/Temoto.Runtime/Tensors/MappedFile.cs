using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Temoto.Machine;

namespace Temoto.Tensors;

/// <summary>
/// A file mapped read-only into memory once: weights are read where they lie, without a copy. An empty file cannot be
/// mapped and a directory is no file: both are <see cref="InputException"/>s, as is a file that is missing or not readable.
/// </summary>
/// <remarks>
/// The file stays open: who replaces it by renaming another over it does no harm, since the mapping keeps the old one. Who writes into it in place changes the bytes under the
/// reader, and where it is cut short the system ends a process that reads behind the new end. <see cref="RequireUnchanged"/> notices both, if they come before the reading.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private const string ChangedNext = "load the model again; replace model files by renaming new ones over them, or load with ModelLoad.Copy";

    private readonly SafeFileHandle handle;
    private readonly DateTime writtenUtc;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private bool disposed;

    private MappedFile(string path, SafeFileHandle handle, long length, DateTime writtenUtc, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* data)
    {
        Path = path;
        this.handle = handle;
        Length = length;
        this.writtenUtc = writtenUtc;
        this.map = map;
        this.view = view;
        Data = data;
    }

    public string Path { get; }

    public long Length { get; }

    public byte* Data { get; }

    /// <summary>Maps <paramref name="path"/>; <paramref name="expected"/> says what kind of file the caller wants, for the error line.</summary>
    public static MappedFile Open(string path, string expected)
    {
        // Everything in a hub's cache is a link.
        var target = LinkedPath.Resolve(path);
        if (Directory.Exists(target))
            throw new InputException(path, null, "a directory", expected, "name the file itself");
        if (!File.Exists(target))
            throw new InputException(path, null, "no such file", expected, "check the path");
        try
        {
            // Pipes have length 0; they are refused unopened, since opening one may wait for ever.
            if (new FileInfo(target).Length == 0)
                throw new InputException(path, null, FileKinds.Of(target) is not FileKind.Regular and var kind ? kind.Name() : "an empty file", expected, "download or write it again");
            return Map(path, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, null, FileFailure.Of(path, error), expected, "check that the file can be read");
        }
    }

    private static MappedFile Map(string path, string target)
    {
        var handle = File.OpenHandle(target);
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            // Before the first byte is read: whatever is written from here on is noticed.
            var (length, writtenUtc) = (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
            if (length == 0)
                throw new IOException("an empty file");
            map = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            return new MappedFile(path, handle, length, writtenUtc, map, view, pointer + view.PointerOffset);
        }
        catch
        {
            view?.Dispose();
            map?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file whose length or time of writing is no longer that of its opening. Two calls of the system, about a microsecond.</summary>
    /// <exception cref="InputException">The file was changed in place.</exception>
    public void RequireUnchanged()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            var (length, written) = (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
            if (length != Length || written != writtenUtc)
                throw new InputException(Path, null, $"{length} bytes, written at {written:O}", $"the file as it was opened: {Length} bytes, written at {writtenUtc:O}", ChangedNext);
        }
        catch (IOException error)
        {
            throw Unreadable(error);
        }
    }

    /// <summary>
    /// The bytes from <paramref name="offset"/> on, read by the system and not through the mapping: where the file was cut meanwhile this is an error like others.
    /// </summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            while (destination.Length > 0)
            {
                var count = RandomAccess.Read(handle, destination, offset);
                if (count == 0)
                    throw new InputException(Path, null, $"the end of the file after {offset} bytes", $"the file as it was opened: {Length} bytes", ChangedNext);
                offset += count;
                destination = destination[count..];
            }
        }
        catch (IOException error)
        {
            throw Unreadable(error);
        }
    }

    private InputException Unreadable(IOException error) => new(Path, null, error.Message, "the file as it was opened", ChangedNext);

    /// <summary>Bytes [offset, offset + length) of the file; the caller has checked the range against <see cref="Length"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checked(offset + length), Length, nameof(length));
        return new ReadOnlySpan<byte>(Data + offset, length);
    }

    /// <summary>
    /// Reads the pages of [data, data + length) in and maps them (Linux; elsewhere, and where the kernel cannot, nothing happens: pages come as they are read). The bytes are not
    /// touched, so a file that was disposed meanwhile does no harm.
    /// </summary>
    public static void MapPages(byte* data, long length)
    {
        if (OperatingSystem.IsLinux())
            MemoryAdvice.PopulateRead(data, length);
    }

    /// <summary>Gives back the pages that lie whole in [data, data + length).</summary>
    public static void ReleasePages(byte* data, long length)
    {
        if (OperatingSystem.IsLinux())
            MemoryAdvice.Release(data, length);
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
        handle.Dispose();
    }
}
