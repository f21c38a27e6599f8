using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Temoto.Tensors;

/// <summary>
/// A file mapped read-only into memory once: weights are read where they lie, without a copy. An empty file cannot be
/// mapped and a directory is no file: both are <see cref="InputException"/>s, as is a file that is missing or not readable.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    // asm-generic/mman-common.h; Linux 5.14.
    private const int PopulateRead = 22;

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
        // Everything in a hub's cache is a link.
        var target = LinkedPath.Resolve(path);
        if (Directory.Exists(target))
            throw new InputException(path, null, "a directory", expected, "name the file itself");
        if (!File.Exists(target))
            throw new InputException(path, null, "no such file", expected, "check the path");
        try
        {
            // Pipes have length 0; they are refused unopened, since opening one may wait for ever.
            var length = new FileInfo(target).Length;
            if (length == 0)
                throw new InputException(path, null, FileKinds.Of(target) is not FileKind.Regular and var kind ? kind.Name() : "an empty file", expected, "download or write it again");
            return Map(path, target, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, null, error.Message, expected, "check that the file can be read");
        }
    }

    private static MappedFile Map(string path, string target, long length)
    {
        var map = MemoryMappedFile.CreateFromFile(target, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            return new MappedFile(path, length, map, view, pointer + view.PointerOffset);
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
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

    /// <summary>
    /// Reads the pages of [data, data + length) in and maps them (Linux; elsewhere, and where the kernel cannot, nothing happens: pages come as they are read). The bytes are not
    /// touched, so a file that was disposed meanwhile does no harm.
    /// </summary>
    public static void MapPages(byte* data, long length)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var start = (nuint)data / (nuint)Environment.SystemPageSize * (nuint)Environment.SystemPageSize;
        _ = Advise((void*)start, (nuint)data + (nuint)length - start, PopulateRead);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);

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
