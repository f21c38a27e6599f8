using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Tensors;
using Temoto.Tests.Generation.Adapters;
using Temoto.Tests.Models;
using Temoto.Tests.Quantization;

namespace Temoto.Tests.Formats.Checkpoints.Quantized;

/// <summary>Checkpoints that the formats' own libraries wrote (shared/data/golden-checkpoints): their weights, and logits by transformers.</summary>
public sealed class GoldenQuantizedTests : IDisposable
{
    /// <summary>As for plain models: norms, rotary tables and softmax are float32 there. In standard deviations of the logits.</summary>
    private const double LogitTolerance = 3e-5;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Folder, the type that its down_proj becomes.</summary>
    public static TheoryData<string, string> Integers => new()
    {
        { "awq-g128", "I4" }, { "awq-g32", "I4" }, { "awq-g64-skip", "I4" },
        { "gptq-g128", "I4" }, { "gptq-g128-asym-v2", "I4" }, { "gptq-g32-asym", "I4" }, { "gptq-optimum", "I4" }, { "gptq-2bit-g32", "I4" }, { "gptq-3bit-g32", "I4" },
        { "gptq-8bit-g32", "I8" }, { "gptq-dynamic", "I8" },
        { "ct-w4a16-g128", "I4" }, { "ct-w4a16-g32", "I4" }, { "ct-w4a16-channel", "I4" }, { "ct-w4a16-asym-g128", "I4" }, { "ct-w4a16-asym-g32", "I4" }, { "ct-w4a16-asym-channel", "I4" },
        { "ct-w8a16-g128", "I8" }, { "ct-w8a8-int8", "I8" }, { "ct-w8a8-int8-static", "I8" },
        { "ct-mxfp4a16", "MXFP4" },
    };

    /// <summary>What no integer tensor holds, rounded to F16.</summary>
    public static TheoryData<string> Halves =>
        ["gptq-g32-actorder", "ct-w4a16-actorder-group", "fp8-block64", "fp8-block64-partial", "fp8-block64-qwen3", "ct-fp8-channel", "ct-fp8-tensor", "ct-mixed", "ct-nvfp4", "ct-nvfp4a16", "bnb-nf4", "bnb-nf4-double"];

    [Theory]
    [MemberData(nameof(Integers))]
    public void IntegersAreTheNumbersOfTheLibrary(string name, string type)
    {
        foreach (var config in new[] { "config.json", "config.v4.json" })
        {
            using var checkpoint = CheckpointReader.Open(Copy(name, config));
            Assert.Equal(type, checkpoint.Tensors["model.layers.1.mlp.down_proj.weight"].DType.ToString());
            using var expected = Expected(name);
            Assert.NotEmpty(expected.Tensors);
            foreach (var tensor in expected.Tensors.Values)
            {
                var actual = checkpoint.Tensors[tensor.Name];
                Assert.Equal(tensor.Shape, actual.Shape);
                Assert.Equal(AdapterFixture.Values(tensor), Values(actual));
            }
        }
        Assert.InRange(WorstLogit(name, out _), 0, LogitTolerance);
    }

    /// <summary>Half a unit of eleven bits, or of the smallest half.</summary>
    [Theory]
    [MemberData(nameof(Halves))]
    public void HalvesAreTheNumbersOfTheLibraryRounded(string name)
    {
        using var checkpoint = CheckpointReader.Open(Source(name));
        using var expected = Expected(name);
        Assert.NotEmpty(expected.Tensors);
        foreach (var tensor in expected.Tensors.Values)
        {
            var (values, actual) = (AdapterFixture.Values(tensor), Values(checkpoint.Tensors[tensor.Name]));
            Assert.All(values.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= Math.Max(Math.Abs(pair.First) / 2048, Math.Pow(2, -25)), $"{tensor.Name}: {pair.Second} for {pair.First}"));
        }
        // What rounding the weights to the library's type moves; bfloat16 has eight bits, so float16 moves less.
        Assert.InRange(WorstLogit(name, out var rounding), 0, 1.1 * rounding + LogitTolerance);
    }

    [Theory]
    [InlineData("bnb-nf4", "\"load_in_4bit\": true", "\"load_in_4bit\": false", "quantization_config.load_in_4bit")]
    [InlineData("bnb-nf4", "\"bnb_4bit_quant_type\": \"nf4\"", "\"bnb_4bit_quant_type\": \"nf5\"", "quantization_config.bnb_4bit_quant_type")]
    [InlineData("bnb-nf4", "\"bnb_4bit_quant_type\": \"nf4\"", "\"bnb_4bit_quant_type\": \"fp4\"", "quant_state.bitsandbytes__fp4")]
    [InlineData("ct-mxfp4a16", "mxfp4-pack-quantized", "marlin-24", "quantization_config.format")]
    public void OthersAreRefusedByName(string name, string found, string replaced, string key)
    {
        var path = Copy(name, "config.json");
        var config = File.ReadAllText(Path.Combine(path, "config.json"));
        Assert.Contains(found, config, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(path, "config.json"), config.Replace(found, replaced, StringComparison.Ordinal));
        var refused = Assert.Throws<InputException>(() => CheckpointReader.Open(path));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gptq-g32-actorder")]
    [InlineData("gptq-3bit-g32")]
    [InlineData("ct-w4a16-asym-g32")]
    [InlineData("ct-mixed")]
    [InlineData("fp8-block64-partial")]
    [InlineData("ct-mxfp4a16")]
    [InlineData("bnb-nf4-double")]
    [InlineData("gpt-oss-mxfp4")]
    public void DamagedConfigsAreReadOrRefused(string name)
    {
        var path = Copy(name, "config.json");
        var counts = Mutations.Run(File.ReadAllBytes(Path.Combine(path, "config.json")), seed: 9, count: 200, damaged =>
        {
            File.WriteAllBytes(Path.Combine(path, "config.json"), damaged);
            using var checkpoint = CheckpointReader.Open(path);
        });
        Assert.True(counts.Refused > 50, $"{counts}");
    }

    /// <summary>Names, types and shapes that do not belong together.</summary>
    [Theory]
    [InlineData("gptq-g32-actorder")]
    [InlineData("gptq-3bit-g32")]
    [InlineData("ct-w4a16-asym-g32")]
    [InlineData("ct-w8a8-int8")]
    [InlineData("fp8-block64-partial")]
    [InlineData("ct-mxfp4a16")]
    [InlineData("ct-nvfp4")]
    [InlineData("bnb-nf4-double")]
    [InlineData("gpt-oss-mxfp4")]
    public void DamagedHeadersAreReadOrRefused(string name)
    {
        var path = Copy(name, "config.json");
        var whole = File.ReadAllBytes(Path.Combine(path, "model.safetensors"));
        var start = 8 + (int)BitConverter.ToUInt64(whole);
        var counts = Mutations.Run(whole[8..start], seed: 10, count: 200, damaged =>
        {
            File.Delete(Path.Combine(path, "model.safetensors"));
            // Of the same length: what lies behind stays in its place.
            Array.Resize(ref damaged, start - 8);
            damaged.AsSpan().Replace((byte)0, (byte)' ');
            File.WriteAllBytes(Path.Combine(path, "model.safetensors"), [.. whole[..8], .. damaged, .. whole[start..]]);
            using var checkpoint = CheckpointReader.Open(path);
        });
        Assert.True(counts.Refused > 50, $"{counts}");
    }

    /// <summary>Experts that lie together, gate and up row by row in turn: every one's matrices, of each layer of which the library's numbers are there.</summary>
    [Theory]
    [InlineData("config.json")]
    [InlineData("config.v4.json")]
    public void ExpertsThatLieTogetherAreTheNumbersOfTheLibrary(string config)
    {
        const string name = "gpt-oss-mxfp4";
        using var checkpoint = CheckpointReader.Open(Copy(name, config));
        using var expected = Expected(name);
        var gateUp = expected.Tensors["model.layers.0.mlp.experts.gate_up_proj"];
        var down = expected.Tensors["model.layers.1.mlp.experts.down_proj"];
        for (var expert = 0; expert < gateUp.Shape[0]; expert++)
        {
            Assert.Equal(Columns(gateUp, expert, 0, 2), Values(checkpoint.Tensors[$"model.layers.0.mlp.experts.{expert}.gate_proj.weight"]));
            Assert.Equal(Columns(gateUp, expert, 1, 2), Values(checkpoint.Tensors[$"model.layers.0.mlp.experts.{expert}.up_proj.weight"]));
            Assert.Equal(Columns(down, expert, 0, 1), Values(checkpoint.Tensors[$"model.layers.1.mlp.experts.{expert}.down_proj.weight"]));
        }
        // As small as in the file, but for the room of exponents among codes.
        Assert.All(checkpoint.Tensors.Values.Where(tensor => tensor.Name.Contains(".experts.", StringComparison.Ordinal) && tensor.Shape.Length == 2), tensor => Assert.Equal(DType.MXFP4, tensor.DType));
        Assert.InRange(WorstLogit(name, out _), 0, LogitTolerance);
    }

    /// <summary>Some columns of an expert's [inputs, outputs], one after the other.</summary>
    private static IEnumerable<float> Columns(Tensor stacked, long expert, int first, int step)
    {
        var (values, inputs, outputs) = (AdapterFixture.Values(stacked), stacked.Shape[1], stacked.Shape[2]);
        for (long output = first; output < outputs; output += step)
        {
            for (var input = 0L; input < inputs; input++)
                yield return values[(expert * inputs + input) * outputs + output];
        }
    }

    private static string Source(string name) => RepositoryPaths.DataPath($"golden-checkpoints/{name}");

    private static SafetensorsFile Expected(string name) => SafetensorsFile.Open(Path.Combine(Source(name), "check", "dequantized.safetensors"));

    /// <summary>The folder with one of its configs.</summary>
    private string Copy(string name, string config)
    {
        var path = Directory.CreateDirectory(folder.File($"{name}-{config}")).FullName;
        File.Copy(Path.Combine(Source(name), config), Path.Combine(path, "config.json"));
        File.Copy(Path.Combine(Source(name), "model.safetensors"), Path.Combine(path, "model.safetensors"));
        return path;
    }

    private static float[] Values(Tensor tensor) => tensor.Scales is null ? AdapterFixture.Values(tensor) : QuantizedValues.All(tensor);

    /// <summary>The largest difference in standard deviations, and how far the library's own rounding moves the logits, in the same.</summary>
    private static double WorstLogit(string name, out double rounding)
    {
        using var model = LanguageModel.Load(Source(name), new ModelOptions { Precise = true });
        var cases = GoldenLogits.Cases(Source(name));
        var worst = cases.Max(item => GoldenLogits.Worst(item.Expected, GoldenLogits.Of(model, item.Tokens)));
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Source(name), "case.json")));
        var rounded = document.RootElement.TryGetProperty("weights_rounded_to", out var to) ? to.GetProperty("max_abs_logit_diff").GetDouble() : 0;
        rounding = rounded / cases.Min(item => GoldenLogits.Deviation(item.Expected));
        TestContext.Current.SendDiagnosticMessage($"{name}: largest difference {worst:E1} standard deviations; rounding of the library {rounding:E1}");
        return worst;
    }
}
