using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Mixtures;

/// <summary>
/// gpt-oss (arXiv 2508.10925): windows in every other layer, sinks in the sums of softmax, biases everywhere, experts whose gates are bounded: sigmoid(1.702 g) g (u + 1) with g = min(gate, limit) and u within the
/// limit. In files the experts lie together: see <see cref="StackedExperts"/>.
/// </summary>
internal sealed class GptOss() : Mixture("mlp.router", "mlp.experts", "gate_proj", "up_proj", "down_proj")
{
    private const string FileSinks = "self_attn.sinks";
    private const string Limit = "swiglu_limit";
    private const string Alpha = "swiglu_alpha";

    /// <summary>The slope of <see cref="Activation.QuickGelu"/>.</summary>
    private const double QuickSlope = 1.702;

    private const string FeedForwardNorm = "post_attention_layernorm";

    /// <summary>Of configurations that do not say.</summary>
    private const float UsualLimit = 7;

    /// <summary>What is added to the ups.</summary>
    private const float UpOffset = 1;

    public override string Name => "gpt_oss";

    public override string ClassName(ModelConfig config) => "GptOssForCausalLM";

    public override bool KeepsTensors => false;

    protected override bool HasWindows => true;

    protected override string Sinks => FileSinks;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Number(Alpha, 0, 1e3) is { } alpha && alpha != QuickSlope)
            throw root.Wrong(Alpha, "1.702", "use a checkpoint with this activation");
        var shape = ReadShape(root, keyValueHeadsRequired: false, headDim: 64, ropeTheta: 150000, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? true };
        var config = WithWindows(root, shape, Slides, windowWhereMissing: 128);
        return config with
        {
            Experts = ReadExperts(root, config, "num_local_experts", config.IntermediateSize, normalizes: true) with { HasBiases = true, GateLimit = (float)(root.Number(Limit, 1e-3, 1e6) ?? UsualLimit) },
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        WriteWindows(json, config);
        json.WriteBoolean("attention_bias", config.AttentionBias);
        WriteExperts(json, config, "num_local_experts");
        json.WriteNumber(Limit, config.Experts!.GateLimit!.Value);
    }

    protected override Activation Function(ModelConfig config) => Activation.QuickGelu;

    protected override GateBounds? Bounds(ModelConfig config) => new(config.Experts!.GateLimit!.Value, UpOffset);

    protected override bool HasGguf => true;

    protected override string GgufName => "gpt-oss";

    protected override bool GgufTiesHead => false;

    protected override bool GgufHasWindows => true;

    protected override bool GgufNormalizes => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames =>
        [.. base.GgufNames.Where(pair => pair.HuggingFace != FeedForwardNorm), ("post_attention_norm", FeedForwardNorm), ("attn_sinks", FileSinks)];

    /// <summary>llama.cpp knows the limit, and that every other layer slides, the first among them.</summary>
    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        return config with
        {
            SlidingWindow = GgufWindow(metadata, config),
            SlidingLayers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => Slides(layer) ? 1 : 0)],
            Experts = config.Experts! with { HasBiases = true, GateLimit = UsualLimit },
        };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
        [.. base.WriteGguf(config), ("attention.sliding_window", (uint)(config.SlidingWindow ?? config.MaxPositionEmbeddings))];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : !SlidesAs(config, Slides) ? $"{Name} whose layers slide in another order"
        : config.Experts!.GateLimit != UsualLimit ? $"{Limit} {config.Experts.GateLimit}"
        : !config.AttentionBias ? $"{Name} without biases"
        : null;

    private static bool Slides(int layer) => layer % 2 == 0;

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config)
    {
        var others = Build(config).Weights.Where(use => !use.Name.Contains($".{StackedExperts.Front}", StringComparison.Ordinal));
        return [.. others.Select(use => use with { Name = FileName(use.Name) }), .. Enumerable.Range(0, config.NumHiddenLayers).SelectMany(layer => StackedExperts.FileTensors($"{LayerPrefix}{layer}.", config))];
    }

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        var named = FromFile(tensors);
        var result = named.ToDictionary();
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var front = $"{LayerPrefix}{layer}.";
            new StackedExperts(named, front + StackedExperts.Front, config).TakeApart(result);
            if (result.Remove(front + FileSinks, out var sinks))
                result[$"{sinks.Name}.weight"] = sinks.Renamed($"{sinks.Name}.weight");
        }
        return result;
    }

    private static string FileName(string name) => name.EndsWith($".{FileSinks}.weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;
}
