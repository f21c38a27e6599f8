using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public sealed class AutoAwqSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadsWhatAutoAwqAndTransformersWrite()
    {
        Assert.Equal(
            (AutoAwqVersion.Gemm, 128, true, 0),
            Summary(Read("""{"bits":4,"group_size":128,"modules_to_not_convert":null,"quant_method":"awq","version":"gemm","zero_point":true}""")));
        Assert.Equal(
            (AutoAwqVersion.Gemv, 64, false, 2),
            Summary(Read("""{"backend":"autoawq","do_fuse":false,"fuse_max_seq_len":null,"w_bit":4,"q_group_size":64,"modules_to_not_convert":["visual","k_proj"],"quant_method":"AWQ","version":"GEMV","zero_point":false}""")));
        // Newer writers call the version format, and leave the choice of kernels in objects and words of their own.
        Assert.Equal((AutoAwqVersion.Gemv, 64, true, 0), Summary(Read("""{"quant_method":"awq","bits":4,"group_size":64,"format":"gemv","backend":"auto","exllama_config":{"version":2,"max_input_len":2048}}""")));
        Assert.Equal((AutoAwqVersion.Gemm, 64, true, 0), Summary(Read("""{"quant_method":"awq","bits":4,"group_size":64,"version":"gemm","format":"GEMM"}""")));
        // transformers' defaults.
        Assert.Equal((AutoAwqVersion.Gemm, null, true, 0), Summary(Read("""{"quant_method":"awq","bits":4,"group_size":-1}""")));
        Assert.Null(Read("null"));
    }

    [Fact]
    public void ExcludesByPartOfTheName()
    {
        var settings = Read("""{"quant_method":"awq","bits":4,"group_size":64,"modules_to_not_convert":["visual","layers.1.mlp",""]}""")!;
        Assert.True(settings.Excludes("model.visual.block"));
        Assert.True(settings.Excludes("model.layers.1.mlp.up_proj"));
        Assert.False(settings.Excludes("model.layers.1.self_attn.q_proj"));
    }

    [Fact]
    public void ReadsBackWhatItWrites()
    {
        foreach (var settings in new AutoAwqSettings[]
        {
            new() { GroupSize = 64 }, new() { GroupSize = null, Version = AutoAwqVersion.Gemv, ZeroPoint = false, ModulesToNotConvert = ["a", "b"] },
        })
        {
            var path = folder.Write("config.json", HuggingFaceConfigWriter.Write(ModelShapes.Get("tiny-llama"), "float16", quantization: settings));
            var config = HuggingFaceConfig.Read(path, out var quantization, []);
            var read = (AutoAwqSettings?)quantization;
            Assert.Equal(ModelShapes.Get("tiny-llama"), config);
            Assert.Equal(Summary(settings), Summary(read));
            Assert.Equal(settings.ModulesToNotConvert, read!.ModulesToNotConvert);
        }
    }

    [Theory]
    [InlineData("\"awq\"", "quantization_config")]
    [InlineData("{}", "quantization_config.quant_method")]
    [InlineData("""{"quant_method":"hqq","load_in_4bit":true}""", "quantization_config.quant_method")]
    [InlineData("""{"quant_method":"awq","bits":8,"group_size":128}""", "quantization_config.bits")]
    [InlineData("""{"quant_method":"awq","w_bit":3,"group_size":128}""", "quantization_config.w_bit")]
    [InlineData("""{"quant_method":"awq","bits":4,"w_bit":8,"group_size":128}""", "quantization_config.w_bit")]
    [InlineData("""{"quant_method":"awq","group_size":128}""", "quantization_config.bits")]
    [InlineData("""{"quant_method":"awq","bits":4}""", "quantization_config.group_size")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":0}""", "quantization_config.group_size")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":-2}""", "quantization_config.group_size")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":"128"}""", "quantization_config.group_size")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"version":"gemv_fast"}""", "quantization_config.version")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"version":"marlin"}""", "quantization_config.version")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"version":"exllama","exllama_config":null}""", "quantization_config.version")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"format":"gemv_fast"}""", "quantization_config.format")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"version":"gemm","format":"gemv"}""", "quantization_config.format")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"backend":"llm-awq"}""", "quantization_config.backend")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"desc_act":true}""", "quantization_config.desc_act")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"zero_point":1}""", "quantization_config.zero_point")]
    [InlineData("""{"quant_method":"awq","bits":4,"group_size":128,"modules_to_not_convert":[1]}""", "quantization_config.modules_to_not_convert")]
    public void RefusesAnythingElseByItsKey(string quantization, string key)
    {
        var message = Assert.Throws<InputException>(() => Read(quantization)).Message;
        Assert.StartsWith($"{folder.File("config.json")}: {key}: found ", message, StringComparison.Ordinal);
    }

    private AutoAwqSettings? Read(string quantization)
    {
        HuggingFaceConfig.Read(folder.Write("config.json", CheckpointReaderTests.Config.TrimEnd().TrimEnd('}') + $",\"quantization_config\":{quantization}}}"), out var settings, []);
        return (AutoAwqSettings?)settings;
    }

    private static (AutoAwqVersion, int?, bool, int)? Summary(AutoAwqSettings? settings) =>
        settings is null ? null : (settings.Version, settings.GroupSize, settings.ZeroPoint, settings.ModulesToNotConvert.Count);
}
