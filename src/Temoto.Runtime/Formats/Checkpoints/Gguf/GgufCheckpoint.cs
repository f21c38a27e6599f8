using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// A GGUF model as a <see cref="Checkpoint"/>. llama.cpp's converter permutes q and k of some architectures so that rotated pairs are neighbours: those stay as they
/// are and the configuration says so.
/// </summary>
internal static class GgufCheckpoint
{
    public static Checkpoint Open(string path)
    {
        var file = GgufFile.Open(path);
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

    private static Checkpoint Translate(GgufFile file)
    {
        var (architecture, config) = ReadConfig(file);
        var tensors = new Dictionary<string, Tensor>(file.Tensors.Count);
        foreach (var tensor in file.Tensors.Values)
        {
            // attn_rot_embd: frequency tables of old converters, which llama.cpp ignores as well.
            if (tensor.Name == GgufArchitecture.RopeFrequencies || tensor.Name.EndsWith(".attn_rot_embd", StringComparison.Ordinal))
                continue;
            var name = architecture.ToHuggingFace(tensor.Name)
                ?? throw file.Bad(tensor.Name, "a tensor of unknown meaning", $"the tensors of a {config.ModelType} model", "use a model of a supported architecture");
            tensors.Add(name, tensor.Renamed(name));
        }
        var tokenizer = GgufVocabulary.Read(file, config);
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

    private static (GgufArchitecture Architecture, ModelConfig Config) ReadConfig(GgufFile file)
    {
        const string key = "general.architecture";
        var name = file.String(key);
        var architecture = ModelTypes.All.Select(type => type.Gguf).FirstOrDefault(gguf => gguf is not null && gguf.Name == name)
            ?? throw file.Bad(key, name is null ? "nothing" : $"'{name}'", ModelTypes.Names(type => type.Gguf is not null), "use a model of a supported architecture");
        return (architecture, architecture.Read(new GgufFields(file, $"{architecture.Name}."), file.Tensors));
    }
}
