using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// A GGUF model as a <see cref="Checkpoint"/>. llama.cpp's converter permutes q and k of some architectures so that rotated pairs are neighbours: those stay as they
/// are and the configuration says so.
/// </summary>
internal static class GgufCheckpoint
{
    public const string ArchitectureKey = "general.architecture";

    public static Checkpoint Open(string path)
    {
        var file = GgufSplit.Open(path);
        try
        {
            return Translate(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The vocabulary of a file of any architecture, with or without weights; null where it has none.</summary>
    public static TokenizerModel? ReadTokenizer(string path)
    {
        using var file = GgufSplit.Open(path);
        return ReadTokenizer(file);
    }

    public static TokenizerModel? ReadTokenizer(GgufFile file) => GgufVocabulary.Read(file, Find(file.String(ArchitectureKey))?.Name, rows: null);

    /// <summary>Null where no model type is of that architecture.</summary>
    public static GgufArchitecture? Find(string? name) => AllOf(name).FirstOrDefault();

    /// <summary>Those of that name: more than one where the metadata says which of them a file is.</summary>
    private static IEnumerable<GgufArchitecture> AllOf(string? name) => ModelTypes.All.Select(type => type.Gguf).OfType<GgufArchitecture>().Where(gguf => gguf.Name == name);

    private static Checkpoint Translate(GgufFile file)
    {
        var (architecture, config) = ReadConfig(file);
        // A missing head means a tied one, a missing bias none: what is there and cannot be read must not count as missing.
        foreach (var (name, tensor) in file.Unread)
        {
            if (!IsIgnored(name))
                throw tensor.Error();
        }
        var tensors = new Dictionary<string, Tensor>(file.Tensors.Count);
        Dictionary<string, Items<long>>? shapes = null;
        foreach (var tensor in file.Tensors.Values)
        {
            if (GgufArchitecture.IsConfiguration(tensor.Name) || IsIgnored(tensor.Name))
                continue;
            if (architecture.PartsOf(tensor.Name, config) is { } parts)
            {
                // The model's names are made of what the metadata says: not of more layers or experts than the file can have.
                if (config.NumHiddenLayers > file.Tensors.Count || tensor.Rows < parts.Count && tensor.Shape.Length > 1)
                    throw file.Bad(tensor.Name, $"[{string.Join(", ", tensor.Shape)}] in a file of {file.Tensors.Count} tensors", $"{parts.Count} matrices in each of {config.NumHiddenLayers} layers", "download or convert the model again");
                shapes ??= ModelTypes.Of(config).Build(config).Weights.ToDictionary(use => use.Name, use => use.Shape);
                Split(file, Joined(tensor, shapes.GetValueOrDefault(parts[0])), parts, shapes, tensors);
                continue;
            }
            var name = architecture.ToHuggingFace(tensor.Name)
                ?? throw file.Bad(tensor.Name, "a tensor of unknown meaning", $"the tensors of a {config.ModelType} model", "use a model of a supported architecture");
            var renamed = tensor.Renamed(name);
            if (!tensors.TryAdd(name, architecture.FromFile?.Invoke(renamed) ?? renamed))
                throw file.Bad(tensor.Name, $"it beside another {name}", "one of them", "download or convert the model again");
        }
        var tokenizer = GgufVocabulary.Read(file, config.ModelType, config.VocabSize);
        return new Checkpoint([file])
        {
            Path = file.Path,
            Format = "gguf",
            Config = config,
            Tensors = tensors,
            Tokenizer = tokenizer,
            ChatTemplate = file.String("tokenizer.chat_template"),
            Generation = new GenerationDefaults { EosTokenIds = tokenizer?.EosTokenIds ?? [] },
        };
    }

    /// <summary>Vectors that are stacked, [parts, elements], one after the other.</summary>
    private static Tensor Joined(Tensor tensor, Items<long>? part) =>
        part is { Count: 1 } && tensor.Shape.Length == 2 ? TensorEdits.AsVector(tensor) : tensor;

    /// <summary>The rows of a joined tensor, part after part; the bytes stay where they are.</summary>
    private static void Split(GgufFile file, Tensor tensor, IReadOnlyList<string> parts, Dictionary<string, Items<long>> shapes, Dictionary<string, Tensor> tensors)
    {
        var together = parts.Sum(RowsOf);
        var isVector = tensor.Shape.Length == 1;
        if (tensor.Shape.Length == 0 || (isVector ? tensor.ElementCount : tensor.Rows) != together || isVector && tensor.DType.BlockElements() != 1)
            throw file.Bad(tensor.Name, $"{tensor.DType} [{string.Join(", ", tensor.Shape)}]", $"the {together} rows of {parts[0]} and what follows it", "download or convert the model again");
        var start = 0L;
        foreach (var part in parts)
        {
            if (!tensors.TryAdd(part, isVector ? TensorEdits.Part(tensor, part, start, RowsOf(part)) : TensorEdits.View(tensor, part, start, RowsOf(part))))
                throw file.Bad(tensor.Name, $"it beside {part}", "one of them", "download or convert the model again");
            start += RowsOf(part);
        }

        long RowsOf(string part) => shapes.TryGetValue(part, out var shape) ? shape[0] : 0;
    }

    /// <summary>Frequency tables of old converters, which llama.cpp ignores as well.</summary>
    private static bool IsIgnored(string name) => name.EndsWith(".attn_rot_embd", StringComparison.Ordinal);

    private static (GgufArchitecture Architecture, ModelConfig Config) ReadConfig(GgufFile file)
    {
        var name = file.String(ArchitectureKey);
        var fields = new GgufFields(file, $"{name}.");
        var architecture = AllOf(name).FirstOrDefault(one => one.Takes?.Invoke(fields) ?? false) ?? AllOf(name).FirstOrDefault(one => one.Takes is null)
            ?? throw file.Bad(ArchitectureKey, name is null ? "nothing" : $"'{name}'", ModelTypes.Names(type => type.Gguf is not null), "use a model of a supported architecture");
        var config = architecture.Read(fields, file.Tensors);
        return (architecture.For(config), config);
    }
}
