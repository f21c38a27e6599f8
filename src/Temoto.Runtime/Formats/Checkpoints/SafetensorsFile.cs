using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Temoto.Formats.Files;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// One memory-mapped safetensors file. The header is checked wholly before a tensor is handed out: every byte of the data belongs to
/// exactly one tensor, so no tensor can reach outside the file or alias another. Tensors may lie unaligned.
/// </summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const string Expected = "a safetensors file";
    private const string Next = "download or convert the checkpoint again";

    private readonly MappedFile file;
    private readonly Dictionary<string, Tensor> tensors = [];
    private readonly Dictionary<string, UnreadTensor> unread = [];
    private readonly Dictionary<string, string> metadata = [];
    private int headerBytes;

    private SafetensorsFile(MappedFile file) => this.file = file;

    public string Path => file.Path;

    public long FileBytes => file.Length;

    /// <summary>The JSON header, blanks at its end included.</summary>
    public ReadOnlySpan<byte> Header => file.Span(SafetensorsFormat.LengthBytes, headerBytes);

    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Tensors of element types that are not known here; their bytes have been counted like those of the others.</summary>
    public IReadOnlyDictionary<string, UnreadTensor> Unread => unread;

    /// <summary>The header's <c>__metadata__</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Maps the file and checks its header; throws <see cref="InputException"/> on anything the format does not allow.</summary>
    public static SafetensorsFile Open(string path)
    {
        var result = new SafetensorsFile(MappedFile.Open(path, Expected));
        try
        {
            result.ReadHeader();
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Dispose() => file.Dispose();

    private void ReadHeader()
    {
        GitLfsPointer.Refuse(Path, file.Span(0, (int)Math.Min(file.Length, 64)), file.Length, Expected);
        if (file.Length < SafetensorsFormat.LengthBytes + 2)
            throw Bad(null, $"{file.Length} bytes", "at least 10 bytes: a header length and a header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, SafetensorsFormat.LengthBytes));
        if (length > SafetensorsFormat.MaxHeaderBytes)
            throw Bad("header length", $"{length} bytes", $"at most {SafetensorsFormat.MaxHeaderBytes}; is this a safetensors file?");
        if (length < 2 || (long)length > file.Length - SafetensorsFormat.LengthBytes)
            throw Bad("header length", $"{length} bytes in a file of {file.Length}", "a header that lies inside the file");
        headerBytes = (int)length;
        var header = Header;
        if (header[0] != (byte)'{')
            throw Bad("header", $"the byte 0x{header[0]:X2} first", "'{'");
        if (!Utf8.IsValid(header))
            throw Bad("header", "bytes that are not UTF-8", "a JSON object in UTF-8");

        var dataOffset = SafetensorsFormat.LengthBytes + (long)length;
        List<HeaderEntry> ranges;
        try
        {
            ranges = ParseHeader(header);
        }
        catch (JsonException error)
        {
            throw Bad("header", error.Message, "a JSON object");
        }
        catch (InvalidOperationException error)
        {
            // A \u escape that is half a surrogate pair is only noticed when the string is decoded.
            throw Bad("header", error.Message, "JSON strings of valid Unicode");
        }
        AddTensors(ranges, dataOffset);
    }

    /// <summary>What the header says of a tensor.</summary>
    /// <param name="Entry">Null where the element type is not known.</param>
    /// <param name="DTypeName">As the file has it.</param>
    private sealed record HeaderEntry(string Name, long Begin, long End, TensorEntry? Entry, string DTypeName);

    private List<HeaderEntry> ParseHeader(ReadOnlySpan<byte> header)
    {
        var reader = new Utf8JsonReader(header, JsonFile.ReaderOptions);
        var names = new HashSet<string>();
        var ranges = new List<HeaderEntry>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw Bad(name, "the name twice", "every tensor once");
            reader.Read();
            if (name == SafetensorsFormat.MetadataKey && reader.TokenType == JsonTokenType.Null)
                continue;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Bad(name, $"a JSON {reader.TokenType}", "an object");
            if (name == SafetensorsFormat.MetadataKey)
            {
                ParseMetadata(ref reader);
                continue;
            }
            if (ranges.Count == TensorEntry.MaxTensors)
                throw Bad(name, "one tensor more", $"at most {TensorEntry.MaxTensors} tensors");
            ranges.Add(ParseEntry(ref reader, name));
        }
        // Only blanks may follow; anything else makes this throw.
        reader.Read();
        return ranges;
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Bad($"{SafetensorsFormat.MetadataKey}.{key}", $"a JSON {reader.TokenType}", "a string");
            if (metadata.Count == TensorEntry.MaxTensors)
                throw Bad(SafetensorsFormat.MetadataKey, "one key more", $"at most {TensorEntry.MaxTensors} keys");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw Bad($"{SafetensorsFormat.MetadataKey}.{key}", "the key twice", "every key once");
        }
    }

    private HeaderEntry ParseEntry(ref Utf8JsonReader reader, string name)
    {
        string? dtypeName = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when dtypeName is null:
                    dtypeName = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Bad($"{name}.dtype", $"a JSON {reader.TokenType}", "a string");
                    break;
                case "shape" when shape is null:
                    shape = ParseWholeNumbers(ref reader, $"{name}.shape", TensorEntry.MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseWholeNumbers(ref reader, $"{name}.data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Bad($"{name}.{key}", "the key twice", "every key once");
                default:
                    throw Bad($"{name}.{key}", "an unknown key", "dtype, shape and data_offsets");
            }
        }
        if (dtypeName is null || shape is null || offsets is not { Length: 2 })
            throw Bad(name, "an incomplete entry", "dtype, shape and two data_offsets");
        if (offsets[0] > offsets[1])
            throw Bad($"{name}.data_offsets", $"[{offsets[0]}, {offsets[1]}]", "begin not after end");
        if (!SafetensorsFormat.TryParse(dtypeName, out var dtype))
            return new HeaderEntry(name, offsets[0], offsets[1], null, dtypeName);
        if (!TensorEntry.TryCountBytes(dtype, shape, out var byteLength))
            throw Bad($"{name}.shape", TensorEntry.Describe(dtype, shape), "a size below 2^63 bytes");
        if (byteLength != offsets[1] - offsets[0])
            throw Bad(name, $"{offsets[1] - offsets[0]} bytes", $"{byteLength} bytes for {TensorEntry.Describe(dtype, shape)}");
        return new HeaderEntry(name, offsets[0], offsets[1], new TensorEntry(name, dtype, shape), dtypeName);
    }

    private long[] ParseWholeNumbers(ref Utf8JsonReader reader, string key, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad(key, $"a JSON {reader.TokenType}", "an array of whole numbers");
        Span<long> numbers = stackalloc long[TensorEntry.MaxRank];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most)
                throw Bad(key, $"more than {most} numbers", $"at most {most}");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Bad(key, "an element that is no whole number from 0 to 2^63 - 1", "an array of such numbers");
            numbers[count++] = number;
        }
        return numbers[..count].ToArray();
    }

    /// <summary>Sorted by begin, each tensor must start where the one before it ended, and the last must end with the file.</summary>
    private void AddTensors(List<HeaderEntry> ranges, long dataOffset)
    {
        ranges.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var dataBytes = file.Length - dataOffset;
        long position = 0;
        tensors.EnsureCapacity(ranges.Count);
        foreach (var (name, begin, end, entry, dtypeName) in ranges)
        {
            if (end > dataBytes)
                throw Bad($"{name}.data_offsets", $"[{begin}, {end}]", $"offsets inside the {dataBytes} bytes of data (is the file cut off?)");
            if (begin != position)
                throw Bad($"{name}.data_offsets", $"[{begin}, {end}]", $"a tensor that begins at {position}, without {(begin < position ? "overlap" : "gap")}");
            position = end;
            if (entry is null)
                unread.Add(name, new UnreadTensor(Path, $"{name}.dtype", $"'{dtypeName}'", SafetensorsFormat.Supported, "convert the checkpoint to one of these element types"));
            else
                tensors.Add(name, new Tensor(entry.Name, entry.DType, entry.Shape, file.Data + dataOffset + begin, end - begin, file));
        }
        if (position != dataBytes)
            throw Bad(null, $"{dataBytes - position} bytes behind the last tensor", "a file that ends with its last tensor");
    }

    private InputException Bad(string? key, string found, string expected) => new(Path, key, found, expected, Next);
}
