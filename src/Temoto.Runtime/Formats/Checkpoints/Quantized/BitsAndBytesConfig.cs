using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// bitsandbytes, four bits (NF4, FP4), as transformers saves it: weight U8 [elements / 2, 1], row after row, the first of two in the high nibble; a table of sixteen floats (quant_map); a scale for each block of elements (absmax); and JSON that
/// says shape and block size (quant_state). Doubly quantized scales are bytes: nested_quant_map[byte] * nested_absmax[block / nested_blocksize] + nested_offset. Weights become F16, rounded once.
/// </summary>
internal sealed record BitsAndBytesConfig(string Kind) : QuantizationConfig
{
    private const string Weight = ".weight", Map = ".weight.quant_map", Scales = ".weight.absmax", NestedMap = ".weight.nested_quant_map", NestedScales = ".weight.nested_absmax", State = ".weight.quant_state.bitsandbytes__";
    private const string Next = "use the unquantized checkpoint";
    private const int MaxStateBytes = 1 << 16;

    public override string FormatName => "bitsandbytes";

    public override string Description => $$"""{"method":"bitsandbytes","weights":"{{Kind}}"}""";

    public static BitsAndBytesConfig Of(JsonFields fields)
    {
        if (fields.Bool("load_in_4bit") is not true)
            throw fields.Wrong("load_in_4bit", "true: of bitsandbytes only four bits are read", Next);
        return fields.String("bnb_4bit_quant_type") switch
        {
            null or "fp4" => new BitsAndBytesConfig("fp4"),
            "nf4" => new BitsAndBytesConfig("nf4"),
            _ => throw fields.Wrong("bnb_4bit_quant_type", "nf4 or fp4", Next),
        };
    }

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned)
    {
        var modules = new LinearModules(path, tensors, unread, Map, Scales, NestedMap, NestedScales, State + Kind);
        return modules.Result([.. modules.With(Map).Select(module => Matrix(modules, module, owned))]);
    }

    private unsafe Tensor Matrix(LinearModules modules, string module, List<IDisposable> owned)
    {
        var state = modules.Take(module, State + Kind, 1, DType.U8);
        if (state.ByteLength > MaxStateBytes)
            throw modules.Wrong(state, $"at most {MaxStateBytes} bytes of JSON");
        using var json = JsonFile.Parse(state.Bytes.ToArray(), modules.Path, "JSON of bitsandbytes", state.Name);
        var shape = json.Root.IntOrList("shape", 1, int.MaxValue, most: 2);
        if (shape.Count != 2)
            throw json.Root.Wrong("shape", "two numbers", Next);
        var block = json.Root.RequiredInt("blocksize", 1, ModelLimits.IntermediateSize);
        var (outputs, inputs) = ((long)shape[0], (long)shape[1]);
        var elements = outputs * inputs;
        var codes = modules.Take(module, Weight, null, DType.U8);
        if (codes.ElementCount != (elements + 1) / 2)
            throw modules.Wrong(codes, $"{(elements + 1) / 2} bytes for [{outputs}, {inputs}]");
        var map = Numbers(modules, module, Map, 16);
        var scales = BlockScales(modules, module, json.Root, (elements + block - 1) / block);
        var matrix = HalfMatrix.New(outputs, inputs, owned);
        Parallel.For(0L, outputs, output =>
        {
            for (var i = 0L; i < inputs; i++)
            {
                var at = output * inputs + i;
                matrix.Set(output, i, map[codes.Data[at / 2] >> (int)((1 - at % 2) * 4) & 0xF] * scales[at / block]);
            }
        });
        return matrix.ToTensor(module + Weight) ?? throw modules.Wrong(codes, "weights that float16 can hold");
    }

    private static unsafe float[] BlockScales(LinearModules modules, string module, JsonFields state, long blocks)
    {
        if (!modules.Has(module, NestedMap))
            return Numbers(modules, module, Scales, blocks);
        var bytes = modules.Take(module, Scales, 1, DType.U8);
        if (bytes.ElementCount != blocks)
            throw modules.Wrong(bytes, $"{blocks} bytes");
        var block = state.RequiredInt("nested_blocksize", 1, ModelLimits.IntermediateSize);
        var offset = (float)state.RequiredNumber("nested_offset", -float.MaxValue, float.MaxValue);
        var map = Numbers(modules, module, NestedMap, 256);
        var nested = Numbers(modules, module, NestedScales, (blocks + block - 1) / block);
        var scales = new float[blocks];
        for (var i = 0L; i < blocks; i++)
            scales[i] = map[bytes.Data[i]] * nested[i / block] + offset;
        return scales;
    }

    private static float[] Numbers(LinearModules modules, string module, string part, long count)
    {
        var tensor = modules.Take(module, part, 1, DType.F32);
        if (tensor.ElementCount != count)
            throw modules.Wrong(tensor, $"{count} numbers");
        var numbers = new float[count];
        for (var i = 0L; i < count; i++)
            numbers[i] = StoredScales.Read(tensor, i);
        return numbers;
    }
}
