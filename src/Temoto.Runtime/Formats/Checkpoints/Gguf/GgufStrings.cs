using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>The strings of a GGUF array, decoded one after the other into one buffer: a vocabulary has hundreds of thousands.</summary>
internal sealed class GgufStrings
{
    private readonly GgufFile file;
    private readonly MappedFile bytes;
    private readonly string key;
    private char[] buffer = new char[256];
    private long offset;

    /// <param name="file">The walk through its header has checked that the strings lie inside.</param>
    /// <param name="bytes">The same file.</param>
    /// <param name="key">Of the array, for errors.</param>
    /// <param name="count">Strings in the array.</param>
    /// <param name="start">Where the first string's length lies.</param>
    /// <param name="end">Where the last string ends.</param>
    public GgufStrings(GgufFile file, MappedFile bytes, string key, long count, long start, long end)
    {
        this.file = file;
        this.bytes = bytes;
        this.key = key;
        Count = count;
        TextBytes = end - start - sizeof(long) * count;
        offset = start;
    }

    public long Count { get; }

    /// <summary>Bytes of all strings, without their lengths; they decode to at most as many characters.</summary>
    public long TextBytes { get; }

    /// <summary>The next string; it is gone with the one after it.</summary>
    public ReadOnlySpan<char> Next()
    {
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span(offset, sizeof(long)));
        offset += sizeof(long);
        if (length > Array.MaxLength)
            throw file.Bad(key, $"a string of {length} bytes", $"at most {Array.MaxLength}");
        if (buffer.Length < length)
            buffer = new char[length];
        var text = bytes.Span(offset, (int)length);
        offset += length;
        return Utf8.ToUtf16(text, buffer, out _, out var characters, replaceInvalidSequences: false) == OperationStatus.Done
            ? buffer.AsSpan(0, characters)
            : throw file.Bad(key, "bytes that are not UTF-8", "UTF-8 text");
    }
}
