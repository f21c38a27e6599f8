using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Floats;

/// <summary>Float weights that lie in panels (<see cref="PanelLayout"/>) times tokens, in the order of sums of <see cref="MultiplyPanels"/>.</summary>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    public override bool MultipliesFloatPanels => true;

    /// <summary>Tokens that meet a panel while it is in the first-level cache: their part of a block of columns (18 KiB) stays there too.</summary>
    private const int GroupTokens = 4 * PanelTokens;

    /// <summary>Rows that begin within a panel (those of a head of 72 elements, say) are multiplied from its beginning on, and what is before them is dropped.</summary>
    /// <param name="bias">Of the first row, or null.</param>
    /// <param name="scratch">Room for all rows of a block of columns, and for those before them in their panel.</param>
    private static void MultiplyLaid(PanelRows panels, long rowStart, long columns, int rows, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var before = (int)(rowStart % PanelLayout.Rows);
        var blockColumns = BlockBytes / (PanelRows * sizeof(float));
        for (long column = 0; column < columns; column += blockColumns)
        {
            var block = new LaidBlock(panels, rowStart - before, before + rows, column, (int)Math.Min(blockColumns, columns - column), scratch);
            block.Widen();
            for (var token = 0; token < tokens; token += GroupTokens)
                AddLaidBlock(block, before, bias, x + token * columns, columns, Math.Min(GroupTokens, tokens - token), y + token * yStride, yStride);
        }
    }

    /// <summary>A block of columns of all rows times some tokens.</summary>
    /// <param name="before">Rows of the block in front of the first that is wanted.</param>
    private static void AddLaidBlock(in LaidBlock block, int before, float* bias, float* x, long columns, int tokens, float* y, long yStride)
    {
        var tile = stackalloc float[PanelTokens * PanelRows];
        for (var row = 0; row < block.Rows; row += PanelRows)
        {
            var dropped = Math.Clamp(before - row, 0, PanelRows);
            var to = row + dropped - before;
            var rows = Math.Min(PanelRows, block.Rows - row) - dropped;
            var pair = block.Pair(row);
            for (var token = 0; token < tokens; token += PanelTokens)
            {
                var tileTokens = Math.Min(PanelTokens, tokens - token);
                MultiplyPanelTile(pair, x + token * columns + block.Column, columns, tileTokens, block.Count, tile);
                AddPanelTile(tile + dropped, rows, tileTokens, block.Column == 0, bias is null ? null : bias + to, y + token * yStride + to, yStride);
            }
        }
    }

    /// <summary>Some columns of rows that lie in panels: those of 32 bits as they lie, others widened into scratch.</summary>
    private readonly struct LaidBlock(PanelRows panels, long rowStart, int rows, long column, int count, float* scratch)
    {
        public int Rows => rows;

        public long Column => column;

        public int Count => count;

        private bool IsWide => panels.Layout.DType == DType.F32;

        /// <summary>Two registers of rows, from <paramref name="row"/> on. Where there are fewer at the end of the matrix the second may be anything.</summary>
        public PanelPair Pair(int row) => IsWide ? new PanelPair((float*)Low(row), (float*)High(row), PanelLayout.Rows) : Packed(scratch + (long)row * count);

        public void Widen()
        {
            for (var row = 0; row < rows && !IsWide; row += PanelRows)
            {
                if (panels.Layout.DType == DType.F16)
                    Widen<RaisedRow>(row);
                else
                    Widen<BF16Row>(row);
            }
        }

        private void Widen<TRow>(int row)
            where TRow : struct, IRow
        {
            var n = TLanes.Count;
            byte* low = Low(row), high = High(row);
            var destination = scratch + (long)row * count;
            for (long k = 0; k < count; k++, destination += 2 * n)
            {
                Prefetch.Ahead(low + k * PanelLayout.Rows * TRow.Bits / 8);
                Prefetch.Ahead(high + k * PanelLayout.Rows * TRow.Bits / 8);
                TLanes.Store(TRow.Load(low, k * PanelLayout.Rows), destination);
                TLanes.Store(TRow.Load(high, k * PanelLayout.Rows), destination + n);
            }
        }

        private byte* Low(int row) => LaneOf(rowStart + row);

        private byte* High(int row) => LaneOf(rowStart + (row + TLanes.Count < rows ? row + TLanes.Count : row));

        private byte* LaneOf(long row) => panels.Panel(row) + (column * PanelLayout.Rows + row % PanelLayout.Rows) * panels.Layout.Bits / 8;
    }

    private static PanelPair Packed(float* panel) => new(panel, panel + TLanes.Count, PanelRows);

    /// <summary>Two registers of rows, column by column.</summary>
    /// <param name="stride">Floats from a column to the next.</param>
    private readonly struct PanelPair(float* low, float* high, int stride)
    {
        public readonly float* Low = low;
        public readonly float* High = high;
        public readonly long Stride = stride;
    }
}
