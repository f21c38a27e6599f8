using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Encoders;

/// <summary>
/// ModernBERT (arXiv 2412.13663): rotary positions, a gate of GELU, norms before attention and feed-forward; most layers see a window on both sides, with a theta of their own. q, k and v are one
/// matrix in files, and what is gated and its factor another.
/// </summary>
internal sealed class ModernBert() : Encoder("model.")
{
    private const string Next = "use a checkpoint like answerdotai/ModernBERT-base";

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        ["attn.Wqkv.weight"] = ["attn.q_proj.weight", "attn.k_proj.weight", "attn.v_proj.weight"],
        ["mlp.Wi.weight"] = ["mlp.gate_proj.weight", "mlp.up_proj.weight"],
    };

    public override string Name => "modernbert";

    public override bool LearnsPositions => false;

    public override string ClassName(ModelConfig config) => "ModernBertModel";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        foreach (var key in new[] { "attention_bias", "mlp_bias", "norm_bias" })
        {
            if (root.Bool(key) ?? false)
                throw root.Wrong(key, "false", Next);
        }
        var act = root.String("hidden_activation") ?? ActivationNames.Gelu;
        if (act != ActivationNames.Gelu)
            throw root.Wrong("hidden_activation", ActivationNames.Gelu, Next);
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFacePlain);
        var layers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers);
        var every = root.Int("global_attn_every_n_layers", 1, ModelLimits.Layers) ?? 3;
        const string full = "full_attention", sliding = "sliding_attention";
        var types = root.Strings("layer_types", ModelLimits.Layers);
        if (types.Count > 0 && (types.Count != layers || types.Any(type => type is not (full or sliding))))
            throw root.Wrong("layer_types", $"{full} or {sliding} for each of the {layers} layers", Next);
        // A token sees half of it on each side, and itself.
        var local = root.Int("local_attention", 2, ModelLimits.Positions) ?? 128;
        var config = RopeKeys.Read(root, new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = layers,
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions),
            LayerNormEps = (float)(root.Number("norm_eps", 0, 1) ?? 1e-5),
            HiddenAct = act,
            SlidingWindow = local / 2 * 2 + 1,
            SlidingLayers = [.. Enumerable.Range(0, layers).Select(layer => (types.Count > 0 ? types[layer] == full : layer % every == 0) ? 0 : 1)],
        }, RopeKeys.ThetaOr(root, "global_rope_theta", 160000));
        return config with { RopeLocalTheta = RopeKeys.ReadLocalTheta(root, "local_rope_theta", 10000) };
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("norm_eps", config.LayerNormEps);
        RopeKeys.Write(json, config);
        json.WriteNumber("local_rope_theta", config.RopeLocalTheta!.Value);
        json.WriteNumber("local_attention", config.SlidingWindow!.Value - 1);
        json.WriteStartArray("layer_types");
        foreach (var slides in config.SlidingLayers!)
            json.WriteStringValue(slides != 0 ? "sliding_attention" : "full_attention");
        json.WriteEndArray();
        json.WriteString("hidden_activation", config.HiddenAct);
    }

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => TensorEdits.Split(FromFile(tensors), Parts, Build(config).Weights);

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var hidden = g.LayerNorm(g.Embed("embeddings.tok_embeddings", config.HiddenSize), "embeddings.norm", bias: false);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"layers.{layer}.");
            var local = config.SlidingLayers![layer] != 0;

            // The norm of the embeddings stands before the first layer.
            var normed = layer == 0 ? hidden : g.LayerNorm(hidden, "attn_norm", bias: false);
            var query = g.Rope(g.Linear(normed, "attn.q_proj", config.HiddenSize), local: local);
            var key = g.Rope(g.Linear(normed, "attn.k_proj", config.HiddenSize), local: local);
            var value = g.Linear(normed, "attn.v_proj", config.HiddenSize);
            hidden = g.Add(hidden, g.Linear(g.Attention(query, key, value, causal: false, window: config.WindowOf(layer)), "attn.Wo", config.HiddenSize));

            normed = g.LayerNorm(hidden, "mlp_norm", bias: false);
            var gate = g.Linear(normed, "mlp.gate_proj", config.IntermediateSize);
            var up = g.Linear(normed, "mlp.up_proj", config.IntermediateSize);
            hidden = g.Add(hidden, g.Linear(g.Gate(gate, up, ActivationNames.Of(config.HiddenAct)), "mlp.Wo", config.HiddenSize));
        }
        g.EndLayers();
        return g.Build(g.LayerNorm(g.SelectRows(hidden), "final_norm", bias: false));
    }

    /// <summary>The first layer has no norm before attention: nothing is folded there.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["attn.q_proj", "attn.k_proj", "attn.v_proj"], null, "attn.Wo"),
        new(["attn.Wo"], "attn.v_proj", "attn.Wo", NeedsEqualShapes: true),
        new(["mlp.gate_proj", "mlp.up_proj"], "mlp_norm", "mlp.Wo"),
        new(["mlp.Wo"], "mlp.up_proj", "mlp.Wo"),
    ];
}
