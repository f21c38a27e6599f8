using System.Globalization;
using System.Text;
using Temoto.Formats.Config;
using Temoto.Formats.Images;
using Temoto.Formats.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// Opens a .temoto file (<see cref="TemotoFormat"/>): one memory map, no copy. The header is checked against its hash and then piece by piece; the tensors'
/// bytes are checked by <see cref="Verify"/>, since reading them all would take longer than loading should.
/// </summary>
internal static class TemotoFile
{
    private const string Next = "pack the model again, or fetch the file again";

    private static readonly string[] Keys =
    [
        TemotoFormat.HeaderHashKey, TemotoFormat.VersionKey, TemotoFormat.ConfigKey, TemotoFormat.GenerationKey, TemotoFormat.TokenizerKey, TemotoFormat.ChatTemplateKey, TemotoFormat.PreprocessorKey, TemotoFormat.EmbeddingKey,
        TemotoFormat.RopeInterleavedKey, TemotoFormat.RopeFactorsKey, TemotoFormat.WeightsKey, TemotoFormat.QuantizationKey, TemotoFormat.HashesKey,
    ];

    /// <summary>Whether a safetensors file is one of ours: by its name or by its metadata.</summary>
    public static bool LooksLike(string path)
    {
        if (path.EndsWith(TemotoFormat.Extension, StringComparison.OrdinalIgnoreCase))
            return true;
        using var file = SafetensorsFile.Open(path);
        return file.Metadata.ContainsKey(TemotoFormat.VersionKey);
    }

    public static Checkpoint Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            CheckHeader(file);
            return new Checkpoint([file])
            {
                Path = path,
                Format = "temoto",
                Config = Config(file),
                Generation = HuggingFaceConfig.ParseGeneration(Document(file, TemotoFormat.GenerationKey), path),
                Tokenizer = file.Metadata.ContainsKey(TemotoFormat.TokenizerKey) ? TokenizerDocument.Read(Document(file, TemotoFormat.TokenizerKey), path) : null,
                ChatTemplate = file.Metadata.GetValueOrDefault(TemotoFormat.ChatTemplateKey),
                Preprocessor = Preprocessor(file),
                Embedding = () => file.Metadata.ContainsKey(TemotoFormat.EmbeddingKey) ? EmbeddingSettings.Parse(Document(file, TemotoFormat.EmbeddingKey), $"{path}: {TemotoFormat.EmbeddingKey}") : null,
                Quantization = Quantization(file),
                Tensors = new Weights(file).Read(),
                Hashes = () => Hashes(file),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads every byte and compares it with the hashes; an <see cref="InputException"/> names the first tensor that differs.</summary>
    /// <param name="progress">Gets the bytes read and in all.</param>
    /// <returns>How many tensors were compared.</returns>
    public static int Verify(string path, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var file = SafetensorsFile.Open(path);
        CheckHeader(file);
        return StoredHash.CompareAll(Hashes(file), progress, cancellation);
    }

    private static unsafe List<StoredHash> Hashes(SafetensorsFile file)
    {
        using var json = JsonFile.Parse(Document(file, TemotoFormat.HashesKey), file.Path, TemotoFormat.HashesKey);
        var hashes = new List<StoredHash>(file.Tensors.Count);
        foreach (var tensor in file.Tensors.Values)
        {
            var sha256 = tensor.Name.StartsWith(TemotoFormat.PadPrefix, StringComparison.Ordinal) ? null
                : json.Root.String(tensor.Name) ?? throw new InputException(file.Path, $"{TemotoFormat.HashesKey}.{tensor.Name}", "nothing", "the tensor's SHA-256", Next);
            hashes.Add(new StoredHash(tensor.File!, tensor.Name, tensor.Data - tensor.File!.Data, tensor.ByteLength, sha256, Next));
        }
        return hashes;
    }

    private static ReadOnlyMemory<byte> Document(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out var text) ? Encoding.UTF8.GetBytes(text) : throw new InputException(file.Path, key, "nothing", "a .temoto file's metadata", Next);

    private static void CheckHeader(SafetensorsFile file)
    {
        var version = file.Metadata.GetValueOrDefault(TemotoFormat.VersionKey);
        if (version != TemotoFormat.Version)
            throw new InputException(file.Path, TemotoFormat.VersionKey, version is null ? "nothing" : $"'{version}'", $"version {TemotoFormat.Version} of the format", version is null ? Next : "update Temoto, or pack the model again");
        var hash = TemotoFormat.HeaderHash(file.Header, out _);
        if (hash is null || hash != file.Metadata.GetValueOrDefault(TemotoFormat.HeaderHashKey))
            throw new InputException(file.Path, TemotoFormat.HeaderHashKey, hash is null ? "no hash of the header" : "a header that was changed after it was written", "a header that matches its SHA-256", Next);
        foreach (var unread in file.Unread.Values)
            throw unread.Error();
        foreach (var key in file.Metadata.Keys)
        {
            if (!Keys.Contains(key))
                throw new InputException(file.Path, key, "an unknown key", "keys this version knows", "update Temoto, or pack the model again");
        }
    }

    private static string? Preprocessor(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(TemotoFormat.PreprocessorKey, out var text))
            return null;
        PreprocessorSettings.Parse(Encoding.UTF8.GetBytes(text), $"{file.Path}: {TemotoFormat.PreprocessorKey}");
        return text;
    }

    /// <summary>Whatever it says, it is a JSON object.</summary>
    private static string? Quantization(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(TemotoFormat.QuantizationKey, out var text))
            return null;
        JsonFile.Parse(Encoding.UTF8.GetBytes(text), file.Path, TemotoFormat.QuantizationKey).Dispose();
        return text;
    }

    private static ModelConfig Config(SafetensorsFile file)
    {
        var config = HuggingFaceConfig.Parse(Document(file, TemotoFormat.ConfigKey), file.Path);
        float[]? factors = null;
        if (file.Metadata.TryGetValue(TemotoFormat.RopeFactorsKey, out var text))
        {
            var words = text.Split(' ');
            factors = new float[words.Length];
            for (var i = 0; i < words.Length; i++)
            {
                if (!float.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out factors[i]) || !(factors[i] > 0) || !float.IsFinite(factors[i]))
                    throw new InputException(file.Path, TemotoFormat.RopeFactorsKey, $"'{words[i]}'", "positive numbers", Next);
            }
            if (factors.Length != config.HeadDim / 2)
                throw new InputException(file.Path, TemotoFormat.RopeFactorsKey, $"{factors.Length} numbers", $"one for each of {config.HeadDim / 2} pairs of a head", Next);
        }
        return config with
        {
            RopeInterleaved = file.Metadata.ContainsKey(TemotoFormat.RopeInterleavedKey),
            RopeFrequencyFactors = factors,
        };
    }

    /// <summary>Puts the stored tensors together again.</summary>
    private sealed class Weights(SafetensorsFile file)
    {
        private readonly HashSet<string> used = [];

        public Dictionary<string, Tensor> Read()
        {
            var integers = new Dictionary<string, Tensor>();
            using (var json = JsonFile.Parse(Document(file, TemotoFormat.WeightsKey), file.Path, TemotoFormat.WeightsKey))
            {
                foreach (var name in json.Root.Keys)
                    integers.Add(name, Integer(name, json.Root.Object(name) ?? throw json.Root.Wrong(name, "an object")));
            }
            var tensors = new Dictionary<string, Tensor>();
            foreach (var tensor in file.Tensors.Values)
            {
                if (tensor.Name.StartsWith(TemotoFormat.PadPrefix, StringComparison.Ordinal))
                    continue;
                // An integer weight stands where its rows stand.
                var name = tensor.Name.EndsWith(TemotoFormat.PackedSuffix, StringComparison.Ordinal) ? tensor.Name[..^TemotoFormat.PackedSuffix.Length] : tensor.Name;
                if (integers.TryGetValue(name, out var weight))
                    tensors.TryAdd(name, weight);
                else if (!used.Contains(tensor.Name))
                    tensors.Add(tensor.Name, tensor);
            }
            return tensors;
        }

        private unsafe Tensor Integer(string name, JsonFields entry)
        {
            var dtype = entry.String("type") switch
            {
                "I8" => DType.I8,
                "I4" => DType.I4,
                _ => throw entry.Wrong("type", "I8 or I4", Next),
            };
            var dimensions = entry.IntOrList("shape", 1, int.MaxValue, most: 2);
            if (dimensions.Count != 2)
                throw entry.Wrong("shape", "two dimensions", Next);
            long rows = dimensions[0], columns = dimensions[1];
            if (columns % dtype.BlockElements() != 0)
                throw entry.Wrong("shape", "an even number of columns: two nibbles share a byte", Next);
            var groupSize = entry.RequiredInt("group_size", 1, (int)columns);
            var packed = entry.Bool("packed") ?? throw entry.Wrong("packed", "true or false", Next);
            var scales = Scales(name, dtype, rows, columns, groupSize);
            var grid = entry.String("input") switch
            {
                null => null,
                "dynamic" => new InputGrid(null),
                "static" => new InputGrid(StaticScale(name)),
                _ => throw entry.Wrong("input", "static or dynamic", Next),
            };
            if (packed)
            {
                var stream = Required(name + TemotoFormat.PackedSuffix, DType.U8, null);
                var matrix = PackedMatrix.Open(file.Path, stream.Name, stream.Data, stream.ByteLength, stream);
                if (matrix.Rows != rows || matrix.RowBytes != dtype.RowBytes(columns))
                    throw new InputException(file.Path, stream.Name, $"{matrix.Rows} rows of {matrix.RowBytes} bytes", $"{rows} rows of {dtype.RowBytes(columns)} bytes", Next);
                return new Tensor(name, dtype, [rows, columns], matrix) { Scales = scales, InputGrid = grid };
            }
            var plain = dtype == DType.I4 ? Required(name, DType.U8, [rows, columns / 2]) : Required(name, DType.I8, [rows, columns]);
            return new Tensor(name, dtype, [rows, columns], plain.Data, plain.ByteLength, plain) { Scales = scales, InputGrid = grid };
        }

        private GroupScales Scales(string name, DType dtype, long rows, long columns, int groupSize)
        {
            var groups = (columns + groupSize - 1) / groupSize;
            var scales = Required(name + TemotoFormat.ScalesSuffix, null, null);
            var perTensor = scales.Shape is [1] && groupSize == columns;
            if (scales.DType is not (DType.F16 or DType.F32) || !perTensor && !(scales.Shape is [var r, var g] && r == rows && g == groups))
                throw new InputException(file.Path, scales.Name, TensorEntry.Describe(scales.DType, scales.Shape), $"F16 or F32 [{rows}, {groups}], or [1] for the whole matrix", Next);
            var zerosName = name + TemotoFormat.ZerosSuffix;
            var zeros = !file.Tensors.ContainsKey(zerosName) ? null
                : dtype == DType.I8 ? Required(zerosName, DType.I8, [rows, groups])
                : Required(zerosName, DType.U8, [rows, (groups + 1) / 2]);
            return new GroupScales(dtype, groupSize, scales, zeros);
        }

        private unsafe float StaticScale(string name)
        {
            var tensor = Required(name + TemotoFormat.InputScaleSuffix, DType.F32, [1]);
            var scale = *(float*)tensor.Data;
            return scale > 0 && float.IsFinite(scale) ? scale : throw new InputException(file.Path, tensor.Name, $"{scale}", "a positive number", Next);
        }

        private Tensor Required(string name, DType? dtype, long[]? shape)
        {
            used.Add(name);
            if (!file.Tensors.TryGetValue(name, out var tensor))
                throw new InputException(file.Path, name, "no such tensor", $"the tensor that {TemotoFormat.WeightsKey} speaks of", Next);
            if (dtype is not null && tensor.DType != dtype || shape is not null && !tensor.Shape.AsSpan().SequenceEqual(shape))
            {
                throw new InputException(file.Path, name, TensorEntry.Describe(tensor.DType, tensor.Shape),
                    shape is null ? $"{dtype}" : TensorEntry.Describe(dtype!.Value, shape), Next);
            }
            return tensor;
        }
    }
}
