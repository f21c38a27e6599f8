using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Command R: layer norms without biases, attention and feed-forward side by side behind one of them, neighbouring columns turned together, logits multiplied by logit_scale.</summary>
internal class Cohere : RotaryDecoder
{
    public override string Name => "cohere";

    public override string ClassName(ModelConfig config) => "CohereForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Bool("use_qk_norm") ?? false)
            throw root.Wrong("use_qk_norm", "false", "use a checkpoint without norms of q and k");
        return ReadShape(root, keyValueHeadsRequired: false, tied: true) with
        {
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-5),
            LogitScale = (float)(root.Number("logit_scale", ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier) ?? 0.0625),
            AttentionBias = root.Bool("attention_bias") ?? false,
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteNumber("logit_scale", config.LogitScale!.Value);
        json.WriteBoolean("attention_bias", config.AttentionBias);
    }

    protected override bool HasGguf => true;

    protected override string GgufName => "command-r";

    protected override bool GgufHasLayerNorms => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm" or "ffn_norm"))];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) =>
        base.ReadGguf(metadata, tensors) with { LogitScale = (float)metadata.RequiredNumber("logit_scale", ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier) };

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) => [.. base.WriteGguf(config), ("logit_scale", config.LogitScale!.Value)];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) ?? UnsayableBiases(config) ?? (config.TieWordEmbeddings ? null : $"{Name} whose head is not its embedding");

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name, bias: false);

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(projected, neighbours: true);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var normed = Norm(g, hidden, "input_layernorm");
        var attended = g.Add(hidden, SelfAttention(g, config, layer, normed));
        return g.Add(attended, FeedForward(g, config, layer, normed));
    }

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = SideBySide(Gated);
}
