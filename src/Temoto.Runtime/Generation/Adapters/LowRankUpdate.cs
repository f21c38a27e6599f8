using System.Numerics;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Generation.Adapters;

/// <summary>
/// W + scale * L R in float32, with L [rows, rank] and R [rank, columns]: each product and sum rounded, the ranks in their order, then rounded once to W's type. Where the rows have
/// magnitudes (DoRA) each is brought to the length that its magnitude says before that.
/// </summary>
internal sealed unsafe class LowRankUpdate : IDisposable
{
    private const int RowsPerPiece = 32;

    /// <summary>Finite values from here on round to an infinity of float16.</summary>
    private const float HalfOverflow = 65520;

    private readonly NativeBuffer left;
    private readonly NativeBuffer right;
    private readonly NativeBuffer? magnitudes;
    private readonly long rank;
    private readonly float scale;
    private long overflown = -1;

    /// <param name="a">[rank, columns], or of an embedding [rank, rows].</param>
    /// <param name="b">[rows, rank], or of an embedding [columns, rank].</param>
    /// <param name="isEmbedding">Both are the other way about.</param>
    /// <param name="magnitude">[rows]; null for none.</param>
    public LowRankUpdate(Tensor a, Tensor b, bool isEmbedding, Tensor? magnitude, float scale)
    {
        this.scale = scale;
        rank = a.Shape[0];
        left = isEmbedding ? Transposed(a) : Floats(b);
        right = isEmbedding ? Transposed(b) : Floats(a);
        magnitudes = magnitude is null ? null : Floats(magnitude);
    }

    /// <summary>The row of a result that does not fit its type; null where all do.</summary>
    public long? Overflown => overflown < 0 ? null : overflown;

    /// <param name="weight">[rows, columns] of a plain float type.</param>
    /// <param name="rowOrder">Which row of <paramref name="weight"/> is the adapter's row r; null where they are the same.</param>
    /// <param name="destination">As long as the weight.</param>
    public void Add(Tensor weight, Func<long, long>? rowOrder, byte* destination)
    {
        var (rows, columns) = (weight.Rows, weight.Columns);
        Parallel.For(0L, (rows + RowsPerPiece - 1) / RowsPerPiece, () => new float[2 * columns], (piece, _, values) =>
        {
            fixed (float* row = values)
            {
                for (var r = piece * RowsPerPiece; r < Math.Min(rows, (piece + 1) * RowsPerPiece); r++)
                {
                    var stored = rowOrder?.Invoke(r) ?? r;
                    BlockDecoder.DecodeRow(weight.DType, weight.Row(stored), row, columns);
                    AddRow(r, row, row + columns, columns);
                    if (weight.DType == DType.F16 && Overflows(new ReadOnlySpan<float>(row, checked((int)columns))))
                        Interlocked.Exchange(ref overflown, stored);
                    BlockEncoder.EncodeRow(weight.DType, row, destination + stored * weight.RowBytes, columns);
                }
            }
            return values;
        }, _ => { });
    }

    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
        magnitudes?.Dispose();
    }

    private void AddRow(long row, float* values, float* change, long columns)
    {
        new Span<float>(change, checked((int)columns)).Clear();
        for (long k = 0; k < rank; k++)
            AddScaled(change, right.Floats + k * columns, left.Floats[row * rank + k], columns);
        AddScaled(values, change, scale, columns);
        if (magnitudes is null)
            return;
        var squares = 0.0;
        for (long i = 0; i < columns; i++)
            squares += (double)values[i] * values[i];
        // A row of zeros has no direction to be stretched in.
        var factor = squares == 0 ? 0 : (float)(magnitudes.Floats[row] / Math.Sqrt(squares));
        for (long i = 0; i < columns; i++)
            values[i] *= factor;
    }

    /// <summary>No fused products: the result is the same on every machine.</summary>
    private static void AddScaled(float* sums, float* values, float factor, long count)
    {
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(Vector.Load(sums + i) + Vector.Load(values + i) * factor, sums + i);
        for (; i < count; i++)
            sums[i] += values[i] * factor;
    }

    private static bool Overflows(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (MathF.Abs(value) >= HalfOverflow && float.IsFinite(value))
                return true;
        }
        return false;
    }

    private static NativeBuffer Floats(Tensor tensor)
    {
        var values = new NativeBuffer(checked(tensor.ElementCount * sizeof(float)));
        BlockDecoder.DecodeRow(tensor.DType, tensor.Data, values.Floats, tensor.ElementCount);
        return values;
    }

    private static NativeBuffer Transposed(Tensor tensor)
    {
        using var values = Floats(tensor);
        var result = new NativeBuffer(values.ByteLength);
        for (long row = 0; row < tensor.Rows; row++)
        {
            for (long column = 0; column < tensor.Columns; column++)
                result.Floats[column * tensor.Rows + row] = values.Floats[row * tensor.Columns + column];
        }
        return result;
    }
}
