using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// FP8 as DeepSeek, Qwen3 and transformers write it: weight F8_E4M3 with weight_scale_inv, a scale for each block of <c>weight_block_size</c>; it multiplies, in spite of its name.
/// </summary>
internal sealed record Float8Config(int BlockRows, int BlockColumns) : QuantizationConfig
{
    private const string Weight = ".weight", Scales = ".weight_scale_inv", InputScale = ".input_scale", ActivationScale = ".activation_scale";
    private const string Next = "use the unquantized checkpoint";

    public override string FormatName => "fp8";

    public override string Description => $$"""{"method":"fp8","weights":"F8_E4M3, blocks of {{BlockRows}} x {{BlockColumns}}"}""";

    public static Float8Config Of(JsonFields fields)
    {
        if (fields.String("fmt") is not (null or "e4m3"))
            throw fields.Wrong("fmt", "e4m3", Next);
        var block = fields.IntOrList("weight_block_size", 1, ModelLimits.IntermediateSize, most: 2);
        return block.Count == 2 ? new Float8Config(block[0], block[1]) : throw fields.Wrong("weight_block_size", "two numbers", Next);
    }

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned)
    {
        var modules = new LinearModules(path, tensors, unread, Scales);
        return modules.Result([.. modules.With(Scales).Select(Matrix)]);

        Tensor Matrix(string module)
        {
            modules.TakeAny(module, InputScale);
            modules.TakeAny(module, ActivationScale);
            var weight = modules.Take(module, Weight, 2, DType.F8E4M3);
            return Float8Layer.Unpack(modules, weight, modules.Take(module, Scales, 2, DType.F32, DType.BF16, DType.F16), BlockRows, BlockColumns, owned);
        }
    }
}
