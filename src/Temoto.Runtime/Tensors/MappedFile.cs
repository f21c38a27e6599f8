using System.IO.MemoryMappedFiles;

namespace Temoto.Tensors;

/// <summary>
/// A file mapped read-only into memory once: weights are read where they lie, without a copy. An empty file cannot be
/// mapped and a directory is no file: both are <see cref="InputException"/>s, as is a file that is missing or not readable.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private bool disposed;

    private MappedFile(string path, long length, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* data)
    {
        Path = path;
        Length = length;
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
        if (Directory.Exists(path))
            throw new InputException(path, null, "a directory", expected, "name the file itself");
        if (!File.Exists(path))
            throw new InputException(path, null, "no such file", expected, "check the path");
        try
        {
            // The length is asked of the open file: a path may be a link, as everything in a hub's cache is.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = stream.Length;
            if (length == 0)
            {
                stream.Dispose();
                throw new InputException(path, null, "an empty file", expected, "download or write it again");
            }
            var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            return new MappedFile(path, length, map, view, pointer + view.PointerOffset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, error.Message, expected, "check that the file can be read");
        }
    }

    /// <summary>Bytes [offset, offset + length) of the file; the caller has checked the range against <see cref="Length"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checked(offset + length), Length, nameof(length));
        return new ReadOnlySpan<byte>(Data + offset, length);
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }
}
