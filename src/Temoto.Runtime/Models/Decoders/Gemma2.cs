using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// Gemma 2 (arXiv 2408.00118): as Gemma, with norms behind attention and feed-forward too, scores and logits that are capped, and every second layer, from the first, with a window.
/// </summary>
internal class Gemma2 : Gemma
{
    public override string Name => "gemma2";

    public override string ClassName(ModelConfig config) => "Gemma2ForCausalLM";

    protected override bool HasWindows => true;

    public override ModelConfig Read(JsonFields root, string modelType) => WithWindows(root, ReadCapped(root), layer => layer % 2 == 0, 4096) with
    {
        AttnLogitSoftcapping = Cap(root, "attn_logit_softcapping", 50),
        FinalLogitSoftcapping = Cap(root, "final_logit_softcapping", 30),
    };

    /// <summary>What gemma3_text has too.</summary>
    protected ModelConfig ReadCapped(JsonFields root, double ropeTheta = 10000) =>
        ReadShape(root, headDim: 256, ropeTheta: ropeTheta, tied: true, activation: ActivationNames.GeluTanh, activationKey: "hidden_activation") with
        {
            HiddenAct = ActivationNames.GeluTanh,
            AttentionBias = root.Bool("attention_bias") ?? false,
            QueryPreAttnScalar = (float)(root.Number("query_pre_attn_scalar", ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier) ?? 256),
        };

    /// <summary>null switches a cap off; a missing key means the default.</summary>
    protected static float? Cap(JsonFields root, string key, float? whereMissing) =>
        (float?)root.Number(key, ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier) ?? (root.Keys.Contains(key) ? null : whereMissing);

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        json.WriteString("hidden_activation", config.HiddenAct);
        json.WriteNumber("query_pre_attn_scalar", config.QueryPreAttnScalar!.Value);
        WriteCap(json, "attn_logit_softcapping", config.AttnLogitSoftcapping);
        WriteCap(json, "final_logit_softcapping", config.FinalLogitSoftcapping);
        WriteWindows(json, config);
    }

    private static void WriteCap(Utf8JsonWriter json, string key, float? cap)
    {
        if (cap is { } value)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }

    protected override bool GgufHasWindows => true;

    /// <summary>Which layers slide, where only the number of the layer says so.</summary>
    protected virtual bool Slides(int layer) => layer % 2 == 0;

    /// <summary>The model of this family whose scores are not divided by the square root of HeadDim, by its layers: llama.cpp knows it so.</summary>
    protected virtual int LayersOfLargest => 46;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf != "ffn_norm"),
        ("post_attention_norm", "post_attention_layernorm"),
        ("ffn_norm", "pre_feedforward_layernorm"),
        ("post_ffw_norm", "post_feedforward_layernorm"),
    ];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        return config with
        {
            SlidingWindow = metadata.Int("attention.sliding_window", 0, int.MaxValue) is null && GgufDefaults.Window < config.MaxPositionEmbeddings ? GgufDefaults.Window : GgufWindow(metadata, config),
            SlidingLayers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => Slides(layer) ? 1 : 0)],
            QueryPreAttnScalar = GgufScalar(config),
            AttnLogitSoftcapping = GgufCap(metadata, "attn_logit_softcapping", GgufDefaults.Scores),
            FinalLogitSoftcapping = GgufCap(metadata, "final_logit_softcapping", GgufDefaults.Logits),
        };
    }

    private float GgufScalar(ModelConfig config) => config.NumHiddenLayers == LayersOfLargest ? config.HiddenSize / (float)config.NumAttentionHeads : config.HeadDim;

    /// <summary>What llama.cpp takes where a file of this architecture does not say.</summary>
    protected virtual (int? Window, float? Scores, float? Logits) GgufDefaults => (4096, 50, 30);

    private static float? GgufCap(IConfigFields metadata, string key, float? whereMissing) => metadata.Number(key, 0, ModelLimits.LargestMultiplier) is not { } cap ? whereMissing : cap > 0 ? (float)cap : null;

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config)
    {
        foreach (var pair in base.WriteGguf(config))
            yield return pair;
        if (config.SlidingWindow is { } window)
            yield return ("attention.sliding_window", (uint)window);
        if (config.AttnLogitSoftcapping is { } scores)
            yield return ("attn_logit_softcapping", scores);
        if (config.FinalLogitSoftcapping is { } logits)
            yield return ("final_logit_softcapping", logits);
    }

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : !SlidesAs(config, Slides) ? $"{Name} whose layers slide in another order"
        : config.AttnLogitSoftcapping is null && GgufDefaults.Scores is not null || config.FinalLogitSoftcapping is null && GgufDefaults.Logits is not null ? $"{Name} without caps"
        : config.SlidingWindow is null && GgufDefaults.Window < config.MaxPositionEmbeddings ? $"{Name} without a window"
        : config.QueryPreAttnScalar != GgufScalar(config) ? $"a query_pre_attn_scalar of {config.QueryPreAttnScalar}"
        : null;

    protected override float? ScoreScale(ModelConfig config) => 1 / MathF.Sqrt(config.QueryPreAttnScalar!.Value);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var attended = SelfAttention(g, config, layer, Norm(g, hidden, "input_layernorm"));
        hidden = g.Add(hidden, Norm(g, attended, "post_attention_layernorm"));
        var fed = FeedForward(g, config, layer, Norm(g, hidden, "pre_feedforward_layernorm"));
        return g.Add(hidden, Norm(g, fed, "post_feedforward_layernorm"));
    }

    /// <summary>The norms behind attention and feed-forward let no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = WithFeedForwardNorm(Gated, "pre_feedforward_layernorm");
}
