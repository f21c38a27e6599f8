using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// What llama and the decoders made after it share outside of their operations: RMS norms, rotary positions, grouped queries and a gated feed-forward under the same keys and
/// names. A model type of this kind says what it has otherwise.
/// </summary>
internal abstract class RotaryDecoder : ModelType
{
    /// <summary>What to do where a window would change the attention.</summary>
    protected const string FullAttention = "use a checkpoint with full attention";

    private const string LayerTypes = "layer_types";
    private const string FullLayer = "full_attention";
    private const string SlidingLayer = "sliding_attention";
    private const string Window = "sliding_window";
    private const string UseWindow = "use_sliding_window";

    private const string OtherArchitecture = "use a model of a supported architecture";

    /// <summary>silu(gate) * up: a factor of up's row goes through to down's column. The groups are AutoAWQ's (awq/models: qwen2, qwen3, llama).</summary>
    protected static readonly ScaleGroup[] Gated =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "input_layernorm", "self_attn.o_proj"),
        new(["self_attn.o_proj"], "self_attn.v_proj", "self_attn.o_proj", NeedsEqualShapes: true),
        new(["mlp.gate_proj", "mlp.up_proj"], "post_attention_layernorm", "mlp.down_proj"),
        new(["mlp.down_proj"], "mlp.up_proj", "mlp.down_proj"),
    ];

    /// <summary>The groups of layers without gates, whose function lets no factor through.</summary>
    /// <param name="output">The projection behind attention.</param>
    /// <param name="attentionNorm">What queries, keys and values read, where they alone do; else null.</param>
    /// <param name="feedForwardNorm">The same of <paramref name="up"/>.</param>
    protected static ScaleGroup[] Ungated(string output, string? attentionNorm, string? feedForwardNorm, string up, string down) =>
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], attentionNorm, output),
        new([output], "self_attn.v_proj", output, NeedsEqualShapes: true),
        new([up], feedForwardNorm, up),
        new([down], null, down),
    ];

    /// <summary>The same where the norm before the feed-forward has another name.</summary>
    protected static IReadOnlyList<ScaleGroup> WithFeedForwardNorm(IReadOnlyList<ScaleGroup> groups, string norm) => [.. groups.Select(group => group.FoldInto == "post_attention_layernorm" ? group with { FoldInto = norm } : group)];

    /// <summary>The same where no norm with weights stands before attention and feed-forward.</summary>
    protected static IReadOnlyList<ScaleGroup> WithoutNorms(IReadOnlyList<ScaleGroup> groups) => [.. groups.Select(group => group.FoldInto?.EndsWith("norm", StringComparison.Ordinal) ?? false ? group with { FoldInto = null } : group)];

    /// <summary>The same where attention and feed-forward read one norm.</summary>
    protected static IReadOnlyList<ScaleGroup> SideBySide(IReadOnlyList<ScaleGroup> groups) =>
        [groups[0] with { Linears = [.. groups[0].Linears, .. groups[2].Linears], InspectedEnd = groups[2].InspectedEnd }, groups[1], groups[3]];

    /// <summary>The tensors outside the layers: a GGUF name, then ours.</summary>
    protected virtual IReadOnlyList<(string Gguf, string HuggingFace)> GgufWhole =>
    [
        ("token_embd.weight", $"{EmbeddingName}.weight"),
        ("output_norm.weight", $"{FinalNorm}.weight"),
        .. GgufHasLayerNorms ? [("output_norm.bias", $"{FinalNorm}.bias")] : Array.Empty<(string, string)>(),
        ("output.weight", $"{HeadName}.weight"),
    ];

    protected static readonly (string Gguf, string HuggingFace)[] GgufOfLayer =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"),
        ("attn_q_norm", "self_attn.q_norm"),
        ("attn_k_norm", "self_attn.k_norm"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"),
        ("ffn_down", "mlp.down_proj"),
    ];

    private GgufArchitecture? gguf;

    public override IReadOnlyList<ScaleGroup> ScaleGroups => Gated;

    /// <summary>True where a GGUF architecture of this name is read.</summary>
    protected virtual bool HasGguf => false;

    public override GgufArchitecture? Gguf => !HasGguf ? null : gguf ??= new GgufArchitecture(GgufName, LayerPrefix, GgufWhole, GgufNames, GgufInterleavesRope, ReadGguf, WriteGguf, UnsayableInGguf)
    {
        Joins = GgufJoins,
        Takes = GgufTakes,
        FromFile = FromGguf,
        ToFile = ToGguf,
    };

    /// <summary>general.architecture.</summary>
    protected virtual string GgufName => Name;

    /// <summary>Whether a file is of this type, where another's architecture has the same name; null for the type that takes the others.</summary>
    protected virtual Func<IConfigFields, bool>? GgufTakes => null;

    /// <summary>A tensor of a GGUF file, by our name, as operations read it.</summary>
    protected virtual Tensor FromGguf(Tensor tensor) => tensor;

    /// <summary>The other way.</summary>
    protected virtual Tensor ToGguf(Tensor tensor, ModelConfig config) => tensor;

    /// <summary>Norms subtract the mean: their epsilon has a key of its own.</summary>
    protected virtual bool GgufHasLayerNorms => false;

    /// <summary>llama.cpp takes the embedding as the head of a file that has none.</summary>
    protected virtual bool GgufTiesHead => true;

    private string GgufEpsilon => GgufHasLayerNorms ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";

    /// <summary>The tensors of a layer: a GGUF name, then ours.</summary>
    protected virtual IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames => GgufOfLayer;

    /// <summary>Those of several of ours.</summary>
    protected virtual IReadOnlyList<GgufJoin> GgufJoins => [];

    protected static readonly GgufJoin GgufFusedHeads = new("attn_qkv", _ => ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], IsStacked: false);

    protected static readonly GgufJoin GgufFusedGate = new("ffn_up", _ => ["mlp.gate_proj", "mlp.up_proj"], IsStacked: false);

    /// <summary>Checkpoints of the model without its head (Qwen3-Embedding) have names without "model.".</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => WithPrefix(tensors, ["embed_tokens.", "layers.", "norm."]);

    /// <summary>llama.cpp's converter permutes q and k so that rotated pairs are neighbours.</summary>
    protected virtual bool GgufInterleavesRope => false;

    /// <summary>The keys that all types of this kind have; without biases and windows.</summary>
    /// <param name="headDim">Of configurations without head_dim; null: hidden_size / num_attention_heads.</param>
    /// <param name="ropeTheta">Of configurations without rope_theta.</param>
    /// <param name="rotaryPart">The part of a head that is turned, of configurations that do not say.</param>
    /// <param name="tied">Of configurations without tie_word_embeddings.</param>
    /// <param name="activation">Of configurations without <paramref name="activationKey"/>.</param>
    /// <param name="rmsNormEps">Of configurations without rms_norm_eps.</param>
    protected ModelConfig ReadShape(
        JsonFields root, bool keyValueHeadsRequired = true, int? headDim = null, double ropeTheta = 10000, double rotaryPart = 1, bool tied = false, string activation = "silu", string activationKey = "hidden_act",
        double rmsNormEps = 1e-6)
    {
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFace, keyValueHeadsRequired, headDim);
        var hiddenAct = root.String(activationKey) ?? activation;
        if (!Activations.Contains(hiddenAct))
            throw root.Wrong(activationKey, ModelTypes.Listed(Activations), "use a checkpoint with this activation");
        var config = new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = ReadIntermediateSize(root),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions),
            RmsNormEps = (float)(root.Number("rms_norm_eps", 0, 1) ?? rmsNormEps),
            // The default is false in the configuration classes of most of these types.
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? tied,
            HiddenAct = hiddenAct,
        };
        config = RopeKeys.Read(root, config, ropeTheta, rotaryPart);
        return HasWindows ? config : WithoutWindows(root, config);
    }

    /// <summary>The width of the feed-forward.</summary>
    protected virtual int ReadIntermediateSize(JsonFields root) => root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize);

    /// <summary>The values of hidden_act that are computed; the first is what GGUF files mean.</summary>
    protected virtual IReadOnlyList<string> Activations => [ActivationNames.Silu];

    /// <summary>True where layers may attend to the last positions alone.</summary>
    protected virtual bool HasWindows => false;

    private static ModelConfig WithoutWindows(JsonFields root, ModelConfig config)
    {
        foreach (var layerType in root.Strings(LayerTypes, most: ModelLimits.Layers))
        {
            // A window as long as the text is none.
            if (layerType != FullLayer && !(layerType == SlidingLayer && root.Int(Window, 0, int.MaxValue) >= config.MaxPositionEmbeddings))
                throw new InputException(root.Path, LayerTypes, $"'{layerType}'", "full_attention in every layer", FullAttention);
        }
        return config;
    }

    /// <summary>The config with its windows.</summary>
    /// <param name="slides">Whether a layer slides, of configurations without layer_types.</param>
    /// <param name="windowWhereMissing">What transformers takes where sliding_window is missing; null: no window.</param>
    protected static ModelConfig WithWindows(JsonFields root, ModelConfig config, Func<int, bool> slides, int? windowWhereMissing = null)
    {
        // null means none; a missing key means the default. Has() cannot tell them apart, Keys can.
        var window = root.Int(Window, 1, int.MaxValue) ?? (root.Keys.Contains(Window) ? null : windowWhereMissing);
        return config with
        {
            // A window as long as the text is none.
            SlidingWindow = window < config.MaxPositionEmbeddings ? window : null,
            SlidingLayers = LayersOf(root, config.NumHiddenLayers, SlidingLayer, FullAttention) ?? [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => slides(layer) ? 1 : 0)],
        };
    }

    /// <summary>layer_types: of each layer 1 where it is of a kind and 0 where it attends to all positions; null where the configuration does not say.</summary>
    /// <param name="next">What to do where a layer is neither.</param>
    protected static Items<int>? LayersOf(JsonFields root, int layers, string kind, string next)
    {
        var types = root.Strings(LayerTypes, most: ModelLimits.Layers);
        if (types.Count == 0)
            return null;
        if (types.Count != layers)
            throw root.Wrong(LayerTypes, $"{layers}: one for each layer");
        if (types.FirstOrDefault(type => type != FullLayer && type != kind) is { } other)
            throw new InputException(root.Path, LayerTypes, $"'{other}'", $"{kind} or {FullLayer}", next);
        return [.. types.Select(type => type == kind ? 1 : 0)];
    }

    /// <summary>As <see cref="LayersOf"/> reads it.</summary>
    protected static void WriteLayers(Utf8JsonWriter json, Items<int> layers, string kind)
    {
        json.WriteStartArray(LayerTypes);
        foreach (var isOfKind in layers)
            json.WriteStringValue(isOfKind != 0 ? kind : FullLayer);
        json.WriteEndArray();
    }

    /// <summary>The same where use_sliding_window has to switch windows on: then the layers from max_window_layers on slide.</summary>
    protected static ModelConfig WithSwitchedWindows(JsonFields root, ModelConfig config, int? windowWhereMissing = 4096)
    {
        // Switched off, sliding_window may be anything.
        if (!(root.Bool(UseWindow) ?? false))
            return WithoutWindows(root, config);
        var from = root.Int("max_window_layers", 0, int.MaxValue) ?? 28;
        var windows = WithWindows(root, config, layer => layer >= from, windowWhereMissing);
        return windows.SlidingWindow is null ? config : windows;
    }

    /// <summary>As <see cref="WithWindows"/> reads them.</summary>
    protected static void WriteWindows(Utf8JsonWriter json, ModelConfig config)
    {
        // Layers that slide over a window as long as the text are still layers of that kind.
        if ((config.SlidingWindow ?? (config.SlidingLayers is null ? null : config.MaxPositionEmbeddings)) is { } window)
            json.WriteNumber(Window, window);
        else
            json.WriteNull(Window);
        if (config.SlidingLayers is { } slides)
            WriteLayers(json, slides, SlidingLayer);
    }

    /// <summary>As <see cref="WithSwitchedWindows"/> reads them.</summary>
    protected static void WriteSwitchedWindows(Utf8JsonWriter json, ModelConfig config)
    {
        if (config.SlidingLayers is null)
            return;
        json.WriteBoolean(UseWindow, true);
        WriteWindows(json, config);
    }

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var logits = Head(g, config, LastHidden(g, config));
        return g.Build(config.FinalLogitSoftcapping is { } cap ? g.SoftCap(logits, cap) : logits);
    }

    public override bool Embeds => true;

    public override Graph BuildEmbedder(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        return g.Build(LastHidden(g, config));
    }

    /// <summary>What the output head reads, of the rows whose logits are wanted.</summary>
    private Value LastHidden(GraphBuilder g, ModelConfig config)
    {
        var hidden = Embed(g, config);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"{LayerPrefix}{layer}.");
            hidden = Layer(g, config, layer, hidden);
        }
        g.EndLayers();
        return Norm(g, g.SelectRows(hidden), FinalNorm);
    }

    /// <summary>In front of a layer's number.</summary>
    protected virtual string LayerPrefix => "model.layers.";

    protected virtual string EmbeddingName => "model.embed_tokens";

    protected virtual string HeadName => "lm_head";

    protected virtual string FinalNorm => "model.norm";

    protected virtual Value Embed(GraphBuilder g, ModelConfig config) => g.Embed(EmbeddingName, config.HiddenSize, config.EmbeddingMultiplier == 1 ? null : config.EmbeddingMultiplier);

    /// <summary>The norm before attention.</summary>
    protected virtual string NameOfAttentionNorm => "input_layernorm";

    /// <summary>The norm before the feed-forward.</summary>
    protected virtual string NameOfFeedForwardNorm => "post_attention_layernorm";

    /// <summary>Norm, attention, sum; norm, feed-forward, sum.</summary>
    protected virtual Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        hidden = g.Add(hidden, SelfAttention(g, config, layer, Norm(g, hidden, NameOfAttentionNorm)));
        return g.Add(hidden, FeedForward(g, config, layer, Norm(g, hidden, NameOfFeedForwardNorm)));
    }

    protected virtual Value Norm(GraphBuilder g, Value input, string name) => g.RmsNorm(input, name);

    /// <summary>Projections, attention and the projection behind it.</summary>
    protected virtual Value SelfAttention(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var query = Heads(g, config, layer, Project(g, config, input, "q_proj", config.NumAttentionHeads), isKey: false);
        var key = Heads(g, config, layer, Project(g, config, input, "k_proj", config.NumKeyValueHeads), isKey: true);
        var value = Project(g, config, input, "v_proj", config.NumKeyValueHeads);
        var attended = g.Attention(query, key, value, scoreScale: ScoreScale(config), window: config.WindowOf(layer), softCap: config.AttnLogitSoftcapping, sinks: Sinks, slopes: AlibiSlopes.Of(config));
        return Output(g, config, attended);
    }

    private static Value Project(GraphBuilder g, ModelConfig config, Value input, string name, int heads) => g.Linear(input, $"self_attn.{name}", heads * config.HeadDim, config.AttentionBias);

    protected virtual Value Output(GraphBuilder g, ModelConfig config, Value attended) =>
        g.Linear(attended, "self_attn.o_proj", config.HiddenSize, config.AttentionOutBias ?? config.AttentionBias);

    /// <summary>What happens to projected queries or keys before they meet.</summary>
    protected virtual Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(projected);

    /// <summary>The norm of each head of queries or keys, where a type has them.</summary>
    protected static Value HeadNorm(GraphBuilder g, Value projected, bool isKey) => g.HeadNorm(projected, isKey ? "self_attn.k_norm" : "self_attn.q_norm");

    /// <summary>Scores of the heads that are in the sums of softmax and stand for no position; null where there are none.</summary>
    protected virtual string? Sinks => null;

    /// <summary>What scores are multiplied with; null is 1 / sqrt(HeadDim).</summary>
    protected virtual float? ScoreScale(ModelConfig config) => config.AttentionMultiplier;

    /// <summary>f(gate) * up, then down.</summary>
    protected virtual Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var gate = g.Linear(input, "mlp.gate_proj", config.IntermediateSize, config.MlpBias);
        var up = g.Linear(input, "mlp.up_proj", config.IntermediateSize, config.MlpBias);
        return g.Linear(g.Gate(gate, up, ActivationNames.Of(config.HiddenAct)), "mlp.down_proj", config.HiddenSize, config.MlpBias);
    }

    /// <summary>down(f(up(x))): a feed-forward without gates.</summary>
    protected static Value Ungated(GraphBuilder g, ModelConfig config, Value input, string up, string down)
    {
        var widened = g.Linear(input, up, config.IntermediateSize, config.MlpBias);
        return g.Linear(g.Activate(widened, ActivationNames.Of(config.HiddenAct)), down, config.HiddenSize, config.MlpBias);
    }

    protected virtual Value Head(GraphBuilder g, ModelConfig config, Value input) =>
        g.Linear(input, config.TieWordEmbeddings ? EmbeddingName : HeadName, config.VocabSize, scale: config.LogitScale);

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("num_key_value_heads", config.NumKeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("rms_norm_eps", config.RmsNormEps);
        RopeKeys.Write(json, config);
        json.WriteString("hidden_act", config.HiddenAct);
        WriteOwnKeys(json, config);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    /// <summary>The keys that not all types of this kind have.</summary>
    protected virtual void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
    }

    /// <summary>The shape as a GGUF file's metadata and tensors say it.</summary>
    protected virtual ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (!HasExperts && metadata.Int("expert_count", 0, int.MaxValue) is > 0)
            throw metadata.Wrong("expert_count", "0: a dense model", OtherArchitecture);
        var heads = AttentionHeads.Read(metadata, AttentionKeys.Gguf, keyValueHeads: GgufKeyValueHeads(metadata));
        if (metadata.Int("attention.value_length", 0, int.MaxValue) is { } other && other != heads.HeadDim)
            throw metadata.Wrong("attention.value_length", $"the head size, {heads.HeadDim}", OtherArchitecture);
        var turned = metadata.Int("rope.dimension_count", 0, int.MaxValue) ?? heads.HeadDim;
        if (turned != heads.HeadDim && !(TurnsParts && turned > 0 && turned < heads.HeadDim && turned % 2 == 0))
            throw metadata.Wrong("rope.dimension_count", $"the head size, {heads.HeadDim}", OtherArchitecture);
        var contextLength = metadata.RequiredInt("context_length", 1, ModelLimits.Positions);
        var epsilon = (float)metadata.RequiredNumber(GgufEpsilon, 0, 1);
        if (!GgufHasWindows && metadata.Int("attention.sliding_window", 0, int.MaxValue) is > 0 and var window && window < contextLength)
            throw metadata.Wrong("attention.sliding_window", $"full attention over the {contextLength} positions", OtherArchitecture);
        var theta = metadata.Number("rope.freq_base", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? 10000;
        var config = new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = metadata.RequiredInt("feed_forward_length", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = metadata.RequiredInt("block_count", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = GgufArchitecture.VocabSize(metadata.Path, tensors, heads.HiddenSize),
            MaxPositionEmbeddings = contextLength,
            RopeTheta = theta,
            RopeScaling = RopeKeys.ReadGguf(metadata, contextLength, theta),
            RopeFrequencyFactors = RopeKeys.ReadGgufFactors(metadata.Path, tensors, GgufArchitecture.RopeFrequencies, turned / 2),
            RopeInterleaved = GgufInterleavesRope,
            RotaryDim = turned == heads.HeadDim ? null : turned,
            HiddenAct = Activations[0],
            TieWordEmbeddings = !tensors.ContainsKey("output.weight"),
            AttentionBias = tensors.ContainsKey("blk.0.attn_q.bias"),
            MlpBias = tensors.ContainsKey("blk.0.ffn_up.bias"),
        };
        return GgufHasLayerNorms ? config with { LayerNormEps = epsilon } : config with { RmsNormEps = epsilon };
    }

    /// <summary>Of the layers that attend, where a file has a number for each layer; null where one number holds for all.</summary>
    protected virtual int? GgufKeyValueHeads(IConfigFields metadata) => null;

    /// <summary>True where feed-forwards may be mixtures of experts.</summary>
    protected virtual bool HasExperts => false;

    /// <summary>True where GGUF files of this architecture may turn a part of each head.</summary>
    protected virtual bool TurnsParts => false;

    /// <summary>True where GGUF files of this architecture may have windows.</summary>
    protected virtual bool GgufHasWindows => false;

    /// <summary>The window that a GGUF file names; null where it cuts nothing off.</summary>
    protected static int? GgufWindow(IConfigFields metadata, ModelConfig config) =>
        metadata.Int("attention.sliding_window", 0, int.MaxValue) is > 0 and var window && window < config.MaxPositionEmbeddings ? window : null;

    /// <summary>All layers but every fourth: those that slide where a file does not say which.</summary>
    protected static bool SlidesInThrees(int layer) => layer % GgufPattern != GgufPattern - 1;

    private const int GgufPattern = 4;

    /// <summary>Which layers slide, of architectures in which some do: a flag for each, or every how many one does not.</summary>
    protected static Items<int> GgufSlides(IConfigFields metadata, ModelConfig config)
    {
        const string key = "attention.sliding_window_pattern";
        if (metadata.Flags(key, ModelLimits.Layers) is not { } flags)
        {
            var pattern = metadata.Int(key, 1, ModelLimits.Layers) ?? GgufPattern;
            return [.. Enumerable.Range(1, config.NumHiddenLayers).Select(number => number % pattern == 0 ? 0 : 1)];
        }
        return flags.Count == config.NumHiddenLayers ? [.. flags.Select(flag => flag ? 1 : 0)] : throw metadata.Wrong(key, $"{config.NumHiddenLayers}: one for each layer");
    }

    /// <summary>Whether the layers that slide are those that <paramref name="slides"/> names: GGUF has no word for which.</summary>
    protected static bool SlidesAs(ModelConfig config, Func<int, bool> slides) =>
        config.SlidingLayers is not { } layers || layers.Index().All(layer => layer.Item != 0 == slides(layer.Index));

    /// <summary>What GGUF has no word for in this type; null where it can say everything.</summary>
    protected virtual string? UnsayableInGguf(ModelConfig config) =>
        !GgufHasWindows && config.SlidingWindow is not null ? $"{Name} whose layers slide"
        : config.TieWordEmbeddings && !GgufTiesHead ? $"{Name} whose head is its embedding"
        : RopeKeys.UnsayableInGguf(config.RopeScaling);

    /// <summary>The same of types whose linear layers have no biases in llama.cpp.</summary>
    protected virtual string? UnsayableBiases(ModelConfig config) => config.AttentionBias || config.MlpBias || (config.AttentionOutBias ?? false) ? $"{Name} with biases" : null;

    /// <summary>As <see cref="ReadGguf"/> reads it: key and value, a uint, float, bool or string.</summary>
    protected virtual IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config)
    {
        yield return ("context_length", (uint)config.MaxPositionEmbeddings);
        yield return ("embedding_length", (uint)config.HiddenSize);
        yield return ("block_count", (uint)config.NumHiddenLayers);
        yield return ("feed_forward_length", (uint)config.IntermediateSize);
        yield return ("attention.head_count", (uint)config.NumAttentionHeads);
        yield return ("attention.head_count_kv", (uint)config.NumKeyValueHeads);
        yield return ("attention.key_length", (uint)config.HeadDim);
        yield return ("attention.value_length", (uint)config.HeadDim);
        yield return (GgufEpsilon, GgufHasLayerNorms ? config.LayerNormEps : config.RmsNormEps);
        yield return ("rope.dimension_count", (uint)(config.RotaryDim ?? config.HeadDim));
        yield return ("rope.freq_base", (float)config.RopeTheta);
        yield return ("vocab_size", (uint)config.VocabSize);
        foreach (var pair in RopeKeys.WriteGguf(config.RopeScaling))
            yield return pair;
    }
}
