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
        var matrix = HalfMatrix.New(outputs, inputs, owned);
        Parallel.For(0L, outputs, () => new NativeBuffer(inputs * sizeof(float)), (o, _, scratch) =>
        {
            BlockDecoder.DecodeRow(weight.DType, weight.Row(o), scratch.Floats, inputs);
            for (long i = 0; i < inputs; i++)
                matrix.Set(o, i, scratch.Floats[i] * StoredScales.Read(scales, o / blockRows * columns + i / blockColumns));
            return scratch;
        }, scratch => scratch.Dispose());
        return matrix.ToTensor(weight.Name) ?? throw modules.Wrong(weight, "weights that float16 can hold");
    }
}
