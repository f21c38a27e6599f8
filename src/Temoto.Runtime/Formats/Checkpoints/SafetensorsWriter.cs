using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// Writes a safetensors file tensor by tensor, so that nothing but the current piece is in memory. The names, types and shapes are
/// given first, then their bytes in the same order, in pieces of any size. The file appears under its name only after <see cref="Commit"/>.
/// </summary>
internal sealed class SafetensorsWriter : IDisposable
{
    private readonly AtomicFile file;
    private readonly IReadOnlyList<TensorEntry> entries;
    private readonly long dataBytes;
    private long writtenBytes;

    /// <param name="dataAlignment">The data starts at a multiple of this many bytes: the header is padded with blanks, which the format allows.</param>
    /// <param name="seal">May change bytes of the finished header, not its length.</param>
    public SafetensorsWriter(string path, IReadOnlyList<TensorEntry> entries, IReadOnlyDictionary<string, string>? metadata = null, int dataAlignment = 64, Action<byte[]>? seal = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dataAlignment);
        this.entries = entries;
        var header = Header(path, entries, metadata, dataAlignment, out dataBytes);
        seal?.Invoke(header);
        file = AtomicFile.Begin(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafetensorsFormat.LengthBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
        });
    }

    /// <summary>Appends bytes of the current tensor (or of several in a row).</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > dataBytes - writtenBytes)
            throw new InvalidOperationException($"{bytes.Length} bytes given where {dataBytes - writtenBytes} remain of the declared tensors");
        file.Stream.Write(bytes);
        writtenBytes += bytes.Length;
    }

    /// <summary>Checks that every declared byte was written, flushes to the disk and gives the file its name.</summary>
    public void Commit()
    {
        if (writtenBytes != dataBytes)
            throw new InvalidOperationException($"{writtenBytes} bytes written where {entries.Count} tensors declare {dataBytes}");
        file.Commit();
    }

    /// <summary>Writes tensors that already exist.</summary>
    public static unsafe void WriteAll(string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        const int pieceBytes = 1 << 20;
        using var writer = new SafetensorsWriter(path, [.. tensors.Select(t => new TensorEntry(t.Name, t.DType, t.Shape))], metadata);
        foreach (var tensor in tensors)
        {
            for (long offset = 0; offset < tensor.ByteLength; offset += pieceBytes)
                writer.Write(new ReadOnlySpan<byte>(tensor.Data + offset, (int)Math.Min(pieceBytes, tensor.ByteLength - offset)));
        }
        writer.Commit();
    }

    public void Dispose() => file.Dispose();

    private static byte[] Header(string path, IReadOnlyList<TensorEntry> entries, IReadOnlyDictionary<string, string>? metadata, int dataAlignment, out long dataBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsFormat.MetadataKey);
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            var names = new HashSet<string>();
            foreach (var entry in entries)
            {
                if (!names.Add(entry.Name) || entry.Name == SafetensorsFormat.MetadataKey)
                    throw new ArgumentException($"the tensor name '{entry.Name}' is taken", nameof(entries));
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", SafetensorsFormat.NameOf(entry.DType));
                json.WriteStartArray("shape");
                foreach (var dimension in entry.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset = checked(offset + entry.ByteLength));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
            dataBytes = offset;
        }
        var unpadded = SafetensorsFormat.LengthBytes + buffer.WrittenCount;
        var padding = (dataAlignment - unpadded % dataAlignment) % dataAlignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenCount <= SafetensorsFormat.MaxHeaderBytes
            ? buffer.WrittenSpan.ToArray()
            : throw new InputException(path, "header", $"{buffer.WrittenCount} bytes of names, tokenizer and settings", $"at most {SafetensorsFormat.MaxHeaderBytes}", "pack a model with a smaller vocabulary");
    }
}
