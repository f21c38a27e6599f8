using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Phi 3 and 4-mini (arXiv 2404.14219): as Llama; q, k and v are one matrix in files, gate and up another. Part of a head may be turned, by factors for short and for long contexts.</summary>
internal sealed class Phi3 : RotaryDecoder
{
    private const string Fused = "self_attn.qkv_proj.weight";
    private const string FusedGate = "mlp.gate_up_proj.weight";

    public override string Name => "phi3";

    public override string ClassName(ModelConfig config) => "Phi3ForCausalLM";

    protected override bool HasWindows => true;

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => WithWindows(root, ReadShape(root, keyValueHeadsRequired: false, rmsNormEps: 1e-5), _ => true) with { AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        WriteWindows(json, config);
    }

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => TensorEdits.Joined(Build(config).Weights, Parts);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => TensorEdits.Split(FromFile(tensors), Parts, Build(config).Weights);

    protected override bool HasGguf => true;

    protected override bool TurnsParts => true;

    protected override bool GgufHasWindows => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q" or "attn_k" or "attn_v" or "ffn_gate" or "ffn_up"))];

    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } =
    [
        new("attn_qkv", _ => ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], IsStacked: false),
        new("ffn_up", _ => ["mlp.gate_proj", "mlp.up_proj"], IsStacked: false),
    ];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        config = config with { SlidingWindow = GgufWindow(metadata, config), SlidingLayers = [.. Enumerable.Repeat(1, config.NumHiddenLayers)], AttentionBias = tensors.ContainsKey("blk.0.attn_qkv.bias") };
        var pairs = (config.RotaryDim ?? config.HeadDim) / 2;
        var (shorts, longs) = (RopeKeys.ReadGgufFactors(metadata.Path, tensors, GgufArchitecture.ShortFactors, pairs), RopeKeys.ReadGgufFactors(metadata.Path, tensors, GgufArchitecture.LongFactors, pairs));
        if (shorts is null || longs is null)
            return config;
        var original = metadata.Int("rope.scaling.original_context_length", 2, ModelLimits.Positions) ?? config.MaxPositionEmbeddings;
        return config with
        {
            RopeScaling = new RopeScaling(RopeScaling.LongRope, (double)config.MaxPositionEmbeddings / original, 1, 1, original)
            {
                AttentionFactor = metadata.Number("rope.scaling.attn_factor", 1e-3, 1e3),
                ShortFactors = [.. shorts],
                LongFactors = [.. longs],
            },
        };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config)
    {
        foreach (var pair in base.WriteGguf(config))
            yield return pair;
        // llama.cpp asks for the key, whether there is a window or not.
        yield return ("attention.sliding_window", (uint)(config.SlidingWindow ?? 0));
        if (config.RopeScaling is not { RopeType: RopeScaling.Yarn })
            yield return ("rope.scaling.original_context_length", (uint)config.MaxPositionEmbeddings);
    }

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        [Fused] = ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"],
        [FusedGate] = ["mlp.gate_proj.weight", "mlp.up_proj.weight"],
    };
}
