using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Temoto.Formats.Files;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>The metadata of a GGUF file in the order in which it is written.</summary>
internal sealed class GgufMetadata
{
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly HashSet<string> keys = [];

    /// <summary>Entries so far.</summary>
    public int Count => keys.Count;

    public ReadOnlySpan<byte> Bytes => bytes.WrittenSpan;

    public GgufMetadata Add(string key, string value)
    {
        AddKey(key, GgufValueType.String);
        WriteString(value);
        return this;
    }

    public GgufMetadata Add(string key, uint value)
    {
        AddKey(key, GgufValueType.UInt32);
        WriteUInt32(value);
        return this;
    }

    public GgufMetadata Add(string key, float value)
    {
        AddKey(key, GgufValueType.Float32);
        WriteUInt32(BitConverter.SingleToUInt32Bits(value));
        return this;
    }

    public GgufMetadata Add(string key, bool value)
    {
        AddKey(key, GgufValueType.Bool);
        bytes.Write([value ? (byte)1 : (byte)0]);
        return this;
    }

    public GgufMetadata Add(string key, IReadOnlyCollection<string> values)
    {
        AddArray(key, GgufValueType.String, values.Count);
        foreach (var value in values)
            WriteString(value);
        return this;
    }

    public GgufMetadata Add(string key, IReadOnlyCollection<int> values)
    {
        AddArray(key, GgufValueType.Int32, values.Count);
        foreach (var value in values)
            WriteUInt32((uint)value);
        return this;
    }

    public GgufMetadata Add(string key, IReadOnlyCollection<float> values)
    {
        AddArray(key, GgufValueType.Float32, values.Count);
        foreach (var value in values)
            WriteUInt32(BitConverter.SingleToUInt32Bits(value));
        return this;
    }

    public GgufMetadata Add(string key, IReadOnlyCollection<byte> values)
    {
        AddArray(key, GgufValueType.UInt8, values.Count);
        bytes.Write([.. values]);
        return this;
    }

    /// <param name="value">A string, a uint, a float, a bool or an array of int.</param>
    public GgufMetadata Add(string key, object value) => value switch
    {
        string text => Add(key, text),
        uint number => Add(key, number),
        float number => Add(key, number),
        bool truth => Add(key, truth),
        int[] numbers => Add(key, (IReadOnlyCollection<int>)numbers),
        _ => throw new ArgumentException($"{value.GetType()} for '{key}'", nameof(value)),
    };

    private void AddArray(string key, GgufValueType elementType, int count)
    {
        AddKey(key, GgufValueType.Array);
        WriteUInt32((uint)elementType);
        WriteUInt64((ulong)count);
    }

    private void AddKey(string key, GgufValueType type)
    {
        if (!keys.Add(key))
            throw new ArgumentException($"the metadata key '{key}' is taken", nameof(key));
        WriteString(key);
        WriteUInt32((uint)type);
    }

    private void WriteString(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        WriteUInt64((ulong)utf8.Length);
        bytes.Write(utf8);
    }

    private void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(4), value);
        bytes.Advance(4);
    }

    private void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }
}

/// <summary>
/// Writes a GGUF file of version 3 tensor by tensor: names (GGUF's own), types and shapes ([out, in], turned round on the way) first, then the
/// bytes of each tensor in the same order, encoded by the caller. The file appears under its name only after <see cref="Commit"/>.
/// </summary>
internal sealed class GgufWriter : IDisposable
{
    private readonly AtomicFile file;
    private readonly IReadOnlyList<TensorEntry> entries;
    private int written;

    public GgufWriter(string path, GgufMetadata metadata, IReadOnlyList<TensorEntry> entries)
    {
        this.entries = entries;
        var infos = new ArrayBufferWriter<byte>();
        long offset = 0;
        foreach (var entry in entries)
        {
            WriteInfo(infos, entry, offset);
            offset = Aligned(offset + entry.ByteLength);
        }
        file = AtomicFile.Begin(path, stream =>
        {
            Span<byte> head = stackalloc byte[24];
            BinaryPrimitives.WriteUInt32LittleEndian(head, GgufFormat.Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(head[4..], GgufFormat.Version);
            BinaryPrimitives.WriteInt64LittleEndian(head[8..], entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(head[16..], metadata.Count);
            stream.Write(head);
            stream.Write(metadata.Bytes);
            stream.Write(infos.WrittenSpan);
            Pad(stream);
        });
    }

    /// <summary>The bytes of the next tensor, whole.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (written == entries.Count || bytes.Length != entries[written].ByteLength)
            throw new InvalidOperationException($"{bytes.Length} bytes given for tensor {written} of {entries.Count}");
        file.Stream.Write(bytes);
        written++;
        Pad(file.Stream);
    }

    /// <summary>Checks that every tensor was written, flushes to the disk and gives the file its name.</summary>
    public void Commit()
    {
        if (written != entries.Count)
            throw new InvalidOperationException($"{written} of {entries.Count} tensors written");
        file.Commit();
    }

    public void Dispose() => file.Dispose();

    private static void WriteInfo(ArrayBufferWriter<byte> infos, TensorEntry entry, long offset)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var bytes = new byte[8 + name.Length + 4 + 8 * entry.Shape.Length + 4 + 8];
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteInt64LittleEndian(span, name.Length);
        name.CopyTo(span[8..]);
        span = span[(8 + name.Length)..];
        BinaryPrimitives.WriteInt32LittleEndian(span, entry.Shape.Length);
        span = span[4..];
        for (var i = entry.Shape.Length - 1; i >= 0; i--, span = span[8..])
            BinaryPrimitives.WriteInt64LittleEndian(span, entry.Shape[i]);
        BinaryPrimitives.WriteInt32LittleEndian(span, GgufFormat.TensorTypeId(entry.DType));
        BinaryPrimitives.WriteInt64LittleEndian(span[4..], offset);
        infos.Write(bytes);
    }

    private static void Pad(Stream stream)
    {
        var position = stream.Position;
        Span<byte> zeros = stackalloc byte[GgufFormat.DefaultAlignment];
        zeros.Clear();
        stream.Write(zeros[..(int)(Aligned(position) - position)]);
    }

    private static long Aligned(long offset) => (offset + GgufFormat.DefaultAlignment - 1) / GgufFormat.DefaultAlignment * GgufFormat.DefaultAlignment;
}
