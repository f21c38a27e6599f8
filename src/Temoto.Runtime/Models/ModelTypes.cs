using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>The model types there are.</summary>
internal static class ModelTypes
{
    public static IReadOnlyList<ModelType> All { get; } = [new Vit("deit"), new Granite(), new Llama(), new Opt(), new Qwen2(), new Qwen3(), new SmolLM3(), new Vit("vit")];

    /// <summary>The type that reads a config.json of this <c>model_type</c>; null where none does.</summary>
    public static ModelType? Find(string? modelType) => modelType is null ? null : All.FirstOrDefault(type => type.Name == modelType || type.AlsoReads.Contains(modelType));

    /// <summary>The type of a configuration that has been read.</summary>
    public static ModelType Of(ModelConfig config) =>
        Find(config.ModelType) ?? throw new ArgumentOutOfRangeException(nameof(config), config.ModelType, $"no such model type; there are {Names(_ => true)}");

    /// <summary>"llama, qwen2 or qwen3": those that are like that, for error lines.</summary>
    public static string Names(Func<ModelType, bool> like) => Listed([.. All.Where(like).Select(type => type.Name)]);

    /// <summary>"llama, qwen2 or qwen3".</summary>
    public static string Listed(IReadOnlyList<string> names) => names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";
}
