using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>GPT-2 (Radford et al., 2019): layer norms, learned positions, biases, GELU by tanh. Files have the matrices transposed, [in, out], and q, k and v as one.</summary>
internal sealed class Gpt2 : ModelType
{
    private const string Prefix = "transformer.";
    private const string Next = "use a checkpoint like openai-community/gpt2";

    /// <summary>The matrices that lie transposed in files, and what they are taken apart to.</summary>
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Transposed = new Dictionary<string, IReadOnlyList<string>>
    {
        ["attn.c_attn.weight"] = ["attn.q_proj.weight", "attn.k_proj.weight", "attn.v_proj.weight"],
        ["attn.c_proj.weight"] = ["attn.c_proj.weight"],
        ["mlp.c_fc.weight"] = ["mlp.c_fc.weight"],
        ["mlp.c_proj.weight"] = ["mlp.c_proj.weight"],
    };

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        ["attn.c_attn.weight"] = Transposed["attn.c_attn.weight"],
        ["attn.c_attn.bias"] = ["attn.q_proj.bias", "attn.k_proj.bias", "attn.v_proj.bias"],
    };

    public override string Name => "gpt2";

    public override bool LearnsPositions => true;

    public override bool KeepsTensors => false;

    public override string ClassName(ModelConfig config) => "GPT2LMHeadModel";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        foreach (var (key, plain) in new[] { ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false) })
        {
            if ((root.Bool(key) ?? plain) != plain)
                throw root.Wrong(key, plain ? "true" : "false", Next);
        }
        var act = root.String("activation_function") ?? "gelu_new";
        if (!ActivationNames.GeluTanhNames.Contains(act))
            throw root.Wrong("activation_function", ModelTypes.Listed(ActivationNames.GeluTanhNames), Next);
        var heads = AttentionHeads.Read(root, new AttentionKeys("n_embd", "n_head"), rotary: false);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.Int("n_inner", 1, ModelLimits.IntermediateSize) ?? 4 * heads.HiddenSize,
            NumHiddenLayers = root.RequiredInt("n_layer", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("n_positions", 1, ModelLimits.Positions),
            LayerNormEps = (float)(root.Number("layer_norm_epsilon", 0, 1) ?? 1e-5),
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = act,
        };
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("n_embd", config.HiddenSize);
        json.WriteNumber("n_inner", config.IntermediateSize);
        json.WriteNumber("n_layer", config.NumHiddenLayers);
        json.WriteNumber("n_head", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("n_positions", config.MaxPositionEmbeddings);
        json.WriteNumber("layer_norm_epsilon", config.LayerNormEps);
        json.WriteString("activation_function", config.HiddenAct);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) =>
        [.. TensorEdits.Joined(Build(config).Weights, Parts).Select(use => Transposed.Keys.Any(end => use.Name.EndsWith(end, StringComparison.Ordinal)) ? use with { Shape = [use.Shape[1], use.Shape[0]] } : use)];

    /// <summary>Published files lack the "transformer.".</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        var named = TensorEdits.WithPrefix(tensors, Prefix);
        var turned = named.ToDictionary(pair => pair.Key, pair => Transposed.Keys.Any(end => pair.Key.EndsWith(end, StringComparison.Ordinal)) ? TensorEdits.Transpose(pair.Value) : pair.Value);
        return TensorEdits.Split(turned, Parts, Build(config).Weights);
    }

    private GgufArchitecture? gguf;

    public override GgufArchitecture Gguf => gguf ??= new GgufArchitecture(Name, "transformer.h.", GgufWhole, GgufOfLayer, InterleavesRope: false, ReadGguf, WriteGguf, UnsayableInGguf)
    {
        Joins = [new GgufJoin("attn_qkv", _ => ["attn.q_proj", "attn.k_proj", "attn.v_proj"], IsStacked: false)],
    };

    private static readonly (string, string)[] GgufWhole =
    [
        ("token_embd.weight", "transformer.wte.weight"),
        ("position_embd.weight", "transformer.wpe.weight"),
        ("output_norm.weight", "transformer.ln_f.weight"),
        ("output_norm.bias", "transformer.ln_f.bias"),
        ("output.weight", "lm_head.weight"),
    ];

    private static readonly (string, string)[] GgufOfLayer =
    [
        ("attn_norm", "ln_1"),
        ("attn_output", "attn.c_proj"),
        ("ffn_norm", "ln_2"),
        ("ffn_up", "mlp.c_fc"),
        ("ffn_down", "mlp.c_proj"),
    ];

    private ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var heads = AttentionHeads.Read(metadata, new AttentionKeys("embedding_length", "attention.head_count"), rotary: false);
        if (metadata.Int("attention.head_count_kv", 0, int.MaxValue) is { } other && other != heads.Heads)
            throw metadata.Wrong("attention.head_count_kv", $"as many as there are query heads, {heads.Heads}", Next);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = metadata.RequiredInt("feed_forward_length", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = metadata.RequiredInt("block_count", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = GgufArchitecture.VocabSize(metadata.Path, tensors, heads.HiddenSize),
            MaxPositionEmbeddings = metadata.RequiredInt("context_length", 1, ModelLimits.Positions),
            LayerNormEps = (float)metadata.RequiredNumber("attention.layer_norm_epsilon", 0, 1),
            TieWordEmbeddings = !tensors.ContainsKey("output.weight"),
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = ActivationNames.GeluTanhNames[1],
        };
    }

    private static IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
    [
        ("context_length", (uint)config.MaxPositionEmbeddings),
        ("embedding_length", (uint)config.HiddenSize),
        ("block_count", (uint)config.NumHiddenLayers),
        ("feed_forward_length", (uint)config.IntermediateSize),
        ("attention.head_count", (uint)config.NumAttentionHeads),
        ("attention.layer_norm_epsilon", config.LayerNormEps),
    ];

    /// <summary>Nothing: what config.json can say otherwise is not read.</summary>
    private static string? UnsayableInGguf(ModelConfig config) => null;

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var hidden = g.AddPositions(g.Embed("transformer.wte", config.HiddenSize), "transformer.wpe.weight", 0);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"transformer.h.{layer}.");

            var normed = g.LayerNorm(hidden, "ln_1");
            var query = g.Linear(normed, "attn.q_proj", config.HiddenSize, bias: true);
            var key = g.Linear(normed, "attn.k_proj", config.HiddenSize, bias: true);
            var value = g.Linear(normed, "attn.v_proj", config.HiddenSize, bias: true);
            hidden = g.Add(hidden, g.Linear(g.Attention(query, key, value), "attn.c_proj", config.HiddenSize, bias: true));

            normed = g.LayerNorm(hidden, "ln_2");
            var up = g.Activate(g.Linear(normed, "mlp.c_fc", config.IntermediateSize, bias: true), ActivationNames.Of(config.HiddenAct));
            hidden = g.Add(hidden, g.Linear(up, "mlp.c_proj", config.HiddenSize, bias: true));
        }
        g.EndLayers();

        var last = g.LayerNorm(g.SelectRows(hidden), "transformer.ln_f");
        return g.Build(g.Linear(last, config.TieWordEmbeddings ? "transformer.wte" : "lm_head", config.VocabSize));
    }

    /// <summary>GELU lets no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["attn.q_proj", "attn.k_proj", "attn.v_proj"], "ln_1", "attn.c_proj"),
        new(["attn.c_proj"], "attn.v_proj", "attn.c_proj", NeedsEqualShapes: true),
        new(["mlp.c_fc"], "ln_2", "mlp.c_fc"),
        new(["mlp.c_proj"], null, "mlp.c_proj"),
    ];
}
