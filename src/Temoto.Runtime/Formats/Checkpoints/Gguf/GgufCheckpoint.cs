using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Models;
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
    public static GgufArchitecture? Find(string? name) => ModelTypes.All.Select(type => type.Gguf).FirstOrDefault(gguf => gguf is not null && gguf.Name == name);

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
        Dictionary<string, long>? rows = null;
        foreach (var tensor in file.Tensors.Values)
        {
            if (GgufArchitecture.IsConfiguration(tensor.Name) || IsIgnored(tensor.Name))
                continue;
            if (architecture.PartsOf(tensor.Name, config) is { } parts)
            {
                rows ??= ModelTypes.Of(config).Build(config).Weights.ToDictionary(use => use.Name, use => use.Shape[0]);
                Split(file, tensor, parts, rows, tensors);
                continue;
            }
            var name = architecture.ToHuggingFace(tensor.Name)
                ?? throw file.Bad(tensor.Name, "a tensor of unknown meaning", $"the tensors of a {config.ModelType} model", "use a model of a supported architecture");
            if (!tensors.TryAdd(name, tensor.Renamed(name)))
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

    /// <summary>The rows of a joined tensor, part after part; the bytes stay where they are.</summary>
    private static void Split(GgufFile file, Tensor tensor, IReadOnlyList<string> parts, Dictionary<string, long> rows, Dictionary<string, Tensor> tensors)
    {
        var together = parts.Sum(part => rows.GetValueOrDefault(part));
        if (tensor.Shape.Length < 2 || tensor.Rows != together)
            throw file.Bad(tensor.Name, $"[{string.Join(", ", tensor.Shape)}]", $"the {together} rows of {parts[0]} and what follows it", "download or convert the model again");
        var start = 0L;
        foreach (var part in parts)
        {
            if (!tensors.TryAdd(part, TensorEdits.View(tensor, part, start, rows[part])))
                throw file.Bad(tensor.Name, $"it beside {part}", "one of them", "download or convert the model again");
            start += rows[part];
        }
    }

    /// <summary>Frequency tables of old converters, which llama.cpp ignores as well.</summary>
    private static bool IsIgnored(string name) => name.EndsWith(".attn_rot_embd", StringComparison.Ordinal);

    private static (GgufArchitecture Architecture, ModelConfig Config) ReadConfig(GgufFile file)
    {
        var name = file.String(ArchitectureKey);
        var architecture = Find(name)
            ?? throw file.Bad(ArchitectureKey, name is null ? "nothing" : $"'{name}'", ModelTypes.Names(type => type.Gguf is not null), "use a model of a supported architecture");
        return (architecture, architecture.Read(new GgufFields(file, $"{architecture.Name}."), file.Tensors));
    }
}
