using Temoto.Formats.Config;
using Temoto.Models.Decoders;
using Temoto.Models.Encoders;
using Temoto.Models.GptLike;
using Temoto.Models.Mixtures;
using Temoto.Models.Vision;

namespace Temoto.Models;

/// <summary>The model types there are.</summary>
internal static class ModelTypes
{
    public static IReadOnlyList<ModelType> All { get; } =
    [
        new Apertus(), new Arcee(), new Bert("bert", "BertModel", "bert."), new Bert("electra", "ElectraModel", "electra."), new Bert("roberta", "RobertaModel", "roberta.", offset: true),
        new Bert("xlm-roberta", "XLMRobertaModel", "roberta.", offset: true), new BitNet(), new Bloom(), new Clip(), new Cohere(), new Cohere2(), new Vit("deit"), new Dinov2(), new DistilBert(), new Ernie45(), new Exaone4(), new Falcon(), new Gemma(), new Gemma2(), new Gemma3(), new Glm(), new Glm4(), new Gpt2(), new GptNeoX(), new GptOss(), new Granite(), new GraniteMoe(),
        new Helium(), new HunYuan(), new Lfm2(), new Llama(), new Mistral(), new Mixtral(), new ModernBert(), new MpNet(), new Mpt(), new Nemotron(), new Olmo(), new Olmo2(), new Olmo3(), new OlmoE(), new Opt(), new Phi(), new Phi3(), new Qwen2(), new Qwen2Moe(), new Qwen3(), new Qwen3Moe(),
        new SeedOss(), new Siglip(), new SmolLM3(), new StableLm(), new StarCoder2(), new Vit("vit"),
    ];

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
