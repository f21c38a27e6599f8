using System.Runtime.CompilerServices;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// compressed-tensors, as LLM Compressor writes it for vLLM. pack-quantized: weight_packed [outputs, inputs * bits / 32], fields along the inputs, weight_shape, weight_scale [outputs, groups], perhaps
/// weight_zero_point [outputs * bits / 32, groups], fields along the outputs, and weight_g_idx [inputs]. int-quantized: weight I8. float-quantized: weight F8_E4M3. mxfp4- and nvfp4-pack-quantized: <see cref="Float4Layer"/>, told by the bytes of weight_packed and by weight_global_scale. weight_scale is [1], [outputs, 1] or
/// [outputs, groups]. Layers of one checkpoint may differ. How activations are to be rounded (input_scale) is the engine's own business here.
/// </summary>
internal sealed record CompressedTensorsConfig(string Weights) : QuantizationConfig
{
    private const string Weight = ".weight", Packed = ".weight_packed", Shape = ".weight_shape", Scale = ".weight_scale", Zeros = ".weight_zero_point", Groups = ".weight_g_idx", Whole = ".weight_global_scale";
    private const int MostGroups = 256;
    private const string Next = "use the unquantized checkpoint, or one in pack-quantized, int-quantized, float-quantized, mxfp4-pack-quantized or nvfp4-pack-quantized";

    private static readonly string[] Formats = ["pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "mixed-precision", "mxfp4-pack-quantized", "nvfp4-pack-quantized"];

    /// <summary>Of the layer's inputs and outputs; and what a global scale would multiply.</summary>
    private static readonly string[] Passed = [".input_scale", ".input_zero_point", ".output_scale", ".output_zero_point", ".input_global_scale"];

    public override string FormatName => "compressed-tensors";

    public override string Description => $$"""{"method":"compressed-tensors","weights":"{{Weights}}"}""";

    public static CompressedTensorsConfig Of(JsonFields fields)
    {
        RequireFormat(fields);
        // Rotated weights belong to rotated activations, sparse ones lie in other tensors.
        if (fields.Object("transform_config") is { } transforms && transforms.Keys.Any(transforms.Has))
            throw fields.Wrong("transform_config", "none", Next);
        if (fields.Object("sparsity_config") is { } sparsity && sparsity.String("format") is not (null or "dense"))
            throw sparsity.Wrong("format", "dense", Next);
        var weights = new List<string>();
        if (fields.Object("config_groups") is not { } groups)
            throw fields.Wrong("config_groups", "an object that says what is quantized how", Next);
        foreach (var name in groups.Keys.Take(MostGroups))
        {
            var group = groups.Object(name) ?? throw groups.Wrong(name, "an object");
            RequireFormat(group);
            if (group.Object("weights") is { } scheme)
                weights.Add($"{scheme.String("type") ?? "int"}{scheme.Int("num_bits", 1, 64)}, {(scheme.Int("group_size", -1, int.MaxValue) is { } size and > 0 ? $"groups of {size}" : "a scale per channel")}");
        }
        return new CompressedTensorsConfig(string.Join("; ", weights.Distinct()));
    }

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned)
    {
        var modules = new LinearModules(path, tensors, unread, Packed, Scale, Zeros, Groups, Whole);
        return modules.Result([.. modules.With(Scale).Select(module => Matrix(modules, module, owned))]);
    }

    private static void RequireFormat(JsonFields fields)
    {
        if (fields.String("format") is { } format && !Formats.Contains(format))
            throw fields.Wrong("format", string.Join(", ", Formats), Next);
    }

    private static Tensor Matrix(LinearModules modules, string module, List<IDisposable> owned)
    {
        foreach (var part in Passed)
            modules.TakeAny(module, part);
        if (modules.Has(module, Whole))
            return Float4Layer.Nv(modules, module + Weight, modules.Take(module, Packed, 2, DType.U8), modules.Take(module, Scale, 2, DType.F8E4M3), modules.Take(module, Whole, null, DType.F32), owned);
        if (modules.HasOf(module, Packed, DType.U8))
            return Float4Layer.Mx(modules, module + Weight, modules.Take(module, Packed, 2, DType.U8), modules.Take(module, Scale, 2, DType.U8), owned);
        if (modules.Has(module, Packed))
            return PackedLayer(modules, module).Unpack(owned);
        var weight = modules.Take(module, Weight, 2, DType.I8, DType.F8E4M3);
        return weight.DType == DType.I8 ? BytesLayer(modules, module, weight).Unpack(owned) : Floats(modules, module, weight, owned);
    }

    private static Layer PackedLayer(LinearModules modules, string module)
    {
        var packed = modules.Take(module, Packed, 2, DType.I32);
        var shape = modules.Take(module, Shape, 1, DType.I64, DType.I32);
        var (outputs, inputs) = ShapeOf(modules, shape);
        var bits = inputs <= 0 ? 0 : (int)Math.Min(packed.Shape[1] * 32 / inputs, 32);
        if (bits is < 2 or > 8 || packed.Shape[0] != outputs || BitFields.Words(inputs, bits) != packed.Shape[1])
            throw modules.Wrong(packed, $"{outputs} rows of {inputs} integers of 2 to 8 bits");
        var scales = modules.Take(module, Scale, 2, DType.F16, DType.BF16, DType.F32);
        var groups = GroupsOf(modules, scales, outputs);
        Tensor? zeros = null;
        if (modules.Has(module, Zeros))
        {
            zeros = modules.Take(module, Zeros, 2, DType.I32);
            if (zeros.Shape[0] != BitFields.Words(outputs, bits) || zeros.Shape[1] != groups)
                throw modules.Wrong(zeros, $"[{BitFields.Words(outputs, bits)}, {groups}]");
        }
        var index = modules.Has(module, Groups) ? GroupIndex.Read(modules, modules.Take(module, Groups, 1, DType.I32), inputs, groups) : null;
        return new Layer(packed, zeros, scales) { Path = modules.Path, Name = module + Weight, Bits = bits, Outputs = outputs, Inputs = inputs, Groups = groups, GroupOf = index };
    }

    private static Bytes BytesLayer(LinearModules modules, string module, Tensor weight)
    {
        var scales = modules.Take(module, Scale, null, DType.F16, DType.BF16, DType.F32);
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var isWhole = scales.ElementCount == 1;
        var groups = isWhole ? 1 : GroupsOf(modules, scales, outputs);
        Tensor? zeros = null;
        if (modules.Has(module, Zeros))
        {
            zeros = modules.Take(module, Zeros, scales.Shape.Length, DType.I8);
            if (!zeros.Shape.AsSpan().SequenceEqual(scales.Shape))
                throw modules.Wrong(zeros, $"[{string.Join(", ", scales.Shape)}]");
        }
        return new Bytes(weight, zeros, scales, isWhole) { Path = modules.Path, Name = module + Weight, Bits = 8, Outputs = outputs, Inputs = inputs, Groups = groups };
    }

    private static Tensor Floats(LinearModules modules, string module, Tensor weight, List<IDisposable> owned)
    {
        var scales = modules.Take(module, Scale, null, DType.F16, DType.BF16, DType.F32);
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        if (scales.ElementCount == 1)
            return Float8Layer.Unpack(modules, weight, scales, Math.Max(1, outputs), Math.Max(1, inputs), owned);
        var groups = GroupsOf(modules, scales, outputs);
        return inputs % groups == 0 ? Float8Layer.Unpack(modules, weight, scales, 1, inputs / groups, owned) : throw modules.Wrong(scales, $"a number of groups that divides {inputs}");
    }

    private static long GroupsOf(LinearModules modules, Tensor scales, long outputs) =>
        scales.Shape.Length == 2 && scales.Shape[0] == outputs && scales.Shape[1] > 0 ? scales.Shape[1] : throw modules.Wrong(scales, $"[{outputs}, groups]");

    private static unsafe (long Outputs, long Inputs) ShapeOf(LinearModules modules, Tensor shape)
    {
        if (shape.Shape[0] != 2)
            throw modules.Wrong(shape, "two numbers");
        return shape.DType == DType.I64
            ? (Unsafe.ReadUnaligned<long>(shape.Data), Unsafe.ReadUnaligned<long>(shape.Data + sizeof(long)))
            : (Unsafe.ReadUnaligned<int>(shape.Data), Unsafe.ReadUnaligned<int>(shape.Data + sizeof(int)));
    }

    private sealed unsafe class Layer(Tensor packed, Tensor? zeros, Tensor scales) : IntegerLayer
    {
        /// <summary>Four bits of whole words lie as I4 has them.</summary>
        protected override Tensor? Nibbles => Bits == 4 && Inputs % 8 == 0 ? packed : null;

        protected override Tensor Scales => scales;

        protected override void ReadIntegers(long first, int rows, byte* integers)
        {
            for (var row = 0; row < rows; row++)
            {
                for (long i = 0; i < Inputs; i++)
                    integers[row * Inputs + i] = (byte)BitFields.Read(packed.Row(first + row), 1, i, Bits);
            }
        }

        protected override uint Zero(long output, long group) => zeros is null ? Middle : BitFields.Read(zeros.Data + group * sizeof(uint), zeros.Shape[1], output, Bits);

        protected override long ScaleIndex(long output, long group) => output * Groups + group;
    }

    /// <summary>Signed bytes.</summary>
    private sealed unsafe class Bytes(Tensor weight, Tensor? zeros, Tensor scales, bool isWhole) : IntegerLayer
    {
        protected override Tensor Scales => scales;

        protected override void ReadIntegers(long first, int rows, byte* integers)
        {
            for (long i = 0; i < rows * Inputs; i++)
                integers[i] = (byte)(weight.Row(first)[i] + Middle);
        }

        protected override uint Zero(long output, long group) => zeros is null ? Middle : (uint)((sbyte)zeros.Data[ScaleIndex(output, group)] + (int)Middle);

        protected override long ScaleIndex(long output, long group) => isWhole ? 0 : output * Groups + group;
    }
}
