using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>Weight rows and tokens whose dot products meet in registers.</summary>
    private const int TileRows = 4;

    private const int TileTokens = 2;

    /// <summary>
    /// Fewer tokens than this meet the rows as they are decoded, in dot products; the others meet panels, which are turned first. Measured with 512-bit registers: even at
    /// 48 tokens, panels 0.7 times as fast at 6 and 1.25 to 1.5 times at 512.
    /// </summary>
    private const int FewTokens = 48;

    /// <summary>Columns multiplied in one go: four rows and two tokens of them (24 KiB) stay in the first-level cache while the tokens pass.</summary>
    private const int BlockColumns = 1024;

    /// <summary>Panels; the rows of one of them, decoded; and encoded rows laid out plain, at most four bytes per element.</summary>
    public override long MatMulScratchFloats(long columns, int rows) => (Panels(rows) * PanelRows + PanelRows + rows) * columns;

    /// <summary>
    /// One token: every weight is used once, so it is multiplied as it is decoded and never stored (the bytes read are the cost).
    /// Several tokens: the rows are decoded once, and all tokens use them from the core's cache. Floats that lie in panels are multiplied as they lie.
    /// </summary>
    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        var rows = (int)(rowEnd - rowStart);
        if (weight.Encoded?.Panels is { Layout.HoldsFloats: true } laid)
        {
            MultiplyLaid(laid, rowStart, columns, rows, bias is null ? null : bias + rowStart, x, tokens, y, yStride, scratch);
            return;
        }
        var rowBytes = weight.RowBytes;
        var decoded = scratch + Panels(rows) * PanelRows * columns;
        var plain = weight.PlainRows(rowStart, rowEnd, (byte*)(decoded + PanelRows * columns));
        bias = bias is null ? null : bias + rowStart;
        if (tokens == 1)
        {
            for (var i = 0; i < rows; i++)
                y[i] = DotRow(weight, rowStart + i, plain + i * rowBytes, x, scratch) + (bias is null ? 0 : bias[i]);
        }
        else if (tokens < FewTokens)
        {
            var floats = FloatRows(weight, rowStart, rows, plain, scratch);
            for (var row = 0; row < rows; row++)
                for (var t = 0; t < tokens; t++)
                    y[t * yStride + row] = bias is null ? 0 : bias[row];
            for (long column = 0; column < columns; column += BlockColumns)
                AddBlock(floats + column, rows, x + column, tokens, columns, (int)Math.Min(BlockColumns, columns - column), y, yStride);
        }
        else
        {
            for (var row = 0; row < rows; row += PanelRows)
            {
                var count = Math.Min(rows - row, PanelRows);
                PackPanel(FloatRows(weight, rowStart + row, count, plain + row * rowBytes, decoded), count, columns, scratch + row * columns);
            }
            MultiplyPanels(scratch, columns, rows, bias, x, tokens, y, yStride);
        }
    }

    /// <summary>Rows as floats: where they lie, or decoded.</summary>
    /// <param name="plain">The first row's plain bytes.</param>
    /// <param name="decoded">Room for them, [count, columns].</param>
    private static float* FloatRows(Tensor weight, long rowStart, int count, byte* plain, float* decoded)
    {
        if (weight.DType == DType.F32)
            return (float*)plain;
        for (var i = 0; i < count; i++)
            DecodeRow(weight, rowStart + i, plain + i * weight.RowBytes, decoded + i * weight.Columns);
        return decoded;
    }

    /// <summary>Dot product of one row with x [K], without storing the decoded weights where a fused loop exists.</summary>
    /// <param name="source">The row's plain bytes.</param>
    private static float DotRow(Tensor weight, long row, byte* source, float* x, float* scratch)
    {
        var columns = weight.Columns;
        switch (weight.DType)
        {
            case DType.I8 when weight.Scales is { } scales:
                return DotIntegers<I8Row>(scales, row, source, x, columns);
            case DType.I4 when weight.Scales is { } scales:
                return DotIntegers<NibbleRow>(scales, row, source, x, columns);
            case DType.F32:
                return Dot<F32Row>(source, x, columns);
            case DType.F16:
                return Dot<F16Row>(source, x, columns);
            case DType.BF16:
                return Dot<BF16Row>(source, x, columns);
            case DType.Q8_0:
                return DotQ8(source, x, columns);
            case DType.Q4_0:
                return DotQ4(source, x, columns);
            default:
                DecodeRow(weight, row, source, scratch);
                return Dot<F32Row>((byte*)scratch, x, columns);
        }
    }

    /// <summary>Per block: integer weights as floats times x, then one multiplication by the block's scale.</summary>
    private static float DotQ8(byte* blocks, float* x, long count)
    {
        TVector a = TLanes.Zero, b = TLanes.Zero;
        var n = TLanes.Count;
        for (long block = 0; block < count / 32; block++, blocks += 34, x += 32)
        {
            var weights = (sbyte*)blocks + 2;
            var first = TLanes.Multiply(TLanes.LoadI8(weights), TLanes.Load(x));
            var second = TLanes.Multiply(TLanes.LoadI8(weights + n), TLanes.Load(x + n));
            for (var i = 2 * n; i < 32; i += 2 * n)
            {
                first = TLanes.MultiplyAdd(TLanes.LoadI8(weights + i), TLanes.Load(x + i), first);
                second = TLanes.MultiplyAdd(TLanes.LoadI8(weights + i + n), TLanes.Load(x + i + n), second);
            }
            var scale = TLanes.Broadcast(HalfFloat.At(blocks));
            a = TLanes.MultiplyAdd(first, scale, a);
            b = TLanes.MultiplyAdd(second, scale, b);
        }
        return TLanes.Sum(TLanes.Add(a, b));
    }

    private static float DotQ4(byte* blocks, float* x, long count)
    {
        TVector a = TLanes.Zero, b = TLanes.Zero;
        var n = TLanes.Count;
        var eight = TLanes.Broadcast(8);
        for (long block = 0; block < count / 32; block++, blocks += 18, x += 32)
        {
            var nibbles = blocks + 2;
            var first = TLanes.Zero;
            var second = TLanes.Zero;
            for (var i = 0; i < 16; i += n)
            {
                first = TLanes.MultiplyAdd(TLanes.Subtract(TLanes.LoadBits(nibbles + i, 0, 15), eight), TLanes.Load(x + i), first);
                second = TLanes.MultiplyAdd(TLanes.Subtract(TLanes.LoadBits(nibbles + i, 4, 15), eight), TLanes.Load(x + 16 + i), second);
            }
            var scale = TLanes.Broadcast(HalfFloat.At(blocks));
            a = TLanes.MultiplyAdd(first, scale, a);
            b = TLanes.MultiplyAdd(second, scale, b);
        }
        return TLanes.Sum(TLanes.Add(a, b));
    }

    /// <summary>y[t, r] += x[t, 0..count) . rows[r, 0..count) for a block that fits the caches; x and rows both have <paramref name="columns"/> floats per row.</summary>
    private static void AddBlock(float* rows, int rowCount, float* x, int tokens, long columns, int count, float* y, long yStride)
    {
        var wholeRows = rowCount - rowCount % TileRows;
        var wholeTokens = tokens - tokens % TileTokens;
        for (var row = 0; row < wholeRows; row += TileRows)
            for (var token = 0; token < wholeTokens; token += TileTokens)
                AddTile(rows + row * columns, x + token * columns, columns, count, y + token * yStride + row, yStride);
        for (var token = 0; token < tokens; token++)
            for (var row = token < wholeTokens ? wholeRows : 0; row < rowCount; row++)
                y[token * yStride + row] += Dot<F32Row>((byte*)(rows + row * columns), x + token * columns, count);
    }

    /// <summary>
    /// Two tokens by four rows are eight independent sums: six loads feed eight multiply-adds, and eight sums cover the latency of two
    /// multiply-add units.
    /// </summary>
    private static void AddTile(float* rows, float* x, long columns, int count, float* y, long yStride)
    {
        var n = TLanes.Count;
        var vectorEnd = count - count % n;
        float* r0 = rows, r1 = rows + columns, r2 = rows + 2 * columns, r3 = rows + 3 * columns;
        float* x0 = x, x1 = x + columns;
        TVector a0 = TLanes.Zero, a1 = TLanes.Zero, a2 = TLanes.Zero, a3 = TLanes.Zero;
        TVector b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero;
        for (var k = 0; k < vectorEnd; k += n)
        {
            var left = TLanes.Load(x0 + k);
            var right = TLanes.Load(x1 + k);
            var w = TLanes.Load(r0 + k);
            a0 = TLanes.MultiplyAdd(w, left, a0);
            b0 = TLanes.MultiplyAdd(w, right, b0);
            w = TLanes.Load(r1 + k);
            a1 = TLanes.MultiplyAdd(w, left, a1);
            b1 = TLanes.MultiplyAdd(w, right, b1);
            w = TLanes.Load(r2 + k);
            a2 = TLanes.MultiplyAdd(w, left, a2);
            b2 = TLanes.MultiplyAdd(w, right, b2);
            w = TLanes.Load(r3 + k);
            a3 = TLanes.MultiplyAdd(w, left, a3);
            b3 = TLanes.MultiplyAdd(w, right, b3);
        }
        var y0 = y;
        var y1 = y + yStride;
        y0[0] += TLanes.Sum(a0);
        y0[1] += TLanes.Sum(a1);
        y0[2] += TLanes.Sum(a2);
        y0[3] += TLanes.Sum(a3);
        y1[0] += TLanes.Sum(b0);
        y1[1] += TLanes.Sum(b1);
        y1[2] += TLanes.Sum(b2);
        y1[3] += TLanes.Sum(b3);
        for (var k = vectorEnd; k < count; k++)
        {
            y0[0] += r0[k] * x0[k];
            y0[1] += r1[k] * x0[k];
            y0[2] += r2[k] * x0[k];
            y0[3] += r3[k] * x0[k];
            y1[0] += r0[k] * x1[k];
            y1[1] += r1[k] * x1[k];
            y1[2] += r2[k] * x1[k];
            y1[3] += r3[k] * x1[k];
        }
    }
}
