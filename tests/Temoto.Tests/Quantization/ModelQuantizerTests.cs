using Temoto.Formats;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

public class ModelQuantizerTests
{
    private static readonly QuantizationSettings Rtn = new()
    {
        Method = QuantizationMethod.Rtn,
        Weights = new WeightFormat(DType.I4, 32, ZeroPoints: true),
        LmHead = WeightFormat.F16,
        Embedding = WeightFormat.F16,
    };

    [Theory]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    public void PartsHoldEveryTensorInTheOrderOfTheCheckpoint(string shape)
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, shape);
        var parts = TinyCheckpoint.Quantize(source, Rtn, null);
        Assert.Equal(["outside", "layer-0", "layer-1"], parts.Select(part => part.Key));
        var names = ModelTensors.Of(source.Config).Select(tensor => tensor.Name).ToList();
        Assert.Equal(names.Order(), parts.SelectMany(part => part.Tensors).Select(tensor => tensor.Name).Order());
        Assert.All(parts, part => Assert.Equal(part.Tensors.OrderBy(tensor => names.IndexOf(tensor.Name)), part.Tensors));
        foreach (var tensor in parts.SelectMany(part => part.Tensors))
        {
            Assert.Equal(source.Tensors[tensor.Name].Shape, tensor.Shape);
            var expected = tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal) ? DType.I4 : tensor.Shape.Length == 2 ? DType.F16 : DType.BF16;
            Assert.Equal(expected, tensor.DType);
        }
    }

    [Fact]
    public void TiedEmbeddingsPartWhereTheirFormatsDo()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen2");
        var outside = TinyCheckpoint.Quantize(source, Rtn with { LmHead = new WeightFormat(DType.I4, 64, true) }, null)[0].Tensors;
        Assert.Equal(["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"], outside.Select(tensor => tensor.Name));
        Assert.Equal(DType.I4, outside[2].DType);
        outside = TinyCheckpoint.Quantize(source, Rtn with { LmHead = new WeightFormat(DType.I8), Embedding = new WeightFormat(DType.I8) }, null)[0].Tensors;
        Assert.Equal(["model.embed_tokens.weight", "model.norm.weight"], outside.Select(tensor => tensor.Name));
        Assert.Equal(DType.I8, outside[0].DType);
    }
}
