using Temoto.Dataflow;
using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>The model types that can be run: one line per file of this folder.</summary>
internal static class Architecture
{
    private static readonly Dictionary<string, Func<ModelConfig, ModelGraph>> Builders = new()
    {
        ["deit"] = Vit.Build,
        ["llama"] = Llama.Build,
        ["opt"] = Opt.Build,
        ["qwen2"] = Qwen2.Build,
        ["qwen3"] = Qwen3.Build,
        ["vit"] = Vit.Build,
    };

    /// <summary>Names for error lines and <c>--help</c>.</summary>
    public static string Supported => string.Join(", ", Builders.Keys);

    /// <summary>The operations of <paramref name="config"/>'s model type; <paramref name="source"/> names the file for the error line.</summary>
    public static ModelGraph Build(ModelConfig config, string source) =>
        Builders.TryGetValue(config.ModelType, out var build)
            ? build(config)
            : throw new InputException(source, "model_type", $"'{config.ModelType}'", $"one of {Supported}", "convert or choose a model of a supported type");
}
