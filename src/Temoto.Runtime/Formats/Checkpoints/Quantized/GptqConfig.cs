using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// GPTQ as AutoGPTQ, GPTQModel and Optimum write it: qweight [inputs * bits / 32, outputs], fields along the inputs; qzeros [groups, outputs * bits / 32], fields along the outputs, less one in
/// checkpoint_format gptq and as they are in gptq_v2; scales [groups, outputs]; g_idx [inputs], the group of each input. Bits and groups of a layer are told by its shapes: they may differ (<c>dynamic</c>).
/// </summary>
internal sealed record GptqConfig(int Bits, int GroupSize, bool ZerosAreLessOne) : QuantizationConfig
{
    private const string Weight = ".qweight", Zeros = ".qzeros", Scales = ".scales", Groups = ".g_idx";
    private const string Next = "use the unquantized checkpoint, or one that AutoGPTQ, GPTQModel or Optimum wrote";

    public override string FormatName => "gptq";

    public override string Description => $$"""{"method":"gptq","weights":"int{{Bits}}, {{(GroupSize < 0 ? "a scale per channel" : $"groups of {GroupSize}")}}"}""";

    public static GptqConfig Of(JsonFields fields)
    {
        var bits = fields.RequiredInt("bits", 1, 64);
        if (bits is not (2 or 3 or 4 or 8))
            throw fields.Wrong("bits", "2, 3, 4 or 8", Next);
        // Its integers are turned for one GPU kernel.
        if (fields.Bool("is_marlin_format") == true)
            throw fields.Wrong("is_marlin_format", "false", Next);
        if (fields.String("pack_dtype") is not (null or "int32"))
            throw fields.Wrong("pack_dtype", "int32", Next);
        var format = fields.String("checkpoint_format") ?? "gptq";
        if (format is not ("gptq" or "gptq_v2"))
            throw fields.Wrong("checkpoint_format", "gptq or gptq_v2", Next);
        return new GptqConfig(bits, fields.RequiredInt("group_size", -1, ModelLimits.IntermediateSize), format == "gptq");
    }

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned)
    {
        var modules = new LinearModules(path, tensors, unread, Weight, Zeros, Scales, Groups);
        return modules.Result([.. modules.With(Weight).Select(module => NewLayer(modules, module).Unpack(owned))]);
    }

    private Layer NewLayer(LinearModules modules, string module)
    {
        var weight = modules.Take(module, Weight, 2, DType.I32);
        var zeros = modules.Take(module, Zeros, 2, DType.I32);
        var scales = modules.Take(module, Scales, 2, DType.F16, DType.BF16, DType.F32);
        var index = modules.Has(module, Groups) ? modules.Take(module, Groups, 1, DType.I32) : null;
        var (outputs, groups) = (weight.Shape[1], scales.Shape[0]);
        var inputs = index?.Shape[0] ?? weight.Shape[0] * 32 / Bits;
        var bits = inputs == 0 ? 0 : (int)Math.Min(weight.Shape[0] * 32 / inputs, int.MaxValue);
        if (bits is not (2 or 3 or 4 or 8) || BitFields.Words(inputs, bits) != weight.Shape[0])
            throw modules.Wrong(weight, $"{inputs} inputs in 2, 3, 4 or 8 bits");
        if (groups == 0 || scales.Shape[1] != outputs)
            throw modules.Wrong(scales, $"[groups, {outputs}]");
        if (zeros.Shape[0] != groups || zeros.Shape[1] != BitFields.Words(outputs, bits))
            throw modules.Wrong(zeros, $"[{groups}, {BitFields.Words(outputs, bits)}]");
        return new Layer(weight, zeros, scales, ZerosAreLessOne ? 1u : 0u)
        {
            Path = modules.Path,
            Name = module + ".weight",
            Bits = bits,
            Outputs = outputs,
            Inputs = inputs,
            Groups = groups,
            GroupOf = index is null ? null : GroupIndex.Read(modules, index, inputs, groups),
        };
    }

    private sealed unsafe class Layer(Tensor weight, Tensor zeros, Tensor scales, uint added) : IntegerLayer
    {
        protected override Tensor Scales => scales;

        protected override void ReadIntegers(long first, int rows, byte* integers)
        {
            for (long i = 0; i < Inputs; i++)
            {
                for (var row = 0; row < rows; row++)
                    integers[row * Inputs + i] = (byte)BitFields.Read(weight.Data + (first + row) * sizeof(uint), Outputs, i, Bits);
            }
        }

        protected override uint Zero(long output, long group) => BitFields.Read(zeros.Data + group * zeros.RowBytes, 1, output, Bits) + added;

        protected override long ScaleIndex(long output, long group) => group * Outputs + output;
    }
}
