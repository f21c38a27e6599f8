using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// LFM2 (Liquid AI, arXiv 2511.23404), dense: most layers have a gated convolution over the last few positions where the others have attention, with a norm of each query and key head.
/// </summary>
internal sealed class Lfm2 : RotaryDecoder
{
    private const string ConvLayer = "conv";
    private const string Filter = "conv.conv";
    private const string GgufHeads = "attention.head_count_kv";

    /// <summary>Taps that make sense; published models have 3.</summary>
    private const int MostTaps = 64;

    public override string Name => "lfm2";

    public override string ClassName(ModelConfig config) => "Lfm2ForCausalLM";

    /// <summary>Filters lie column by column in files, and tap by tap here.</summary>
    public override bool KeepsTensors => false;

    protected override bool HasWindows => true;

    protected override string FinalNorm => "model.embedding_norm";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = ReadShape(root, ropeTheta: RopeKeys.ThetaOr(root, "theta", 1e6), tied: root.Bool("tie_embedding") ?? true);
        return config with
        {
            RmsNormEps = (float)(root.Number("norm_eps", 0, 1) ?? 1e-5),
            ConvLCache = root.Int("conv_L_cache", 1, MostTaps) ?? 3,
            ConvBias = root.Bool("conv_bias") ?? false,
            ConvLayers = ReadConvLayers(root, config.NumHiddenLayers),
        };
    }

    /// <summary>block_ff_dim wins over intermediate_size; where block_auto_adjust_ff_dim is not switched off, two thirds of it count, rounded up to whole blocks.</summary>
    protected override int ReadIntermediateSize(JsonFields root)
    {
        var width = root.Int("block_ff_dim", 1, ModelLimits.IntermediateSize) ?? root.Int("intermediate_size", 1, ModelLimits.IntermediateSize) ?? 12288;
        if (!(root.Bool("block_auto_adjust_ff_dim") ?? true))
            return width;
        width = Math.Max(1, 2 * width / 3);
        // null switches the factor, and the rounding with it, off.
        if (root.Keys.Contains("block_ffn_dim_multiplier") && !root.Has("block_ffn_dim_multiplier"))
            return width;
        width = Math.Max(1, (int)((root.Number("block_ffn_dim_multiplier", ModelLimits.SmallestMultiplier, 16) ?? 1) * width));
        var block = root.Int("block_multiple_of", 1, ModelLimits.IntermediateSize) ?? 256;
        return (width + block - 1) / block * block is var whole && whole <= ModelLimits.IntermediateSize ? whole : throw root.Wrong("block_multiple_of", $"feed-forwards of at most {ModelLimits.IntermediateSize}");
    }

    /// <summary>By layer_types, else full_attn_idxs; without either all layers attend.</summary>
    private static Items<int> ReadConvLayers(JsonFields root, int layers)
    {
        if (LayersOf(root, layers, ConvLayer, "use a checkpoint of LFM2's own layers") is { } named)
            return named;
        if (!root.Has("full_attn_idxs"))
            return [.. Enumerable.Repeat(0, layers)];
        var attending = root.IntOrList("full_attn_idxs", 0, layers - 1, ModelLimits.Layers);
        return [.. Enumerable.Range(0, layers).Select(layer => attending.Contains(layer) ? 0 : 1)];
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("norm_eps", config.RmsNormEps);
        json.WriteBoolean("block_auto_adjust_ff_dim", false);
        json.WriteNumber("conv_L_cache", config.ConvLCache);
        json.WriteBoolean("conv_bias", config.ConvBias);
        if (config.ConvLayers is { } convolves)
            WriteLayers(json, convolves, ConvLayer);
    }

    protected override bool HasGguf => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufWhole => [.. base.GgufWhole.Select(name => name.Gguf == "output_norm.weight" ? ("token_embd_norm.weight", name.HuggingFace) : name)];

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        ("attn_norm", "operator_norm"),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.out_proj"),
        ("attn_q_norm", "self_attn.q_layernorm"),
        ("attn_k_norm", "self_attn.k_layernorm"),
        ("shortconv.in_proj", "conv.in_proj"),
        ("shortconv.conv", Filter),
        ("shortconv.out_proj", "conv.out_proj"),
        ("ffn_norm", "ffn_norm"),
        ("ffn_gate", "feed_forward.w1"),
        ("ffn_up", "feed_forward.w3"),
        ("ffn_down", "feed_forward.w2"),
    ];

    protected override Tensor FromGguf(Tensor tensor) => IsFilter(tensor.Name) ? TensorEdits.TapByTap(tensor) : tensor;

    protected override Tensor ToGguf(Tensor tensor, ModelConfig config) => IsFilter(tensor.Name) ? TensorEdits.ColumnByColumn(tensor, config.ConvLCache) : tensor;

    /// <summary>Layers with a convolution have no key and value heads.</summary>
    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var heads = GgufHeadsOfLayers(metadata);
        var config = base.ReadGguf(metadata, tensors);
        if (heads.Count != 1 && heads.Count != config.NumHiddenLayers)
            throw metadata.Wrong(GgufHeads, $"one number, or {config.NumHiddenLayers}: one for each layer");
        return config with
        {
            ConvLCache = metadata.RequiredInt("shortconv.l_cache", 1, MostTaps),
            ConvLayers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => heads[heads.Count == 1 ? 0 : layer] == 0 ? 1 : 0)],
        };
    }

    protected override int? GgufKeyValueHeads(IConfigFields metadata) => GgufHeadsOfLayers(metadata).Where(count => count > 0).Distinct().ToList() is [var attending]
        ? attending
        : throw metadata.Wrong(GgufHeads, "0 for layers with a convolution and one number for those that attend");

    private static IReadOnlyList<int> GgufHeadsOfLayers(IConfigFields metadata) => metadata.IntOrList(GgufHeads, 0, ModelLimits.Width, ModelLimits.Layers);

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config)
    {
        foreach (var pair in base.WriteGguf(config))
            yield return pair.Key == GgufHeads ? (GgufHeads, HeadsOfLayers(config)) : pair;
        yield return ("shortconv.l_cache", (uint)config.ConvLCache);
    }

    private static int[] HeadsOfLayers(ModelConfig config) => [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => config.IsConvolution(layer) ? 0 : config.NumKeyValueHeads)];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : config.ConvBias ? "lfm2 with biases"
        : null;

    public override IReadOnlyList<ScaleGroup> GroupsOf(ModelConfig config, int layer) => config.IsConvolution(layer) ? [.. Convolution, .. FeedForwards] : [.. Attending, .. FeedForwards];

    private static readonly ScaleGroup[] FeedForwards =
    [
        new(["feed_forward.w1", "feed_forward.w3"], "ffn_norm", "feed_forward.w2"),
        new(["feed_forward.w2"], "feed_forward.w3", "feed_forward.w2"),
    ];

    private static readonly ScaleGroup[] Attending =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "operator_norm", "self_attn.out_proj"),
        new(["self_attn.out_proj"], "self_attn.v_proj", "self_attn.out_proj", NeedsEqualShapes: true),
    ];

    /// <summary>Columns of the last projection are a third of the first one's rows, which nothing folds into.</summary>
    private static readonly ScaleGroup[] Convolution = [new(["conv.in_proj"], "operator_norm", "conv.out_proj"), new(["conv.out_proj"], null, "conv.out_proj")];

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var input = Norm(g, hidden, "operator_norm");
        hidden = g.Add(hidden, config.IsConvolution(layer) ? ShortConvolution(g, config, input) : SelfAttention(g, config, layer, input));
        return g.Add(hidden, FeedForward(g, config, layer, Norm(g, hidden, "ffn_norm")));
    }

    private static Value ShortConvolution(GraphBuilder g, ModelConfig config, Value input)
    {
        var projected = g.Linear(input, "conv.in_proj", checked(3 * config.HiddenSize), config.ConvBias);
        return g.Linear(g.ShortConv(projected, Filter, config.ConvLCache, config.ConvBias), "conv.out_proj", config.HiddenSize, config.ConvBias);
    }

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(g.HeadNorm(projected, isKey ? "self_attn.k_layernorm" : "self_attn.q_layernorm"));

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attn.out_proj", config.HiddenSize);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var gate = g.Linear(input, "feed_forward.w1", config.IntermediateSize);
        var up = g.Linear(input, "feed_forward.w3", config.IntermediateSize);
        return g.Linear(g.SiluMultiply(gate, up), "feed_forward.w2", config.HiddenSize);
    }

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) =>
        [.. Build(config).Weights.Select(use => IsFilter(use.Name) ? use with { Shape = [config.HiddenSize, 1, config.ConvLCache] } : use)];

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) =>
        WithPrefix(tensors, ["embed_tokens.", "layers.", "embedding_norm."]).ToDictionary(pair => pair.Key, pair => IsFilter(pair.Key) ? TensorEdits.TapByTap(pair.Value) : pair.Value);

    private static bool IsFilter(string name) => name.EndsWith($".{Filter}.weight", StringComparison.Ordinal);
}
