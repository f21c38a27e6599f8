using System.Runtime.InteropServices;
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

    /// <summary>Folders of golden-models; those whose config.json asks for what is refused are in <see cref="Refused"/>.</summary>
    public static TheoryData<string> Golden => ["deit", "granite", "llama", "llama-bias", "llama-headdim", "llama-linear", "llama-llama3rope", "opt", "qwen2", "qwen3", "smollm3", "vit"];

    /// <summary>Of known types, with positions or windows that are not computed here.</summary>
    public static TheoryData<string> Refused => ["llama-dynamic", "mistral-window", "qwen2-yarn"];

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
        var options = new ModelOptions { Precise = true };
        var pictures = HuggingFaceConfig.Read(Path.Combine(path, "config.json")).Vision is not null;
        using var vision = pictures ? VisionModel.Load(path, options) : null;
        using var language = pictures ? null : LanguageModel.Load(path, options);
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var expected = Floats(Path.Combine(path, item.GetProperty("expected").GetString()!));
            var input = item.GetProperty("input");
            var actual = vision is not null
                ? vision.Classify([Floats(Path.Combine(path, input.GetString()!))], vision.ImageHeight, vision.ImageWidth).SelectMany(scores => scores.OrderBy(score => score.Index).Select(score => score.Logit)).ToArray()
                : Logits(language!, [.. input.EnumerateArray().Select(id => id.GetInt32())]);
            AssertGolden(folder, expected, actual);
        }
    }

    /// <summary>Types whose attention differs from llama's, so that every step that carries it out has to know.</summary>
    public static TheoryData<string, DataflowChoice> GoldenDataflows => new()
    {
        { "granite", DataflowChoice.Gemm },
        { "granite", DataflowChoice.Tphs },
        { "smollm3", DataflowChoice.Gemm },
        { "smollm3", DataflowChoice.Tphs },
    };

    [Theory]
    [MemberData(nameof(GoldenDataflows))]
    public void EveryDataflowAndPhaseEqualsTransformers(string folder, DataflowChoice dataflow)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true, Dataflow = dataflow });
        foreach (var (tokens, expected) in TextCases(path))
        {
            AssertGolden($"{folder} {dataflow} prefill", expected, Logits(model, tokens));
            AssertGolden($"{folder} {dataflow} decode", expected, DecodedLogits(model, tokens));
        }
    }

    /// <summary>
    /// With an int8 cache, scores are products of integers: a key, a query, a value or a probability is off by half a step of 1/127 of the largest of 16, root mean square
    /// 1/127 / sqrt 12 times about 2.2 (0.005), four of them in each of 3 layers: 0.005 sqrt 12 = 0.017 at most, since attention is only part of what a layer adds.
    /// </summary>
    [Theory]
    [MemberData(nameof(GoldenDataflows))]
    public void IntegerAttentionComesCloseToTransformers(string folder, DataflowChoice dataflow)
    {
        const double tolerance = 0.017;
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        using var model = LanguageModel.Load(path, new ModelOptions { KvCache = KvCacheType.Int8, Dataflow = dataflow });
        foreach (var (tokens, expected) in TextCases(path))
        {
            foreach (var (phase, actual) in new[] { ("prefill", Logits(model, tokens)), ("decode", DecodedLogits(model, tokens)) })
            {
                var error = Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average()) / Deviation(expected);
                TestContext.Current.SendDiagnosticMessage($"{folder} {dataflow} {phase}, {tokens.Length} tokens: root mean square difference {error:E1} standard deviations");
                Assert.True(error <= tolerance, $"{phase} of {tokens.Length} tokens: off by {error:E2} standard deviations");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatIsNotComputedIsRefused(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        Assert.Throws<InputException>(() => HuggingFaceConfig.Read(Path.Combine(path, "config.json")));
    }

    /// <summary>transformers 4 wrote rope_theta and rope_scaling where 5 writes rope_parameters; types without rotary positions have one form.</summary>
    [Theory]
    [InlineData("granite")]
    [InlineData("llama")]
    [InlineData("llama-bias")]
    [InlineData("llama-headdim")]
    [InlineData("llama-linear")]
    [InlineData("llama-llama3rope")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("smollm3")]
    public void OldAndNewConfigsAreReadAlike(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        Assert.Equal(HuggingFaceConfig.Read(Path.Combine(path, "config.json")), HuggingFaceConfig.Read(Path.Combine(path, "config.v4.json")));
    }

    [Fact]
    public void EveryNameIsReadByOneType()
    {
        var names = ModelTypes.All.SelectMany(type => type.AlsoReads.Prepend(type.Name)).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(ModelTypes.All, type => Assert.Same(type, ModelTypes.Find(type.Name)));
        Assert.Null(ModelTypes.Find("mamba"));
        Assert.Null(ModelTypes.Find(null));
        var architectures = ModelTypes.All.Select(type => type.Gguf?.Name).OfType<string>().ToList();
        Assert.Equal(architectures.Distinct(), architectures);
        Assert.Equal("granite, llama, qwen2, qwen3 or smollm3", ModelTypes.Names(type => type.Gguf is not null));
    }

    /// <summary>A type is named by its file of Models/ alone; shapes to measure with are data.</summary>
    [Fact]
    public void NoOtherFileNamesAModelType()
    {
        // Names of tokenizers, in GGUF files and in ours, that are spelled like a type.
        string[] mayName = ["ModelShapes.cs", "GgufVocabulary.cs", "GgufExport.cs", "TokenizerDocument.cs"];
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

    private static float[] Logits(LanguageModel model, int[] tokens)
    {
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Temoto.Plans.Phase.Prefill, tokens.Length, tokens.Length));
        return executor.Forward(tokens, cache, tokens.Length).ToArray();
    }

    private static float[] DecodedLogits(LanguageModel model, int[] tokens)
    {
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.DecodePlan);
        return [.. tokens.SelectMany(token => executor.Forward([token], cache, 1).ToArray())];
    }

    private static List<(int[] Tokens, float[] Expected)> TextCases(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        return
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray().Select(item =>
                (item.GetProperty("input").EnumerateArray().Select(id => id.GetInt32()).ToArray(), Floats(Path.Combine(path, item.GetProperty("expected").GetString()!)))),
        ];
    }

    private static double Deviation(float[] expected)
    {
        var mean = expected.Average();
        return Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
    }

    private static void AssertGolden(string what, float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / Deviation(expected);
        TestContext.Current.SendDiagnosticMessage($"{what}, {expected.Length} outputs: largest difference {worst:E1} standard deviations");
        Assert.True(worst <= GoldenTolerance, $"{what}: off by {worst:E2} standard deviations");
    }

    private static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
