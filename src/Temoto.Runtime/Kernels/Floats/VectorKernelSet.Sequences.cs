using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

/// <summary>A token of each of several sequences: each is summed as one token is (<see cref="DotRow"/>), with weights loaded and widened once for up to four of them.</summary>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>Four sums of each token have to stay in registers: with 512 bits there are 32, else there may be 16.</summary>
    private static int SequencesAtOnce => TLanes.Count == 16 ? 4 : 2;

    /// <summary>A decoded row, and encoded rows laid out plain, at most four bytes per element.</summary>
    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => (1 + rows) * columns;

    /// <summary>A row stays in the first-level cache while all tokens meet it.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        var plain = weight.PlainRows(rowStart, rowEnd, (byte*)(scratch + columns));
        for (var row = rowStart; row < rowEnd; row++, plain += weight.RowBytes, y++)
        {
            switch (weight.DType)
            {
                case DType.F32:
                    Dots<F32Row>(plain, x, columns, tokens, y, yStride);
                    break;
                case DType.BF16:
                    Dots<BF16Row>(plain, x, columns, tokens, y, yStride);
                    break;
                // Scales are applied to sums, not to weights.
                case DType.Q8_0 or DType.Q4_0:
                case DType.I8 or DType.I4 when weight.Scales is not null:
                    for (var token = 0; token < tokens; token++)
                        y[token * yStride] = DotRow(weight, row, plain, x + token * columns, scratch);
                    break;
                // Halves too: they take longer to widen than to multiply.
                default:
                    DecodeRow(weight, row, plain, scratch);
                    Dots<F32Row>((byte*)scratch, x, columns, tokens, y, yStride);
                    break;
            }
            var offset = bias is null ? 0 : bias[row];
            for (var token = 0; token < tokens; token++)
                y[token * yStride] += offset;
        }
    }

    private static void Dots<TRow>(byte* row, float* x, long columns, int tokens, float* y, long yStride)
        where TRow : struct, IRow
    {
        for (var token = 0; token < tokens;)
        {
            var together = Math.Min(SequencesAtOnce, tokens - token) switch { 4 => 4, 1 => 1, _ => 2 };
            var sums = y + token * yStride;
            var first = x + token * columns;
            if (together == 4)
                Dots<TRow, FourTokens>(row, first, columns, sums, yStride);
            else if (together == 2)
                Dots<TRow, TwoTokens>(row, first, columns, sums, yStride);
            else
                *sums = Dot<TRow>(row, first, columns);
            token += together;
        }
    }

    /// <summary>For each token the operations of <see cref="Dot"/>.</summary>
    private static void Dots<TRow, TTokens>(byte* row, float* x, long count, float* sums, long stride)
        where TRow : struct, IRow
        where TTokens : struct, ITokens
    {
        TVector a0 = TLanes.Zero, b0 = TLanes.Zero, c0 = TLanes.Zero, d0 = TLanes.Zero;
        TVector a1 = TLanes.Zero, b1 = TLanes.Zero, c1 = TLanes.Zero, d1 = TLanes.Zero;
        TVector a2 = TLanes.Zero, b2 = TLanes.Zero, c2 = TLanes.Zero, d2 = TLanes.Zero;
        TVector a3 = TLanes.Zero, b3 = TLanes.Zero, c3 = TLanes.Zero, d3 = TLanes.Zero;
        float* x0 = x, x1 = x + count, x2 = x + 2 * count, x3 = x + 3 * count;
        var n = TLanes.Count;
        long i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            AskAhead<TRow>(row, i);
            var weights = TRow.Load(row, i);
            a0 = TLanes.MultiplyAdd(weights, TLanes.Load(x0 + i), a0);
            if (TTokens.Count > 1)
                a1 = TLanes.MultiplyAdd(weights, TLanes.Load(x1 + i), a1);
            if (TTokens.Count > 2)
            {
                a2 = TLanes.MultiplyAdd(weights, TLanes.Load(x2 + i), a2);
                a3 = TLanes.MultiplyAdd(weights, TLanes.Load(x3 + i), a3);
            }
            weights = TRow.Load(row, i + n);
            b0 = TLanes.MultiplyAdd(weights, TLanes.Load(x0 + i + n), b0);
            if (TTokens.Count > 1)
                b1 = TLanes.MultiplyAdd(weights, TLanes.Load(x1 + i + n), b1);
            if (TTokens.Count > 2)
            {
                b2 = TLanes.MultiplyAdd(weights, TLanes.Load(x2 + i + n), b2);
                b3 = TLanes.MultiplyAdd(weights, TLanes.Load(x3 + i + n), b3);
            }
            weights = TRow.Load(row, i + 2 * n);
            c0 = TLanes.MultiplyAdd(weights, TLanes.Load(x0 + i + 2 * n), c0);
            if (TTokens.Count > 1)
                c1 = TLanes.MultiplyAdd(weights, TLanes.Load(x1 + i + 2 * n), c1);
            if (TTokens.Count > 2)
            {
                c2 = TLanes.MultiplyAdd(weights, TLanes.Load(x2 + i + 2 * n), c2);
                c3 = TLanes.MultiplyAdd(weights, TLanes.Load(x3 + i + 2 * n), c3);
            }
            weights = TRow.Load(row, i + 3 * n);
            d0 = TLanes.MultiplyAdd(weights, TLanes.Load(x0 + i + 3 * n), d0);
            if (TTokens.Count > 1)
                d1 = TLanes.MultiplyAdd(weights, TLanes.Load(x1 + i + 3 * n), d1);
            if (TTokens.Count > 2)
            {
                d2 = TLanes.MultiplyAdd(weights, TLanes.Load(x2 + i + 3 * n), d2);
                d3 = TLanes.MultiplyAdd(weights, TLanes.Load(x3 + i + 3 * n), d3);
            }
        }
        for (; i + n <= count; i += n)
        {
            var weights = TRow.Load(row, i);
            a0 = TLanes.MultiplyAdd(weights, TLanes.Load(x0 + i), a0);
            if (TTokens.Count > 1)
                a1 = TLanes.MultiplyAdd(weights, TLanes.Load(x1 + i), a1);
            if (TTokens.Count > 2)
            {
                a2 = TLanes.MultiplyAdd(weights, TLanes.Load(x2 + i), a2);
                a3 = TLanes.MultiplyAdd(weights, TLanes.Load(x3 + i), a3);
            }
        }
        sums[0] = Finish<TRow>(a0, b0, c0, d0, row, x0, i, count);
        if (TTokens.Count > 1)
            sums[stride] = Finish<TRow>(a1, b1, c1, d1, row, x1, i, count);
        if (TTokens.Count > 2)
        {
            sums[2 * stride] = Finish<TRow>(a2, b2, c2, d2, row, x2, i, count);
            sums[3 * stride] = Finish<TRow>(a3, b3, c3, d3, row, x3, i, count);
        }
    }

    /// <summary>Sums across lanes, and the elements from <paramref name="i"/> on that fill no register.</summary>
    private static float Finish<TRow>(TVector a, TVector b, TVector c, TVector d, byte* row, float* x, long i, long count)
        where TRow : struct, IRow
    {
        var sum = TLanes.Sum(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)));
        for (; i < count; i++)
            sum += TRow.LoadOne(row, i) * x[i];
        return sum;
    }
}
