using System.Buffers.Binary;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Files;
using Temoto.Formats.Images;
using Temoto.Formats.Tokenizers;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>Opens a checkpoint of any supported format, told apart by what is there, not by what it is called.</summary>
internal static class CheckpointReader
{
    private const string Expected = "a .temoto file, a Hugging Face directory, a .safetensors file, a .gguf file or a llama2.c .bin file";

    /// <summary>Maps the weights and reads config, tokenizer and chat template; throws <see cref="InputException"/> on anything that cannot be used.</summary>
    public static Checkpoint Open(string path)
    {
        path = ModelFolder.Follow(path);
        if (Directory.Exists(path))
            return OpenHuggingFace(path, Path.TrimEndingDirectorySeparator(path), weightsFile: null);
        using (var file = MappedFile.Open(path, Expected))
        {
            var start = file.Span(0, (int)Math.Min(file.Length, 64));
            GitLfsPointer.Refuse(path, start, file.Length, Expected);
            // By content first; a damaged file gets the error of the reader that its name calls for.
            if (GgufFile.LooksLike(file))
                return GgufCheckpoint.Open(path);
            if (LlamaTwoCFile.LooksLike(file))
                return OpenLlamaTwoC(path);
            if (!LooksLikeSafetensors(file))
            {
                ModelFolder.RefusePickle(path, start);
                if (File.Exists(AwqMacroFile.SidecarPath(path)))
                    return AwqMacroFile.Open(path).ToCheckpoint();
                if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
                    return GgufCheckpoint.Open(path);
                if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
                    return OpenLlamaTwoC(path);
                if (!IsNamedSafetensors(path))
                    throw new InputException(path, null, "none of the known formats", Expected, "name a model file, or the directory of a checkpoint");
            }
        }
        if (TemotoFile.LooksLike(path))
            return TemotoFile.Open(path);
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!File.Exists(Path.Combine(directory, HuggingFaceConfig.FileName)))
            throw new InputException(path, null, "no config.json beside the weights", "the checkpoint's config.json in the same directory", "download config.json as well");
        return OpenHuggingFace(path, directory, path);
    }

    private static Checkpoint OpenHuggingFace(string path, string directory, string? weightsFile)
    {
        if (weightsFile is null)
            ModelFolder.RefuseOthers(directory);
        var owned = new List<IDisposable>();
        try
        {
            var notes = new List<string>();
            var config = HuggingFaceConfig.Read(Path.Combine(directory, HuggingFaceConfig.FileName), out var quantization, notes);
            var weights = weightsFile is null ? HuggingFaceDirectory.OpenWeights(directory, owned) : HuggingFaceDirectory.OpenSingle(weightsFile, owned);
            var type = ModelTypes.Of(config);
            var tensors = type.FromFile(weights.Tensors, config);
            if (tensors.Keys.Any(HasPrefix) && !weights.Tensors.Keys.Any(HasPrefix))
                notes.Add($"tensors: names without '{ModelType.NamePrefix}' read as if they had it");
            var generation = HuggingFaceConfig.ReadGeneration(directory, notes);
            if (weights.Unread.Count > 0)
                notes.Add($"tensors: {weights.Unread.Count} that cannot be read passed over: nothing uses them ({string.Join(", ", weights.Unread.Keys.Take(3))}{(weights.Unread.Count > 3 ? " ..." : "")})");
            var preprocessor = config.Vision is null ? null : PreprocessorSettings.ReadText(directory) ?? type.UsualPreprocessor(config);
            if (preprocessor is not null && !File.Exists(Path.Combine(directory, PreprocessorSettings.FileName)))
                notes.Add($"{PreprocessorSettings.FileName}: none, so pictures are scaled as {config.ModelType} usually has them");
            return new Checkpoint(owned)
            {
                Path = path,
                Format = quantization?.FormatName ?? "safetensors",
                Config = config,
                Tensors = quantization?.Unpack(path, tensors, weights.Unread, owned) ?? tensors,
                Unread = weights.Unread,
                Notes = notes,
                Quantization = quantization?.Description,
                Generation = generation,
                Tokenizer = TokenizerFiles.Read(directory),
                ChatTemplate = TokenizerFiles.ReadChatTemplate(directory),
                Preprocessor = preprocessor,
                Embedding = () => EmbeddingSettings.Read(directory),
            };
        }
        catch
        {
            foreach (var item in owned)
                item.Dispose();
            throw;
        }
    }

    private static bool HasPrefix(string name) => name.StartsWith(ModelType.NamePrefix, StringComparison.Ordinal);

    private static Checkpoint OpenLlamaTwoC(string path) => LlamaTwoCFile.Open(path, (tokenizerPath, vocabSize) => LlamaTwoCTokenizer.Read(tokenizerPath, vocabSize));

    private static bool LooksLikeSafetensors(MappedFile file) =>
        file.Length >= SafetensorsFormat.LengthBytes + 2
        && BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, 8)) <= SafetensorsFormat.MaxHeaderBytes
        && file.Span(8, 1)[0] == (byte)'{';

    private static bool IsNamedSafetensors(string path) =>
        path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(TemotoFormat.Extension, StringComparison.OrdinalIgnoreCase);
}
