using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Files;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// An AWQ_MACRO stream, headerless as the published design loads it, and the sidecar FILE.json of ours that says which model it is, where each tensor lies and
/// what its SHA-256 is. docs/formats.md has the tables.
/// </summary>
internal sealed unsafe class AwqMacroFile : IDisposable
{
    public const string FormatName = "awq-macro";
    public const string SidecarSuffix = ".json";

    private const int Version = 1;

    // The most layers that ModelLimits allows with some 200 bytes for each of their tensors.
    private const long MaxSidecarBytes = 1 << 24;
    private const int PieceBytes = 1 << 20;
    private const string Next = "write the stream again with its sidecar";

    private readonly MappedFile file;
    private readonly byte[][] hashes;

    private AwqMacroFile(MappedFile file, ModelConfig config, IReadOnlyList<AwqMacroPart> parts, byte[][] hashes)
    {
        this.file = file;
        this.hashes = hashes;
        Config = config;
        Parts = parts;
    }

    public ModelConfig Config { get; }

    /// <summary>In the order of the file, without gaps.</summary>
    public IReadOnlyList<AwqMacroPart> Parts { get; }

    public long FileBytes => file.Length;

    /// <summary>Writes a checkpoint whose layers hold I4 weights in groups of 64, and the sidecar beside it.</summary>
    /// <param name="progress">Gets the bytes written so far and in all.</param>
    public static void Write(Checkpoint checkpoint, string path, Action<long, long>? progress, CancellationToken cancellation)
    {
        var config = HuggingFaceLayout.ConfigOf(checkpoint);
        var parts = AwqMacroLayout.Of(checkpoint.Path, config);
        // Every tensor is looked at before the first byte is written.
        var tensors = parts.Select(part => checkpoint.Require(part.Name, part.Shape)).ToList();
        foreach (var (part, tensor) in parts.Zip(tensors).Where(pair => pair.First.IsMacros))
            Int4Weight.Check(checkpoint.Path, tensor, AwqMacro.Inputs);
        var hashes = new List<byte[]>();
        var totalBytes = parts[^1].OffsetBytes + parts[^1].ByteLength;
        long writtenBytes = 0;
        using var stream = new AtomicFile(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        void Sink(ReadOnlySpan<byte> bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Stream.Write(bytes);
            hash.AppendData(bytes);
            writtenBytes += bytes.Length;
            progress?.Invoke(writtenBytes, totalBytes);
        }

        foreach (var (part, tensor) in parts.Zip(tensors))
        {
            var order = HuggingFaceLayout.RowOrder(checkpoint.Config, tensor.Name);
            if (part.IsMacros)
            {
                using var weight = new Int4Weight(checkpoint.Path, tensor, AwqMacro.Inputs, order);
                using var macros = new NativeBuffer(part.ByteLength);
                AwqMacro.Encode(weight, macros.Data);
                for (long offset = 0; offset < part.ByteLength; offset += PieceBytes)
                    Sink(new ReadOnlySpan<byte>(macros.Data + offset, (int)Math.Min(PieceBytes, part.ByteLength - offset)));
            }
            else
            {
                Float16Rows.Write(checkpoint.Path, tensor, order, Sink);
            }
            hashes.Add(hash.GetHashAndReset());
        }
        cancellation.ThrowIfCancellationRequested();
        // A new stream never stands beside an old sidecar, whatever interrupts us here.
        var sidecarPath = SidecarPath(path);
        File.Delete(sidecarPath);
        stream.Commit();
        AtomicFile.WriteText(sidecarPath, Sidecar(config, parts, hashes, totalBytes));
    }

    /// <summary>Beside the name that was given; where nothing lies there, beside the file that links lead to.</summary>
    public static string SidecarPath(string path) => File.Exists(path + SidecarSuffix) ? path + SidecarSuffix : LinkedPath.Resolve(path) + SidecarSuffix;

    /// <summary>Maps a stream and checks its sidecar and its length; <see cref="Verify"/> checks the bytes as well.</summary>
    public static AwqMacroFile Open(string path)
    {
        var file = MappedFile.Open(path, "an AWQ_MACRO stream");
        try
        {
            using var json = JsonFile.Open(SidecarPath(path), "the sidecar of an AWQ_MACRO stream", MaxSidecarBytes);
            var (config, parts, hashes) = ReadSidecar(json.Root);
            var expectedBytes = parts[^1].OffsetBytes + parts[^1].ByteLength;
            return file.Length == expectedBytes
                ? new AwqMacroFile(file, config, parts, hashes)
                : throw new InputException(path, null, $"{file.Length} bytes", $"{expectedBytes} bytes for the model of {Path.GetFileName(path)}{SidecarSuffix}", Next);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Compares every tensor with its SHA-256; an <see cref="InputException"/> names the first that differs.</summary>
    /// <param name="progress">Gets the bytes compared so far and in all.</param>
    /// <returns>How many tensors were compared.</returns>
    public int Verify(Action<long, long>? progress, CancellationToken cancellation) => StoredHash.CompareAll(Hashes(), progress, cancellation);

    private List<StoredHash> Hashes() => [.. Parts.Select((part, i) =>
        new StoredHash(file, part.Name, part.OffsetBytes, part.ByteLength, Convert.ToHexStringLower(hashes[i]), "the stream is damaged: write it again"))];

    /// <summary>The bytes of a part.</summary>
    public byte* Data(AwqMacroPart part) => file.Data + part.OffsetBytes;

    /// <summary>A weight's macros in load order [tiles, groups]: what the four ports read.</summary>
    public NativeBuffer LoadOrder(AwqMacroPart part)
    {
        var result = new NativeBuffer(part.ByteLength);
        AwqMacro.Transpose(Data(part), part.Groups, part.Tiles, result.Data);
        return result;
    }

    /// <summary>The stream as a checkpoint without a tokenizer: macros become I4 tensors in memory, the rest stays mapped. It owns this file from then on.</summary>
    public Checkpoint ToCheckpoint()
    {
        var owned = new List<IDisposable> { this };
        return new Checkpoint(owned)
        {
            Path = file.Path,
            Format = FormatName,
            Config = Config,
            Hashes = Hashes,
            Tensors = Parts.ToDictionary(part => part.Name, part => part.IsMacros
                ? Unpack(part, owned)
                : new Tensor(part.Name, DType.F16, part.Shape, Data(part), part.ByteLength, file)),
        };
    }

    public void Dispose() => file.Dispose();

    private Tensor Unpack(AwqMacroPart part, List<IDisposable> owned)
    {
        long outputs = part.Shape[0], inputs = part.Shape[1], zeroRowBytes = (part.Groups + 1) / 2;
        var integerBytes = outputs * inputs / 2;
        var scaleBytes = outputs * part.Groups * sizeof(ushort);
        var zeroBytes = outputs * zeroRowBytes;
        var memory = new NativeBuffer(integerBytes + scaleBytes + zeroBytes);
        owned.Add(memory);
        var scales = memory.Data + integerBytes;
        var zeros = scales + scaleBytes;
        AwqMacro.Decode(Data(part), part.Groups, part.Tiles, memory.Data, (ushort*)scales, zeros);
        return new Tensor(part.Name, DType.I4, part.Shape, memory.Data, integerBytes, memory)
        {
            Scales = new GroupScales(
                DType.I4,
                AwqMacro.Inputs,
                new Tensor($"{part.Name}.scales", DType.F16, [outputs, part.Groups], scales, scaleBytes, memory),
                new Tensor($"{part.Name}.zeros", DType.U8, [outputs, zeroRowBytes], zeros, zeroBytes, memory)),
        };
    }

    private static string Sidecar(ModelConfig config, IReadOnlyList<AwqMacroPart> parts, List<byte[]> hashes, long totalBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", FormatName);
            json.WriteNumber("version", Version);
            json.WriteNumber("group_size", AwqMacro.Inputs);
            json.WriteNumber("macro_bytes", AwqMacro.Bytes);
            json.WriteNumber("layer_bytes", LayerBytes(parts, config));
            json.WriteNumber("file_bytes", totalBytes);
            json.WritePropertyName("config");
            json.WriteRawValue(ConfigText(config));
            json.WriteString("config_sha256", ConfigHash(config));
            json.WriteStartArray("tensors");
            for (var i = 0; i < parts.Count; i++)
                WritePart(json, parts[i], hashes[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static string ConfigText(ModelConfig config) => HuggingFaceConfigWriter.Write(config, "float16").TrimEnd('\n');

    /// <summary>Of the text above, which a reader can write again from what it understood: a digit that changed anywhere in it is noticed.</summary>
    private static string ConfigHash(ModelConfig config) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ConfigText(config))));

    private static void WritePart(Utf8JsonWriter json, AwqMacroPart part, byte[] hash)
    {
        json.WriteStartObject();
        json.WriteString("name", part.Name);
        json.WriteString("type", part.IsMacros ? FormatName : "float16");
        json.WriteStartArray("shape");
        foreach (var dimension in part.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        if (part.IsMacros)
        {
            json.WriteNumber("in_groups", part.Groups);
            json.WriteNumber("out_tiles", part.Tiles);
        }
        json.WriteNumber("offset", part.OffsetBytes);
        json.WriteNumber("bytes", part.ByteLength);
        json.WriteString("sha256", Convert.ToHexStringLower(hash));
        json.WriteEndObject();
    }

    private static long LayerBytes(IReadOnlyList<AwqMacroPart> parts, ModelConfig config) => parts.First(part => part.Name == "model.norm.weight").OffsetBytes / config.NumHiddenLayers;

    /// <summary>The config says where everything must lie; the sidecar's own offsets, there for other readers, have to agree.</summary>
    private static (ModelConfig Config, IReadOnlyList<AwqMacroPart> Parts, byte[][] Hashes) ReadSidecar(JsonFields root)
    {
        if (root.String("format") != FormatName)
            throw root.Wrong("format", FormatName, Next);
        foreach (var (key, value) in new[] { ("version", Version), ("group_size", AwqMacro.Inputs), ("macro_bytes", AwqMacro.Bytes) })
        {
            if (root.RequiredInt(key, 0, int.MaxValue) != value)
                throw root.Wrong(key, $"{value}", Next);
        }
        var config = HuggingFaceConfig.Translate(root.Object("config") ?? throw root.Wrong("config", "the model's config.json", Next));
        RequireText(root, "config_sha256", ConfigHash(config));
        var tensors = root.Objects("tensors", TensorEntry.MaxTensors);
        var count = AwqMacroLayout.Count(config);
        if (tensors.Count != count)
            throw new InputException(root.Path, "tensors", $"{tensors.Count} tensors", $"{count} for the model of config", Next);
        var parts = AwqMacroLayout.Of(root.Path, config);
        var hashes = new byte[parts.Count][];
        for (var i = 0; i < parts.Count; i++)
            hashes[i] = ReadPart(tensors[i], parts[i]);
        RequireLong(root, "layer_bytes", LayerBytes(parts, config));
        RequireLong(root, "file_bytes", parts[^1].OffsetBytes + parts[^1].ByteLength);
        return (config, parts, hashes);
    }

    private static byte[] ReadPart(JsonFields fields, AwqMacroPart part)
    {
        RequireText(fields, "name", part.Name);
        RequireText(fields, "type", part.IsMacros ? FormatName : "float16");
        var shape = fields.IntOrList("shape", 0, int.MaxValue, TensorEntry.MaxRank);
        if (!shape.Select(dimension => (long)dimension).SequenceEqual(part.Shape))
            throw fields.Wrong("shape", $"[{string.Join(", ", part.Shape)}] for {part.Name}", Next);
        if (part.IsMacros)
        {
            RequireLong(fields, "in_groups", part.Groups);
            RequireLong(fields, "out_tiles", part.Tiles);
        }
        RequireLong(fields, "offset", part.OffsetBytes);
        RequireLong(fields, "bytes", part.ByteLength);
        return fields.String("sha256") is { Length: 2 * SHA256.HashSizeInBytes } text && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw fields.Wrong("sha256", $"{2 * SHA256.HashSizeInBytes} hexadecimal digits", Next);
    }

    private static void RequireText(JsonFields fields, string key, string expected)
    {
        if (fields.String(key) != expected)
            throw fields.Wrong(key, expected, Next);
    }

    private static void RequireLong(JsonFields fields, string key, long expected)
    {
        if (fields.Long(key, 0, long.MaxValue) != expected)
            throw fields.Wrong(key, $"{expected}", Next);
    }
}
