using System.Text;
using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Models;

namespace Temoto.Tests.Models;

/// <summary>Every model type against tiny models that transformers made and computed (shared/data/golden-models): tensors by name and shape, and logits.</summary>
public class ModelTypesTests
{
    /// <summary>
    /// transformers rounds norms, rotary tables and softmax to float32 where it computes in float64 otherwise; its makers' note expects about 1e-5 of the outputs'
    /// deviation. Three times that.
    /// </summary>
    private const double GoldenTolerance = 3e-5;

    /// <summary>Folders of golden-models that are read.</summary>
    public static TheoryData<string> Golden =>
    [
        "apertus", "arcee", "bitnet", "bloom", "cohere", "cohere2", "deit", "ernie4_5", "exaone4", "falcon", "gemma", "gemma2", "gemma3_text", "glm", "glm4", "gpt2", "gpt_neox", "gpt_oss", "granite", "granitemoe", "helium", "hunyuan_v1_dense", "lfm2", "llama", "llama-bias",
        "llama-dynamic", "llama-headdim", "llama-linear", "llama-llama3rope", "ministral", "mistral-window", "mixtral", "mpt", "nemotron", "olmo", "olmo2", "olmo3", "olmoe", "opt", "phi", "phi3", "phi3-longrope",
        "phi3-partial", "qwen2", "qwen2-yarn", "qwen2_moe", "qwen3", "qwen3_moe", "seed_oss", "smollm3", "stablelm", "starcoder2", "vit",
    ];

    /// <summary>Those of language models.</summary>
    public static TheoryData<string> GoldenTexts => [.. Golden.Select(row => row.Data).Where(folder => folder is not ("deit" or "vit"))];

    [Theory]
    [MemberData(nameof(Golden))]
    public void TheTensorsAreThoseThatTransformersWrites(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        var config = HuggingFaceConfig.Read(Path.Combine(path, "config.json"));
        using var file = SafetensorsFile.Open(Path.Combine(path, "model.safetensors"));
        Assert.Equal(
            file.Tensors.Values.Select(tensor => $"{tensor.Name} {string.Join(' ', tensor.Shape)}").Order(StringComparer.Ordinal),
            ModelTypes.Of(config).FileTensors(config).Select(use => $"{use.Name} {string.Join(' ', use.Shape)}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void LogitsEqualThoseOfTransformers(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        if (HuggingFaceConfig.Read(Path.Combine(path, "config.json")).Vision is null)
        {
            foreach (var (tokens, expected) in GoldenLogits.Cases(path))
            {
                using var model = Load(path, tokens.Length, new ModelOptions { Precise = true });
                AssertGolden(folder, expected, GoldenLogits.Of(model, tokens));
            }
            return;
        }
        using var vision = VisionModel.Load(path, new ModelOptions { Precise = true });
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var pixels = GoldenLogits.Floats(Path.Combine(path, item.GetProperty("input").GetString()!));
            var scores = vision.Classify([pixels], vision.ImageHeight, vision.ImageWidth).SelectMany(scores => scores.OrderBy(score => score.Index).Select(score => score.Logit));
            AssertGolden(folder, GoldenLogits.Floats(Path.Combine(path, item.GetProperty("expected").GetString()!)), [.. scores]);
        }
    }

    /// <summary>Scalings that go by the length of a text go by the context here: it is the text's where it matters.</summary>
    private static LanguageModel Load(string path, int tokens, ModelOptions options) =>
        LanguageModel.Load(path, HuggingFaceConfig.Read(Path.Combine(path, "config.json")).RopeScaling is { RopeType: "dynamic" or "longrope" } ? options with { ContextTokens = tokens } : options);

    /// <summary>Every type in both dataflows: all steps that carry out attention have to know what differs.</summary>
    public static TheoryData<string, DataflowChoice> GoldenDataflows
    {
        get
        {
            var rows = new TheoryData<string, DataflowChoice>();
            foreach (var folder in GoldenTexts.Select(row => row.Data))
            {
                rows.Add(folder, DataflowChoice.Gemm);
                rows.Add(folder, DataflowChoice.Tphs);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(GoldenDataflows))]
    public void EveryDataflowAndPhaseEqualsTransformers(string folder, DataflowChoice dataflow)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        foreach (var (tokens, expected) in GoldenLogits.Cases(path))
        {
            using var model = Load(path, tokens.Length, new ModelOptions { Precise = true, Dataflow = dataflow });
            AssertGolden($"{folder} {dataflow} prefill", expected, GoldenLogits.Of(model, tokens));
            AssertGolden($"{folder} {dataflow} in pieces", expected, LogitsInPieces(model, tokens));
            AssertGolden($"{folder} {dataflow} decode", expected, DecodedLogits(model, tokens));
        }
    }

    /// <summary>
    /// The kernels that are taken where nobody asks, with a cache of floats: sums of 160 products in float32 and functions good to 2e-7, some twenty one after the other in three layers. A tenth of
    /// a thousandth is asked of them, thirty times what they need on a text of llama's.
    /// </summary>
    [Theory]
    [MemberData(nameof(GoldenTexts))]
    public void DefaultKernelsComeCloseToTransformers(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        foreach (var (tokens, expected) in GoldenLogits.Cases(path))
        {
            using var model = Load(path, tokens.Length, new ModelOptions { KvCache = KvCacheType.F32 });
            foreach (var (phase, actual) in new[] { ("prefill", GoldenLogits.Of(model, tokens)), ("decode", DecodedLogits(model, tokens)) })
            {
                var error = Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);
                TestContext.Current.SendDiagnosticMessage($"{folder} {phase}, {tokens.Length} tokens: root mean square difference {error:E1} standard deviations");
                Assert.True(error <= 1e-4, $"{phase} of {tokens.Length} tokens: off by {error:E2} standard deviations");
            }
        }
    }

    /// <summary>What differs in how attention is carried out: scales, positions, windows, heads that are stored first, caps; and how far off it may be.</summary>
    public static TheoryData<string, DataflowChoice, double> IntegerDataflows
    {
        get
        {
            var rows = new TheoryData<string, DataflowChoice, double>();
            foreach (var dataflow in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
            {
                foreach (var folder in new[] { "granite", "smollm3", "mistral-window", "olmo2", "exaone4", "bloom" })
                    rows.Add(folder, dataflow, 0.027);
                rows.Add("gemma2", dataflow, 0.081);
            }
            return rows;
        }
    }

    /// <summary>
    /// With an int8 cache, scores are products of integers: a key, a query, a value or a probability is off by half a step of 1/127 of the largest of 16, root mean square
    /// 1/127 / sqrt 12 times about 2.2 (0.005), in each of 3 layers. A score of two units, which these models reach, makes twice that of what a query and a key are off:
    /// 0.005 sqrt (3 (4 + 4 + 1 + 1)) = 0.027. In gemma2 what attention adds and what the feed-forward makes of it are normed: both carry the error at full size, as does the sum. Three times that.
    /// </summary>
    [Theory]
    [MemberData(nameof(IntegerDataflows))]
    public void IntegerAttentionComesCloseToTransformers(string folder, DataflowChoice dataflow, double tolerance)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        using var model = LanguageModel.Load(path, new ModelOptions { KvCache = KvCacheType.Int8, Dataflow = dataflow });
        foreach (var (tokens, expected) in GoldenLogits.Cases(path))
        {
            foreach (var (phase, actual) in new[] { ("prefill", GoldenLogits.Of(model, tokens)), ("decode", DecodedLogits(model, tokens)) })
            {
                var error = Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);
                TestContext.Current.SendDiagnosticMessage($"{folder} {dataflow} {phase}, {tokens.Length} tokens: root mean square difference {error:E1} standard deviations");
                Assert.True(error <= tolerance, $"{phase} of {tokens.Length} tokens: off by {error:E2} standard deviations");
            }
        }
    }

    /// <summary>transformers 4 wrote rope_theta and rope_scaling where 5 writes rope_parameters; types without rotary positions have one form.</summary>
    [Theory]
    [MemberData(nameof(GoldenTexts))]
    public void OldAndNewConfigsAreReadAlike(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        var old = Path.Combine(path, "config.v4.json");
        Assert.SkipUnless(File.Exists(old), "a type that has one form");
        Assert.Equal(HuggingFaceConfig.Read(Path.Combine(path, "config.json")), HuggingFaceConfig.Read(old));
    }

    /// <summary>What is written of a configuration, in .temoto files above all, is read as it was.</summary>
    [Theory]
    [MemberData(nameof(GoldenTexts))]
    public void AConfigurationIsWrittenAsItWasRead(string folder)
    {
        var config = HuggingFaceConfig.Read(Path.Combine(RepositoryPaths.DataPath($"golden-models/{folder}"), "config.json"));
        Assert.Equal(config, HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(HuggingFaceConfigWriter.Write(config)), "written"));
    }

    /// <summary>Numbers that a file may hold and no model has: refused by name before anything is made of them.</summary>
    [Theory]
    [InlineData("qwen3_moe", "num_local_experts", "4096", "num_local_experts")]
    [InlineData("qwen3_moe", "moe_intermediate_size", "4194304", "num_local_experts")]
    [InlineData("mixtral", "num_experts_per_tok", "5", "num_experts_per_tok")]
    [InlineData("olmoe", "clip_qkv", "8", "clip_qkv")]
    [InlineData("gpt_oss", "swiglu_alpha", "1.5", "swiglu_alpha")]
    [InlineData("gpt_oss", "swiglu_limit", "-7", "swiglu_limit")]
    [InlineData("gpt_oss", "layer_types", "[\"full_attention\"]", "layer_types")]
    [InlineData("gemma2", "query_pre_attn_scalar", "0", "query_pre_attn_scalar")]
    [InlineData("gemma3_text", "layer_types", "[\"sliding_attention\"]", "layer_types")]
    [InlineData("cohere", "use_qk_norm", "true", "use_qk_norm")]
    [InlineData("falcon", "alibi", "true", "alibi")]
    [InlineData("bloom", "apply_residual_connection_post_layernorm", "true", "apply_residual_connection_post_layernorm")]
    [InlineData("mpt", "logit_scale", "2", "logit_scale")]
    [InlineData("mpt", "attn_config", "{\"alibi\": false}", "attn_config.alibi")]
    [InlineData("mpt", "attn_config", "{\"clip_qkv\": 8}", "attn_config.clip_qkv")]
    [InlineData("gpt2", "activation_function", "\"tanh\"", "activation_function")]
    [InlineData("phi3", "num_key_value_heads", "3", "num_key_value_heads")]
    [InlineData("modernbert", "layer_types", "[\"full_attention\", \"conv\", \"full_attention\"]", "layer_types")]
    [InlineData("roberta", "max_position_embeddings", "1", "max_position_embeddings")]
    [InlineData("bert", "embedding_size", "32", "embedding_size")]
    public void WhatNoModelHasIsRefusedByName(string folder, string key, string value, string named)
    {
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllBytes(Path.Combine(RepositoryPaths.DataPath($"golden-models/{folder}"), "config.json")))!.AsObject();
        config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        // 4,096 experts in each of 3 layers are fewer than are refused.
        if (key == "num_local_experts")
            config["num_hidden_layers"] = 17;
        if (key == "moe_intermediate_size")
            config["num_experts_per_tok"] = 8;
        var error = Assert.Throws<InputException>(() => HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString()), "config.json"));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    /// <summary>What is packed goes by it: a matrix that counts as outside of the layers stays as it is.</summary>
    [Theory]
    [MemberData(nameof(Golden))]
    public void WhatALayerReadsIsKnownToBeIts(string folder)
    {
        var config = HuggingFaceConfig.Read(Path.Combine(RepositoryPaths.DataPath($"golden-models/{folder}"), "config.json"));
        var graph = ModelTypes.Of(config).Build(config);
        var layers = graph.Weights.ToDictionary(use => use.Name, use => use.Layer ?? -1);
        var products = graph.Ops.SelectMany(op => op.Products.Select(product => (op.Layer, product.Weight))).Where(product => product.Layer >= 0).ToList();
        Assert.NotEmpty(products);
        Assert.All(products, product => Assert.Equal(product.Layer, layers[product.Weight]));
        Assert.Equal([-1, .. Enumerable.Range(0, config.NumHiddenLayers)], layers.Values.Distinct().Order());
    }

    [Fact]
    public void EveryNameIsReadByOneType()
    {
        var names = ModelTypes.All.SelectMany(type => type.AlsoReads.Prepend(type.Name)).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(ModelTypes.All, type => Assert.Same(type, ModelTypes.Find(type.Name)));
        Assert.Null(ModelTypes.Find("mamba"));
        Assert.Null(ModelTypes.Find(null));
        // Of types that share an architecture's name, one takes what the others leave.
        var architectures = ModelTypes.All.Select(type => type.Gguf).OfType<GgufArchitecture>().ToLookup(gguf => gguf.Name);
        Assert.All(architectures, group => Assert.Single(group, gguf => gguf.Takes is null));
        Assert.Equal(["llama", "olmo2"], architectures.Where(group => group.Count() > 1).Select(group => group.Key).Order());
        Assert.Equal(
            "arcee, bloom, cohere, cohere2, ernie4_5, exaone4, falcon, gemma, gemma2, gemma3_text, glm, glm4, gpt2, gpt_neox, gpt_oss, granite, granitemoe, hunyuan_v1_dense, lfm2, llama, mixtral, mpt, nemotron, olmo, olmo2, olmo3, olmoe, "
            + "phi, phi3, qwen2, qwen2_moe, qwen3, qwen3_moe, seed_oss, smollm3, stablelm or starcoder2",
            ModelTypes.Names(type => type.Gguf is not null));
    }

    /// <summary>A type is named by its file of Models/ alone; shapes to measure with are data.</summary>
    [Fact]
    public void NoOtherFileNamesAModelType()
    {
        // Names of tokenizers, in GGUF files and in ours, that are spelled like a type.
        string[] mayName = ["ModelShapes.cs", "GgufVocabulary.cs", "GgufPreTokenizers.cs", "GgufExport.cs", "TokenizerDocument.cs", "VocabMerges.cs"];
        var names = ModelTypes.All.SelectMany(type => type.AlsoReads.Prepend(type.Name)).Select(name => $"\"{name}\"").ToList();
        var source = Path.Combine(RepositoryPaths.Root, "src");
        var models = Path.Combine(source, "Temoto.Runtime", "Models") + Path.DirectorySeparatorChar;
        var files = Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories).Where(file => !file.StartsWith(models, StringComparison.Ordinal) && !mayName.Contains(Path.GetFileName(file))).ToList();
        Assert.True(files.Count > 100, $"only {files.Count} files looked at");
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            Assert.All(names, name => Assert.False(text.Contains(name, StringComparison.Ordinal), $"{Path.GetRelativePath(source, file)} names the model type {name}: ask ModelTypes instead"));
        }
    }

    /// <summary>A prompt of 90 tokens in runs of 7: windows, positions and caches cross the boundaries.</summary>
    private static float[] LogitsInPieces(LanguageModel model, int[] tokens)
    {
        const int piece = 7;
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Temoto.Plans.Phase.Prefill, piece, piece));
        return [.. tokens.Chunk(piece).SelectMany(chunk => executor.Forward(chunk, cache, chunk.Length).ToArray())];
    }

    private static float[] DecodedLogits(LanguageModel model, int[] tokens)
    {
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.DecodePlan);
        return [.. tokens.SelectMany(token => executor.Forward([token], cache, 1).ToArray())];
    }

    private static void AssertGolden(string what, float[] expected, float[] actual)
    {
        var worst = GoldenLogits.Worst(expected, actual);
        TestContext.Current.SendDiagnosticMessage($"{what}, {expected.Length} outputs: largest difference {worst:E1} standard deviations");
        Assert.True(worst <= GoldenTolerance, $"{what}: off by {worst:E2} standard deviations");
    }
}
