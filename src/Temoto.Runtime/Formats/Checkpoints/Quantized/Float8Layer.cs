using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// A matrix of F8_E4M3 with a grid of scales: w[o, i] = value[o, i] * s[o / rows, i / columns], blocks at the edges may be short. It becomes F16, rounded once.
/// </summary>
internal static unsafe class Float8Layer
{
    /// <param name="blockRows">Outputs that share a scale.</param>
    /// <param name="blockColumns">Inputs that share a scale.</param>
    public static Tensor Unpack(LinearModules modules, Tensor weight, Tensor scales, long blockRows, long blockColumns, List<IDisposable> owned)
    {
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var columns = (inputs + blockColumns - 1) / blockColumns;
        var expected = (outputs + blockRows - 1) / blockRows * columns;
        if (scales.ElementCount != expected || scales.Shape.Length > 0 && scales.ElementCount > 1 && scales.Shape[^1] != columns)
            throw modules.Wrong(scales, $"{expected} scales in rows of {columns}");
        var memory = new NativeBuffer(outputs * inputs * sizeof(ushort));
        owned.Add(memory);
        var overflow = 0;
        Parallel.For(0L, outputs, () => new NativeBuffer(inputs * sizeof(float)), (o, _, scratch) =>
        {
            BlockDecoder.DecodeRow(weight.DType, weight.Row(o), scratch.Floats, inputs);
            var halves = (Half*)memory.Data + o * inputs;
            for (long i = 0; i < inputs; i++)
            {
                halves[i] = (Half)(scratch.Floats[i] * Scale(scales, o / blockRows * columns + i / blockColumns));
                if (Half.IsInfinity(halves[i]))
                    Volatile.Write(ref overflow, 1);
            }
            return scratch;
        }, scratch => scratch.Dispose());
        return overflow == 0
            ? new Tensor(weight.Name, DType.F16, [outputs, inputs], memory.Data, outputs * inputs * sizeof(ushort), memory)
            : throw modules.Wrong(weight, "weights that float16 can hold");
    }

    private static float Scale(Tensor scales, long index)
    {
        var value = 0f;
        BlockDecoder.DecodeRow(scales.DType, scales.Data + index * scales.DType.BlockBytes(), &value, 1);
        return value;
    }
}
