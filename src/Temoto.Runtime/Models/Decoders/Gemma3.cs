using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// Gemma 3's text models (arXiv 2503.19786): as Gemma 2 without caps, with norms of q and k, and five layers with a window, whose positions have a theta of their own, to one without.
/// </summary>
internal sealed class Gemma3 : Gemma2
{
    private const int Pattern = 6;

    public override string Name => "gemma3_text";

    public override string ClassName(ModelConfig config) => "Gemma3ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Bool("use_bidirectional_attention") ?? false)
            throw root.Wrong("use_bidirectional_attention", "false", "use a model that writes text");
        var pattern = root.Int("sliding_window_pattern", 1, ModelLimits.Layers) ?? root.Int("_sliding_window_pattern", 1, ModelLimits.Layers) ?? Pattern;
        return WithWindows(root, ReadCapped(root, ropeTheta: 1e6), layer => (layer + 1) % pattern != 0, 4096) with
        {
            AttnLogitSoftcapping = Cap(root, "attn_logit_softcapping", null),
            FinalLogitSoftcapping = Cap(root, "final_logit_softcapping", null),
            RopeLocalTheta = RopeKeys.ReadLocalTheta(root, "rope_local_base_freq", 10000),
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        json.WriteNumber("rope_local_base_freq", config.RopeLocalTheta!.Value);
    }

    protected override string GgufName => "gemma3";

    protected override bool Slides(int layer) => (layer + 1) % Pattern != 0;

    protected override int LayersOfLargest => 62;

    protected override (int? Window, float? Scores, float? Logits) GgufDefaults => (null, null, null);

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with
    {
        RopeTheta = metadata.Number("rope.freq_base", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? 1e6,
        RopeLocalTheta = metadata.Number("rope.freq_base_swa", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? 10000,
    };

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) ?? (config.RopeLocalTheta == 10000 ? null : $"a rope_local_base_freq of {config.RopeLocalTheta}");

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        g.Rope(HeadNorm(g, projected, isKey), local: config.SlidingLayers![layer] != 0);
}
