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
    public static TheoryData<string> Golden => ["deit", "llama", "llama-bias", "llama-headdim", "llama-linear", "llama-llama3rope", "opt", "qwen2", "qwen3", "vit"];

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
            Assert.Equal(expected.Length, actual.Length);
            var mean = expected.Average();
            var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
            var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
            TestContext.Current.SendDiagnosticMessage($"{folder}, {expected.Length} outputs: largest difference {worst / deviation:E1} standard deviations");
            Assert.True(worst <= GoldenTolerance * deviation, $"{folder}: off by {worst / deviation:E2} standard deviations");
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
    [InlineData("llama")]
    [InlineData("llama-bias")]
    [InlineData("llama-headdim")]
    [InlineData("llama-linear")]
    [InlineData("llama-llama3rope")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
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
        Assert.Equal("llama, qwen2 or qwen3", ModelTypes.Names(type => type.Gguf is not null));
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

    private static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
