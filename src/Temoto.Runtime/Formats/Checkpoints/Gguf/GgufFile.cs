using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Temoto.Formats.Files;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// One memory-mapped GGUF file, version 2 or 3: metadata and tensors under their own names. Metadata values stay in the file until they are
/// asked for; the whole header is walked and checked first. Shapes are turned round to [out, in].
/// </summary>
internal sealed unsafe class GgufFile : IDisposable
{
    private const string Expected = "a GGUF file";
    private const string Next = "download or convert the model again";

    /// <summary>Arrays of arrays exist in the format, but no known file nests them; this bounds our recursion.</summary>
    private const int MaxArrayDepth = 4;

    private const int MaxKeyBytes = 65535;

    /// <summary>ggml itself allows 63.</summary>
    private const int MaxNameBytes = 255;

    private readonly MappedFile file;
    private readonly Dictionary<string, Value> metadata = [];
    private readonly Dictionary<string, Tensor> tensors = [];
    private readonly Dictionary<string, UnreadTensor> unread = [];
    private readonly List<GgufFile> parts = [];
    private long position;

    private GgufFile(MappedFile file) => this.file = file;

    /// <param name="ElementType">Of an array; otherwise the type itself.</param>
    /// <param name="Count">Elements of an array; 1 otherwise.</param>
    /// <param name="End">One past its last byte.</param>
    private sealed record Value(GgufValueType Type, GgufValueType ElementType, long Count, long Offset, long End);

    public string Path => file.Path;

    public uint Version { get; private set; }

    public int Alignment { get; private set; } = GgufFormat.DefaultAlignment;

    public IReadOnlyCollection<string> Keys => metadata.Keys;

    /// <summary>By their GGUF names (blk.0.attn_q.weight).</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Tensors of element types that are not read.</summary>
    public IReadOnlyDictionary<string, UnreadTensor> Unread => unread;

    public static bool LooksLike(MappedFile file) => file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Span(0, 4)) == GgufFormat.Magic;

    /// <summary>Whether there is a file of this format, by its magic.</summary>
    public static bool IsAt(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = MappedFile.Open(path, Expected);
        return LooksLike(file);
    }

    public static GgufFile Open(string path)
    {
        var result = new GgufFile(MappedFile.Open(path, Expected));
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

    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
        file.Dispose();
    }

    /// <summary>Takes over another part of the same model: its tensors are seen as if they lay here.</summary>
    public void Join(GgufFile part)
    {
        parts.Add(part);
        if (tensors.Count + unread.Count + part.tensors.Count + part.unread.Count > TensorEntry.MaxTensors)
            throw part.Bad(null, "more tensors", $"at most {TensorEntry.MaxTensors} in all parts together");
        foreach (var (name, tensor) in part.tensors)
        {
            if (!tensors.TryAdd(name, tensor) || unread.ContainsKey(name))
                throw part.Bad(name, "the tensor in two parts", "every tensor once");
        }
        foreach (var (name, tensor) in part.unread)
        {
            if (!unread.TryAdd(name, tensor) || tensors.ContainsKey(name))
                throw part.Bad(name, "the tensor in two parts", "every tensor once");
        }
    }

    public bool Has(string key) => metadata.ContainsKey(key);

    public string? String(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            return null;
        if (value.Type != GgufValueType.String)
            throw Wrong(key, value, "a string");
        var offset = value.Offset;
        return StringAt(ref offset, key);
    }

    public bool? Bool(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            return null;
        return value.Type == GgufValueType.Bool && file.Data[value.Offset] <= 1
            ? file.Data[value.Offset] == 1
            : throw Wrong(key, value, "true or false");
    }

    /// <summary>A whole number of any of the integer types.</summary>
    public int? Int(string key, int smallest, int largest)
    {
        if (!metadata.TryGetValue(key, out var value))
            return null;
        if (!IsWhole(value.Type))
            throw Wrong(key, value, $"a whole number from {smallest} to {largest}");
        return InRange(key, WholeAt(value.Type, value.Offset), smallest, largest);
    }

    /// <summary>As <see cref="Int"/>; or an array, a number for each layer, of the same number throughout.</summary>
    public int? IntOfLayers(string key, int smallest, int largest)
    {
        if (!metadata.TryGetValue(key, out var value) || value.Type != GgufValueType.Array || !IsWhole(value.ElementType) || value.Count == 0)
            return Int(key, smallest, largest);
        var first = WholeAt(value.ElementType, value.Offset);
        var elementBytes = GgufFormat.ValueBytes(value.ElementType);
        for (long i = 1; i < value.Count; i++)
        {
            if (WholeAt(value.ElementType, value.Offset + i * elementBytes) is var other && other != first)
                throw Bad(key, $"{first} for the first layer and {other} for layer {i}", "the same number for every layer", "use a model whose layers are all alike");
        }
        return InRange(key, first, smallest, largest);
    }

    /// <summary>One whole number, or an array of at most so many; empty where the key is missing.</summary>
    public IReadOnlyList<int> IntOrList(string key, int smallest, int largest, int most)
    {
        if (!metadata.TryGetValue(key, out var value))
            return [];
        if (value.Type != GgufValueType.Array)
            return [Int(key, smallest, largest)!.Value];
        if (!IsWhole(value.ElementType) || value.Count > most)
            throw Wrong(key, value, $"a whole number or at most {most} of them");
        var elementBytes = GgufFormat.ValueBytes(value.ElementType);
        return [.. Enumerable.Range(0, (int)value.Count).Select(i => InRange(key, WholeAt(value.ElementType, value.Offset + i * elementBytes), smallest, largest))];
    }

    private static bool IsWhole(GgufValueType type) => type is GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.UInt16 or GgufValueType.Int16
        or GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.UInt64 or GgufValueType.Int64;

    /// <summary>Null beyond 63 bits, which is out of any range.</summary>
    private long? WholeAt(GgufValueType type, long offset)
    {
        var bytes = file.Data + offset;
        return type switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(new(bytes, 2)),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(new(bytes, 2)),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(new(bytes, 4)),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(new(bytes, 4)),
            GgufValueType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(new(bytes, 8)) is var large && large <= long.MaxValue ? (long)large : null,
            GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(new(bytes, 8)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no whole number"),
        };
    }

    private int InRange(string key, long? number, int smallest, int largest) => number >= smallest && number <= largest
        ? (int)number
        : throw Bad(key, number is null ? "a number beyond 2^63" : $"{number}", $"a whole number from {smallest} to {largest}");

    /// <summary>True where a token id is all ones, which some converters write for "none".</summary>
    public bool IsNoToken(string key) =>
        metadata.TryGetValue(key, out var value)
        && value.Type is GgufValueType.UInt32 or GgufValueType.Int32
        && BinaryPrimitives.ReadUInt32LittleEndian(file.Span(value.Offset, 4)) == uint.MaxValue;

    public double? Number(string key, double smallest, double largest)
    {
        if (!metadata.TryGetValue(key, out var value))
            return null;
        var bytes = file.Data + value.Offset;
        var number = value.Type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(new(bytes, 4)),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(new(bytes, 8)),
            _ => throw Wrong(key, value, $"a number from {smallest} to {largest}"),
        };
        return number >= smallest && number <= largest
            ? number
            : throw Bad(key, $"{number}", $"a number from {smallest} to {largest}");
    }

    /// <summary>Elements of an array; null where the key is missing.</summary>
    public long? ArrayLength(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            return null;
        return value.Type == GgufValueType.Array ? value.Count : throw Wrong(key, value, "an array");
    }

    /// <summary>True or false for each of at most so many; null where the key is missing or holds no array.</summary>
    public bool[]? Flags(string key, int most)
    {
        if (!metadata.TryGetValue(key, out var value) || value.Type != GgufValueType.Array)
            return null;
        if (value.ElementType != GgufValueType.Bool || value.Count > most)
            throw Wrong(key, value, $"an array of at most {most} times true or false");
        return [.. Enumerable.Range(0, (int)value.Count).Select(i => file.Data[value.Offset + i] != 0)];
    }

    /// <summary>The strings of an array; none where the key is missing.</summary>
    public GgufStrings Strings(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            return new GgufStrings(this, file, key, 0, 0, 0);
        if (value.Type != GgufValueType.Array || value.ElementType != GgufValueType.String)
            throw Wrong(key, value, "an array of strings");
        return new GgufStrings(this, file, key, value.Count, value.Offset, value.End);
    }

    /// <summary>The 32-bit whole numbers of an array; empty where the key is missing.</summary>
    public int[] Ints(string key)
    {
        var bytes = ArrayBytes(key, "an array of 32-bit whole numbers", GgufValueType.Int32, GgufValueType.UInt32);
        var numbers = new int[bytes.Length / 4];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        return numbers;
    }

    /// <summary>The float32 of an array; empty where the key is missing.</summary>
    public float[] Floats(string key)
    {
        var bytes = ArrayBytes(key, "an array of float32", GgufValueType.Float32, GgufValueType.Float32);
        var numbers = new float[bytes.Length / 4];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        return numbers;
    }

    /// <summary>The bytes of an array; none where the key is missing.</summary>
    public ReadOnlySpan<byte> Bytes(string key) => ArrayBytes(key, "an array of bytes", GgufValueType.UInt8, GgufValueType.Int8, elementBytes: 1);

    /// <summary>What stands under a key, for error lines: a short value itself, of others the type.</summary>
    public string Describe(string key)
    {
        if (!metadata.TryGetValue(key, out var value))
            return "nothing";
        return value.Type switch
        {
            GgufValueType.String => $"'{String(key)}'",
            GgufValueType.Bool => $"{Bool(key)}".ToLowerInvariant(),
            GgufValueType.Float32 or GgufValueType.Float64 => $"{Number(key, double.MinValue, double.MaxValue)}",
            GgufValueType.Array => "an array",
            _ => $"{Int(key, int.MinValue, int.MaxValue)}",
        };
    }

    /// <summary>An error about this file.</summary>
    public InputException Bad(string? key, string found, string expected, string next = Next) => new(Path, key, found, expected, next);

    private ReadOnlySpan<byte> ArrayBytes(string key, string expected, GgufValueType type, GgufValueType otherType, int elementBytes = 4)
    {
        if (!metadata.TryGetValue(key, out var value))
            return [];
        if (value.Type != GgufValueType.Array || value.ElementType != type && value.ElementType != otherType || value.Count > Array.MaxLength / 4)
            throw Wrong(key, value, expected);
        return new ReadOnlySpan<byte>(file.Data + value.Offset, (int)(elementBytes * value.Count));
    }

    private void ReadHeader()
    {
        GitLfsPointer.Refuse(Path, file.Span(0, (int)Math.Min(file.Length, 64)), file.Length, Expected);
        if (ReadUInt32("magic") != GgufFormat.Magic)
            throw Bad(null, $"the first bytes {Convert.ToHexString(file.Span(0, 4))}", "the magic 'GGUF'", "name a GGUF file");
        Version = ReadUInt32("version");
        if (Version is not (2 or 3))
        {
            var bigEndian = BinaryPrimitives.ReverseEndianness(Version) is 2 or 3;
            throw Bad("version", bigEndian ? "a big-endian file" : $"{Version}", "2 or 3, little-endian", "convert the model with a current converter");
        }
        var tensorCount = ReadCount("tensor count", TensorEntry.MaxTensors);
        var metadataCount = ReadCount("metadata count", TensorEntry.MaxTensors);
        for (var i = 0; i < metadataCount; i++)
            ReadMetadataEntry();
        Alignment = Int(GgufFormat.AlignmentKey, 1, 1 << 20) ?? GgufFormat.DefaultAlignment;
        if ((Alignment & (Alignment - 1)) != 0)
            throw Bad(GgufFormat.AlignmentKey, $"{Alignment}", "a power of two");
        ReadTensors(tensorCount);
    }

    private void ReadMetadataEntry()
    {
        var key = ReadString("a metadata key", MaxKeyBytes);
        var type = ReadValueType(key);
        Value value;
        if (type == GgufValueType.Array)
        {
            var elementType = ReadValueType(key);
            var count = ReadLength(key);
            var start = position;
            SkipArray(key, elementType, count, depth: 1);
            value = new Value(type, elementType, count, start, position);
        }
        else
        {
            var start = position;
            Skip(key, type);
            value = new Value(type, type, 1, start, position);
        }
        if (!metadata.TryAdd(key, value))
            throw Bad(key, "the key twice", "every metadata key once");
    }

    private void SkipArray(string key, GgufValueType elementType, long count, int depth)
    {
        var elementBytes = GgufFormat.ValueBytes(elementType);
        if (elementBytes > 0)
        {
            // count is at most the file's length, so this cannot overflow.
            Advance(count * elementBytes, key);
            return;
        }
        if (elementType == GgufValueType.Array && depth == MaxArrayDepth)
            throw Bad(key, $"arrays nested deeper than {MaxArrayDepth}", $"at most {MaxArrayDepth} levels");
        for (long i = 0; i < count; i++)
        {
            if (elementType == GgufValueType.String)
                Skip(key, elementType);
            else
                SkipArray(key, ReadValueType(key), ReadLength(key), depth + 1);
        }
    }

    private void Skip(string key, GgufValueType type) =>
        Advance(type == GgufValueType.String ? ReadLength(key) : GgufFormat.ValueBytes(type), key);

    private void ReadTensors(int count)
    {
        var infos = new List<TensorInfo>(Math.Min(count, 1024));
        for (var i = 0; i < count; i++)
            infos.Add(ReadTensorInfo());
        var dataOffset = AlignUp(position);
        var dataBytes = Math.Max(0, file.Length - dataOffset);
        infos.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        long end = 0;
        foreach (var (name, offset, entry, typeId) in infos)
        {
            if (offset % Alignment != 0)
                throw Bad(name, $"the offset {offset}", $"a multiple of the alignment {Alignment}");
            if (entry is null)
            {
                // How long it is only its type could say.
                if (offset < end || offset > dataBytes)
                    throw Bad(name, $"the offset {offset}", $"a place from {end} on, inside the {dataBytes} bytes of data (is the file cut off?)");
                end = offset;
                var tensorType = new UnreadTensor(Path, name, GgufFormat.DescribeTensorType(typeId), GgufFormat.SupportedTensorTypes, "use the model in one of these quantizations");
                if (tensors.ContainsKey(name) || !unread.TryAdd(name, tensorType))
                    throw Bad(name, "the tensor twice", "every tensor once");
                continue;
            }
            if (offset > dataBytes || entry.ByteLength > dataBytes - offset)
                throw Bad(entry.Name, $"{entry.ByteLength} bytes at offset {offset}", $"a place inside the {dataBytes} bytes of data (is the file cut off?)");
            if (offset < end)
                throw Bad(entry.Name, $"the offset {offset}", $"a tensor behind the one that ends at {end}, without overlap");
            end = offset + entry.ByteLength;
            var tensor = new Tensor(entry.Name, entry.DType, entry.Shape, file.Data + dataOffset + offset, entry.ByteLength, file);
            if (unread.ContainsKey(name) || !tensors.TryAdd(name, tensor))
                throw Bad(entry.Name, "the tensor twice", "every tensor once");
        }
    }

    /// <summary>What the header says of a tensor. A class: lists of structs are compiled anew in every process.</summary>
    /// <param name="Entry">Null where the type is not read.</param>
    private sealed record TensorInfo(string Name, long Offset, TensorEntry? Entry, uint TypeId);

    private TensorInfo ReadTensorInfo()
    {
        var name = ReadString("a tensor name", MaxNameBytes);
        var rank = ReadUInt32(name);
        if (rank is 0 or > GgufFormat.MaxRank)
            throw Bad(name, $"{rank} dimensions", $"1 to {GgufFormat.MaxRank}");
        var shape = new long[rank];
        for (var i = 0; i < shape.Length; i++)
        {
            // The file lists the fastest dimension first.
            var dimension = ReadUInt64(name);
            if (dimension is 0 or > long.MaxValue)
                throw Bad(name, $"a dimension of {dimension}", "1 to 2^63 - 1");
            shape[^(i + 1)] = (long)dimension;
        }
        var typeId = ReadUInt32(name);
        var offset = ReadUInt64(name);
        if (offset > long.MaxValue)
            throw Bad(name, $"the offset {offset}", "an offset inside the file");
        if (!GgufFormat.TryTensorType(typeId, out var dtype))
            return new TensorInfo(name, (long)offset, null, typeId);
        if (!TensorEntry.TryCountBytes(dtype, shape, out _))
            throw Bad(name, TensorEntry.Describe(dtype, shape), $"rows of whole blocks of {dtype.BlockElements()} and a size below 2^63 bytes");
        return new TensorInfo(name, (long)offset, new TensorEntry(name, dtype, shape), typeId);
    }

    private long AlignUp(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private string StringAt(ref long offset, string key)
    {
        // The walk through the header has checked that the string lies inside the file.
        var length = BinaryPrimitives.ReadInt64LittleEndian(file.Span(offset, 8));
        offset += 8;
        if (length > Array.MaxLength)
            throw Bad(key, $"a string of {length} bytes", $"at most {Array.MaxLength}");
        var bytes = file.Span(offset, (int)length);
        offset += length;
        return Decode(bytes, key);
    }

    private string Decode(ReadOnlySpan<byte> bytes, string key) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Bad(key, "bytes that are not UTF-8", "UTF-8 text");

    private string ReadString(string what, int maxBytes)
    {
        var length = ReadLength(what);
        if (length > maxBytes)
            throw Bad(what, $"{length} bytes", $"at most {maxBytes}");
        var offset = position;
        Advance(length, what);
        return Decode(file.Span(offset, (int)length), what);
    }

    private GgufValueType ReadValueType(string key)
    {
        var type = ReadUInt32(key);
        return type <= (uint)GgufValueType.Float64 ? (GgufValueType)type : throw Bad(key, $"the value type {type}", "0 to 12");
    }

    private int ReadCount(string key, int most)
    {
        var count = ReadUInt64(key);
        return count <= (ulong)most ? (int)count : throw Bad(key, $"{count}", $"at most {most}");
    }

    /// <summary>A length or count of things that take at least one byte each (nested arrays more), so that it is bounded by what is left of the file.</summary>
    private long ReadLength(string key)
    {
        var length = ReadUInt64(key);
        return length <= (ulong)(file.Length - position) ? (long)length : throw Bad(key, $"a length of {length} with {file.Length - position} bytes left", "a length that lies inside the file");
    }

    private uint ReadUInt32(string key)
    {
        var offset = position;
        Advance(4, key);
        return BinaryPrimitives.ReadUInt32LittleEndian(file.Span(offset, 4));
    }

    private ulong ReadUInt64(string key)
    {
        var offset = position;
        Advance(8, key);
        return BinaryPrimitives.ReadUInt64LittleEndian(file.Span(offset, 8));
    }

    private void Advance(long bytes, string key)
    {
        if (bytes > file.Length - position)
            throw Bad(key, $"the end of the file ({file.Length} bytes)", $"{bytes} bytes more (is the file cut off?)");
        position += bytes;
    }

    private InputException Wrong(string key, Value value, string expected) =>
        Bad(key, value.Type == GgufValueType.Array ? $"an array of {value.Count} {value.ElementType}" : $"a {value.Type}", expected);
}
