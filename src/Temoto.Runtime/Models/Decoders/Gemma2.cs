using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

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
