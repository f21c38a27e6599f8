namespace Temoto.Kernels.Floats;

/// <summary>Float weights times many tokens: panels whose lanes are rows.</summary>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>Tokens that meet two registers of rows: 12 sums, which cover the latency of two multiply-add units and leave room in 16 registers.</summary>
    private const int PanelTokens = 6;

    /// <summary>Bytes of a panel that are multiplied in one go: they stay in the first-level cache while all tokens pass.</summary>
    private const int BlockBytes = 24 * 1024;

    /// <summary>Rows of a panel. A panel lies as [columns, rows].</summary>
    private static int PanelRows => 2 * TLanes.Count;

    private static long Panels(int rows) => (rows + PanelRows - 1) / PanelRows;

    /// <summary>[count, columns] becomes [columns, PanelRows], sixteen columns (a cache line of each row) at a time. Rows that fill up the last panel repeat its last; nobody reads their sums.</summary>
    private static void PackPanel(float* rows, int count, long columns, float* panel)
    {
        for (long start = 0; start < columns; start += 16)
        {
            var end = Math.Min(columns, start + 16);
            for (var row = 0; row < PanelRows; row += 4)
            {
                var column = start;
                for (; row + 4 <= count && column + 4 <= end; column += 4)
                    TLanes.Transpose(rows + row * columns + column, columns, panel + column * PanelRows + row, PanelRows);
                for (; column < end; column++)
                    for (var r = row; r < row + 4; r++)
                        panel[column * PanelRows + r] = rows[Math.Min(r, count - 1) * columns + column];
            }
        }
    }

    /// <param name="bias">Of the first row, or null.</param>
    private static void MultiplyPanels(float* panels, long columns, int rows, float* bias, float* x, int tokens, float* y, long yStride)
    {
        var blockColumns = BlockBytes / (PanelRows * sizeof(float));
        var tile = stackalloc float[PanelTokens * PanelRows];
        for (long column = 0; column < columns; column += blockColumns)
        {
            var count = (int)Math.Min(blockColumns, columns - column);
            for (var token = 0; token < tokens; token += PanelTokens)
            {
                var tileTokens = Math.Min(PanelTokens, tokens - token);
                for (var row = 0; row < rows; row += PanelRows)
                {
                    MultiplyPanelTile(Packed(panels + row * columns + column * PanelRows), x + token * columns + column, columns, tileTokens, count, tile);
                    AddPanelTile(tile, Math.Min(PanelRows, rows - row), tileTokens, column == 0, bias is null ? null : bias + row, y + token * yStride + row, yStride);
                }
            }
        }
    }

    /// <summary>A panel times up to six tokens into <paramref name="tile"/> [6, PanelRows]: eight loads feed twelve multiply-adds. Tokens that are missing repeat the first.</summary>
    /// <param name="count">Columns.</param>
    private static void MultiplyPanelTile(PanelPair panel, float* x, long columns, int tokens, int count, float* tile)
    {
        var n = TLanes.Count;
        float* x0 = x, x1 = tokens > 1 ? x + columns : x, x2 = tokens > 2 ? x + 2 * columns : x, x3 = tokens > 3 ? x + 3 * columns : x;
        float* x4 = tokens > 4 ? x + 4 * columns : x, x5 = tokens > 5 ? x + 5 * columns : x;
        TVector a0 = TLanes.Zero, a1 = TLanes.Zero, a2 = TLanes.Zero, a3 = TLanes.Zero, a4 = TLanes.Zero, a5 = TLanes.Zero;
        TVector b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero, b4 = TLanes.Zero, b5 = TLanes.Zero;
        float* lows = panel.Low, highs = panel.High;
        for (long k = 0; k < count; k++, lows += panel.Stride, highs += panel.Stride)
        {
            var low = TLanes.Load(lows);
            var high = TLanes.Load(highs);
            var value = TLanes.Broadcast(x0[k]);
            a0 = TLanes.MultiplyAdd(low, value, a0);
            b0 = TLanes.MultiplyAdd(high, value, b0);
            value = TLanes.Broadcast(x1[k]);
            a1 = TLanes.MultiplyAdd(low, value, a1);
            b1 = TLanes.MultiplyAdd(high, value, b1);
            value = TLanes.Broadcast(x2[k]);
            a2 = TLanes.MultiplyAdd(low, value, a2);
            b2 = TLanes.MultiplyAdd(high, value, b2);
            value = TLanes.Broadcast(x3[k]);
            a3 = TLanes.MultiplyAdd(low, value, a3);
            b3 = TLanes.MultiplyAdd(high, value, b3);
            value = TLanes.Broadcast(x4[k]);
            a4 = TLanes.MultiplyAdd(low, value, a4);
            b4 = TLanes.MultiplyAdd(high, value, b4);
            value = TLanes.Broadcast(x5[k]);
            a5 = TLanes.MultiplyAdd(low, value, a5);
            b5 = TLanes.MultiplyAdd(high, value, b5);
        }
        TLanes.Store(a0, tile);
        TLanes.Store(b0, tile + n);
        TLanes.Store(a1, tile + 2 * n);
        TLanes.Store(b1, tile + 3 * n);
        TLanes.Store(a2, tile + 4 * n);
        TLanes.Store(b2, tile + 5 * n);
        TLanes.Store(a3, tile + 6 * n);
        TLanes.Store(b3, tile + 7 * n);
        TLanes.Store(a4, tile + 8 * n);
        TLanes.Store(b4, tile + 9 * n);
        TLanes.Store(a5, tile + 10 * n);
        TLanes.Store(b5, tile + 11 * n);
    }

    /// <summary>y[t, r] += tile[t, r], or = bias[r] + tile[t, r] for the first block of columns.</summary>
    private static void AddPanelTile(float* tile, int rows, int tokens, bool first, float* bias, float* y, long yStride)
    {
        var n = TLanes.Count;
        for (var t = 0; t < tokens; t++, tile += PanelRows, y += yStride)
        {
            var before = first ? bias : y;
            var r = 0;
            for (; r + n <= rows; r += n)
                TLanes.Store(before is null ? TLanes.Load(tile + r) : TLanes.Add(TLanes.Load(before + r), TLanes.Load(tile + r)), y + r);
            for (; r < rows; r++)
                y[r] = before is null ? tile[r] : before[r] + tile[r];
        }
    }
}
