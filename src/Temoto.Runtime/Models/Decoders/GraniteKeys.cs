using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Decoders;

/// <summary>The four factors of Granite and of its mixtures of experts.</summary>
internal static class GraniteKeys
{
    public static ModelConfig Read(JsonFields root, ModelConfig config) => config with
    {
        EmbeddingMultiplier = Multiplier(root, "embedding_multiplier") ?? 1,
        AttentionMultiplier = Multiplier(root, "attention_multiplier") ?? 1,
        ResidualMultiplier = Multiplier(root, "residual_multiplier") ?? 1,
        LogitsScaling = Multiplier(root, "logits_scaling") ?? 1,
    };

    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("embedding_multiplier", config.EmbeddingMultiplier);
        json.WriteNumber("attention_multiplier", ScoreScale(config));
        json.WriteNumber("residual_multiplier", config.ResidualMultiplier);
        json.WriteNumber("logits_scaling", config.LogitsScaling);
    }

    public static ModelConfig ReadGguf(IConfigFields metadata, ModelConfig config)
    {
        // llama.cpp takes this key as the switch of the positions in these architectures alone.
        if (metadata.Bool("rope.scaling.finetuned") == false)
            throw metadata.Wrong("rope.scaling.finetuned", "true, or no such key: rotary positions", "use a checkpoint with rotary positions");
        // llama.cpp goes without a factor that is missing; scores are then scaled as everywhere.
        return config with
        {
            EmbeddingMultiplier = Multiplier(metadata, "embedding_scale") ?? 1,
            AttentionMultiplier = Multiplier(metadata, "attention.scale") ?? ScoreScale(config),
            ResidualMultiplier = Multiplier(metadata, "residual_scale") ?? 1,
            LogitsScaling = Multiplier(metadata, "logit_scale") ?? 1,
        };
    }

    public static IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
    [
        ("embedding_scale", config.EmbeddingMultiplier),
        ("attention.scale", ScoreScale(config)),
        ("residual_scale", config.ResidualMultiplier),
        ("logit_scale", config.LogitsScaling),
    ];

    public static float ScoreScale(ModelConfig config) => config.AttentionMultiplier ?? 1 / MathF.Sqrt(config.HeadDim);

    public static float? Multiplier(IConfigFields fields, string key) => (float?)fields.Number(key, ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier);
}
