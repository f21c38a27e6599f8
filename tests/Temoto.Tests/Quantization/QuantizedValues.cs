using Temoto.Tensors;

namespace Temoto.Tests.Quantization;

/// <summary>Reads quantized tensors back by the definition in <see cref="GroupScales"/>, element by element.</summary>
internal static unsafe class QuantizedValues
{
    public static int Integer(Tensor tensor, long row, long column)
    {
        var index = row * tensor.Columns + column;
        return tensor.DType == DType.I8 ? ((sbyte*)tensor.Data)[index] : tensor.Data[index / 2] >> (int)(index % 2 * 4) & 0xF;
    }

    public static float Value(Tensor tensor, long row, long column)
    {
        var scales = tensor.Scales!;
        var group = column / scales.GroupSize;
        return (Integer(tensor, row, column) - scales.Zero(row, group)) * scales.Scale(row, group);
    }

    public static float[] All(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        for (long row = 0; row < tensor.Rows; row++)
            for (long column = 0; column < tensor.Columns; column++)
                values[row * tensor.Columns + column] = Value(tensor, row, column);
        return values;
    }

    /// <summary>Everything that would be written to a file.</summary>
    public static byte[] Bytes(Tensor tensor) => tensor.Scales is not { } scales
        ? tensor.Bytes.ToArray()
        : [.. tensor.Bytes, .. scales.Scales.Bytes, .. scales.Zeros is null ? [] : scales.Zeros.Bytes.ToArray()];
}
