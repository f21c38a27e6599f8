using Temoto.Formats.Config;

namespace Temoto.Evaluation.Seeded;

/// <summary>Models without weights, by name: the published shapes we measure with, and tiny ones for tests.</summary>
internal static class ModelShapes
{
    /// <summary>Shapes are those of the published config.json files; the tiny ones exercise what their model type can do.</summary>
    public static IReadOnlyList<(string Name, ModelConfig Config)> All { get; } =
    [
        ("qwen2.5-0.5b", new ModelConfig
        {
            ModelType = "qwen2", HiddenSize = 896, IntermediateSize = 4864, NumHiddenLayers = 24, NumAttentionHeads = 14, NumKeyValueHeads = 2, HeadDim = 64,
            VocabSize = 151936, MaxPositionEmbeddings = 32768, RmsNormEps = 1e-6f, RopeTheta = 1e6, TieWordEmbeddings = true, AttentionBias = true,
        }),
        ("qwen2.5-1.5b", new ModelConfig
        {
            ModelType = "qwen2", HiddenSize = 1536, IntermediateSize = 8960, NumHiddenLayers = 28, NumAttentionHeads = 12, NumKeyValueHeads = 2, HeadDim = 128,
            VocabSize = 151936, MaxPositionEmbeddings = 32768, RmsNormEps = 1e-6f, RopeTheta = 1e6, TieWordEmbeddings = true, AttentionBias = true,
        }),
        ("qwen3-0.6b", new ModelConfig
        {
            ModelType = "qwen3", HiddenSize = 1024, IntermediateSize = 3072, NumHiddenLayers = 28, NumAttentionHeads = 16, NumKeyValueHeads = 8, HeadDim = 128,
            VocabSize = 151936, MaxPositionEmbeddings = 40960, RmsNormEps = 1e-6f, RopeTheta = 1e6, TieWordEmbeddings = true,
        }),
        ("llama-3.2-1b", new ModelConfig
        {
            ModelType = "llama", HiddenSize = 2048, IntermediateSize = 8192, NumHiddenLayers = 16, NumAttentionHeads = 32, NumKeyValueHeads = 8, HeadDim = 64,
            VocabSize = 128256, MaxPositionEmbeddings = 131072, RmsNormEps = 1e-5f, RopeTheta = 500000, TieWordEmbeddings = true,
            RopeScaling = new RopeScaling("llama3", 32, 1, 4, 8192),
        }),
        ("tinyllama-1.1b", new ModelConfig
        {
            ModelType = "llama", HiddenSize = 2048, IntermediateSize = 5632, NumHiddenLayers = 22, NumAttentionHeads = 32, NumKeyValueHeads = 4, HeadDim = 64,
            VocabSize = 32000, MaxPositionEmbeddings = 2048, RmsNormEps = 1e-5f, RopeTheta = 10000,
        }),
        ("llama-2-7b", new ModelConfig
        {
            ModelType = "llama", HiddenSize = 4096, IntermediateSize = 11008, NumHiddenLayers = 32, NumAttentionHeads = 32, NumKeyValueHeads = 32, HeadDim = 128,
            VocabSize = 32000, MaxPositionEmbeddings = 4096, RmsNormEps = 1e-5f, RopeTheta = 10000,
        }),
        // A mixture: of 32 experts a token reads 8.
        ("granite-3.0-1b-a400m", new ModelConfig
        {
            ModelType = "granitemoe", HiddenSize = 1024, IntermediateSize = 512, NumHiddenLayers = 24, NumAttentionHeads = 16, NumKeyValueHeads = 8, HeadDim = 64,
            VocabSize = 49155, MaxPositionEmbeddings = 4096, RmsNormEps = 1e-6f, RopeTheta = 10000, TieWordEmbeddings = true,
            EmbeddingMultiplier = 12, AttentionMultiplier = 0.015625f, ResidualMultiplier = 0.22f, LogitsScaling = 6,
            Experts = new ExpertsConfig { NumExperts = 32, NumExpertsPerTok = 8, IntermediateSize = 512, NormTopkProb = true },
        }),
        ("opt-125m", Opt(768, 3072, 12, 12, 50272, 2048)),
        // The one whose norms stand behind the sums, with a narrower embedding.
        ("opt-350m", Opt(1024, 4096, 24, 16, 50272, 2048) with { WordEmbedProjDim = 512, DoLayerNormBefore = false }),
        ("opt-1.3b", Opt(2048, 8192, 24, 32, 50272, 2048)),
        // The published checkpoints of DeiT without a distillation token are of type vit.
        ("deit-t", Vit("vit", 192, 12, 3)),
        ("deit-s", Vit("vit", 384, 12, 6)),
        ("deit-b", Vit("vit", 768, 12, 12)),
        ("deit-b-distilled", Vit("deit", 768, 12, 12)),
        ("vit-b-16", Vit("vit", 768, 12, 12)),
        ("tiny-qwen2", new ModelConfig
        {
            ModelType = "qwen2", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 1e6, TieWordEmbeddings = true, AttentionBias = true,
        }),
        // Positions beyond the original 64, so that the scaling shows.
        ("tiny-llama", new ModelConfig
        {
            ModelType = "llama", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-5f, RopeTheta = 10000,
            RopeScaling = new RopeScaling("llama3", 4, 1, 4, 64),
        }),
        // Heads wider than hidden_size / heads, as all published Qwen3 have.
        ("tiny-qwen3", new ModelConfig
        {
            ModelType = "qwen3", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 32,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 1e6, TieWordEmbeddings = true,
        }),
        // The fourth layer is the first without positions.
        ("tiny-smollm3", new ModelConfig
        {
            ModelType = "smollm3", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 4, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 2e6, TieWordEmbeddings = true, NoRopeLayers = [1, 1, 1, 0],
        }),
        // All factors other than what they are elsewhere: 1, and 1 / 4 for the scores.
        ("tiny-granite", new ModelConfig
        {
            ModelType = "granite", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-5f, RopeTheta = 10000,
            EmbeddingMultiplier = 3, AttentionMultiplier = 0.4f, ResidualMultiplier = 0.5f, LogitsScaling = 2,
        }),
        // A window in the first layer, caps, norms on both sides.
        ("tiny-gemma2", new ModelConfig
        {
            ModelType = "gemma2", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 10000, TieWordEmbeddings = true, HiddenAct = "gelu_pytorch_tanh",
            SlidingWindow = 24, SlidingLayers = [1, 0], QueryPreAttnScalar = 24, AttnLogitSoftcapping = 50, FinalLogitSoftcapping = 30,
        }),
        // Norms over all heads together: queries and keys are stored before they are attended.
        ("tiny-olmo2", new ModelConfig
        {
            ModelType = "olmo2", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 5e5,
        }),
        // Experts in the second layer, and a feed-forward beside them.
        ("tiny-qwen2-moe", new ModelConfig
        {
            ModelType = "qwen2_moe", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-6f, RopeTheta = 1e6, AttentionBias = true,
            Experts = new ExpertsConfig { NumExperts = 6, NumExpertsPerTok = 2, IntermediateSize = 96, SharedIntermediateSize = 128, SparseLayers = [0, 1] },
        }),
        // A window in the first layer, sinks, experts with biases whose gates are bounded.
        ("tiny-gpt-oss", new ModelConfig
        {
            ModelType = "gpt_oss", HiddenSize = 64, IntermediateSize = 96, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-5f, RopeTheta = 150000, AttentionBias = true, SlidingWindow = 24, SlidingLayers = [1, 0],
            Experts = new ExpertsConfig { NumExperts = 6, NumExpertsPerTok = 2, IntermediateSize = 96, NormTopkProb = true, HasBiases = true, GateLimit = 7 },
        }),
        // Scores by distance, and as many heads as no power of two.
        ("tiny-bloom", new ModelConfig
        {
            ModelType = "bloom", HiddenSize = 96, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 6, NumKeyValueHeads = 6, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, TieWordEmbeddings = true, AttentionBias = true, MlpBias = true, HiddenAct = "gelu_pytorch_tanh", AlibiBiasMax = 8,
        }),
        // A convolution before attention and one behind it.
        ("tiny-lfm2", new ModelConfig
        {
            ModelType = "lfm2", HiddenSize = 64, IntermediateSize = 160, NumHiddenLayers = 3, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16,
            VocabSize = 320, MaxPositionEmbeddings = 256, RmsNormEps = 1e-5f, RopeTheta = 1e6, TieWordEmbeddings = true, ConvLCache = 3, ConvLayers = [1, 0, 1],
        }),
        ("tiny-opt", Opt(64, 160, 2, 4, 320, 256)),
        ("tiny-opt-post", Opt(64, 160, 2, 4, 320, 256) with { WordEmbedProjDim = 48, DoLayerNormBefore = false }),
        // Wider than high, so that rows and columns of patches cannot be mixed up.
        ("tiny-vit", Vit("vit", 64, 2, 4, new VisionConfig { ImageHeight = 24, ImageWidth = 40, PatchSize = 8, Labels = Numbered(10) })),
        ("tiny-deit", Vit("deit", 64, 2, 4, new VisionConfig { ImageHeight = 24, ImageWidth = 40, PatchSize = 8, Labels = Numbered(10) })),
    ];

    /// <summary>224 x 224 pixels in patches of 16, 1000 classes, a feed-forward four times as wide.</summary>
    private static ModelConfig Vit(string modelType, int hidden, int layers, int heads) =>
        Vit(modelType, hidden, layers, heads, new VisionConfig { ImageHeight = 224, ImageWidth = 224, PatchSize = 16, Labels = Numbered(1000) });

    private static ModelConfig Vit(string modelType, int hidden, int layers, int heads, VisionConfig vision)
    {
        var deit = modelType == "deit";
        vision = vision with { DistillationToken = deit, DistillationClassifier = deit };
        return new ModelConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize = 4 * hidden,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            NumKeyValueHeads = heads,
            HeadDim = hidden / heads,
            VocabSize = 0,
            MaxPositionEmbeddings = vision.Tokens,
            LayerNormEps = 1e-12f,
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = "gelu",
            Vision = vision,
        };
    }

    private static string[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => $"LABEL_{i}")];

    private static ModelConfig Opt(int hidden, int feedForward, int layers, int heads, int vocabulary, int positions) => new()
    {
        ModelType = "opt",
        HiddenSize = hidden,
        IntermediateSize = feedForward,
        NumHiddenLayers = layers,
        NumAttentionHeads = heads,
        NumKeyValueHeads = heads,
        HeadDim = hidden / heads,
        VocabSize = vocabulary,
        MaxPositionEmbeddings = positions,
        AttentionBias = true,
        MlpBias = true,
        HiddenAct = "relu",
        TieWordEmbeddings = true,
    };

    /// <summary>The shape of that name; an <see cref="InputException"/> that lists them all where there is none.</summary>
    public static ModelConfig Get(string name)
    {
        foreach (var (known, config) in All)
        {
            if (known == name)
                return config;
        }
        throw new InputException("shape", null, $"'{name}'", string.Join(", ", All.Select(shape => shape.Name)), "name one of these");
    }
}
