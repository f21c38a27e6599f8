using Temoto.Tensors;

namespace Temoto.Tests.Packing;

/// <summary>The simplest quantization there is, for realistic integers; scales are not kept.</summary>
internal static class RoundToNearest
{
    public static (byte[] Matrix, long RowBytes) Quantize(Tensor tensor, string format)
    {
        var values = Floats(tensor);
        int columns = (int)tensor.Columns, rows = (int)tensor.Rows;
        if (format == "group-64 int4")
        {
            var nibbles = new byte[rows * columns / 2];
            for (var i = 0; i < values.Length; i++)
            {
                var group = i % columns / 64 * 64;
                var start = i / columns * columns + group;
                var scale = Largest(values.AsSpan(start, Math.Min(64, columns - group))) / 7;
                var q = scale == 0 ? 8 : Math.Clamp((int)MathF.Round(values[i] / scale) + 8, 0, 15);
                nibbles[i / 2] |= (byte)(q << i % 2 * 4);
            }
            return (nibbles, columns / 2);
        }
        var bytes = new byte[values.Length];
        var whole = Largest(values) / 127;
        for (var row = 0; row < rows; row++)
        {
            var scale = format == "per-tensor int8" ? whole : Largest(values.AsSpan(row * columns, columns)) / 127;
            for (var i = row * columns; i < (row + 1) * columns; i++)
                bytes[i] = scale == 0 ? (byte)0 : (byte)(sbyte)Math.Clamp((int)MathF.Round(values[i] / scale), -127, 127);
        }
        return (bytes, columns);
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    private static unsafe float[] Floats(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = tensor.DType switch
            {
                DType.F32 => ((float*)tensor.Data)[i],
                DType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)tensor.Data)[i] << 16),
                _ => throw new NotSupportedException($"{tensor}"),
            };
        }
        return values;
    }
}
