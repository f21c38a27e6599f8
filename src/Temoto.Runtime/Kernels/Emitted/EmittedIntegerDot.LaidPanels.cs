using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Emitted;

/// <summary>Weights that lie in panels of 16 rows: two of them side by side are the panels of <see cref="EmittedGemm"/>, once their integers are bytes (<see cref="RaisedPanel{TKind}"/>). Some rows at a time, whose bytes stay in the core's cache while all tokens meet them.</summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    /// <summary>Of rows taken together, raised: half of a core's second-level cache where it has a megabyte.</summary>
    private const int LaidBytes = 512 * 1024;

    /// <summary>Of 32 rows of a block: integers, and the numbers of the kind that has most.</summary>
    private const int MostBlockBytes = PanelRows * (BlockColumns + 2 * sizeof(float));

    /// <summary>Rows taken together, whole panels.</summary>
    private static int LaidRows(long columns) => (int)Math.Max(1, LaidBytes / (columns / BlockColumns * MostBlockBytes)) * PanelRows;

    private static long LaidScratchBytes(long columns, int rows)
    {
        var blocks = columns / BlockColumns;
        // Where they begin within a panel, rows take one more.
        return Math.Max(LaidOneTokenBytes(blocks, rows), TokenValueBytes(blocks) + (Panels(Math.Min(rows, LaidRows(columns))) + 1) * blocks * MostBlockBytes) + Alignment;
    }

    /// <summary><see cref="EmittedGemm.Tile.TokenValues"/> of the kind that has most, a multiple of <see cref="Alignment"/>.</summary>
    private static long TokenValueBytes(long blocks) => (blocks * 2 * TileTokens * sizeof(int) + Alignment - 1) / Alignment * Alignment;

    private void MatMulLaid<TKind>(PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TKind : struct, IPanelKind
    {
        var layout = laid.Layout;
        var most = LaidRows(layout.Blocks * BlockColumns);
        var values = Aligned(scratch);
        var raised = values + TokenValueBytes(layout.Blocks);
        for (var start = rowStart; start < rowEnd;)
        {
            // Panels begin at whole panels of 16 rows.
            var first = start / PanelLayout.Rows * PanelLayout.Rows;
            var end = Math.Min(rowEnd, first + most);
            for (var row = first; row < end; row += PanelRows)
            {
                var to = raised + (row - first) / PanelRows * RaisedPanel<TKind>.Bytes(layout.Blocks);
                RaisedPanel<TKind>.Write(layout, laid.Panel(row), 0, to);
                // Where rows end with half a panel, the other half is of no use and whatever it is.
                if (row + PanelLayout.Rows < end)
                    RaisedPanel<TKind>.Write(layout, laid.Panel(row + PanelLayout.Rows), 1, to);
            }
            Multiply<TKind>(layout.Blocks, raised, first, start, end, bias, x, tokens, values, y + (start - rowStart), yStride);
            start = end;
        }
    }

    private readonly struct LaidProduct(EmittedIntegerDot dot, PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch) : IPanelCall
    {
        public void With<TKind>()
            where TKind : struct, IPanelKind
        {
            if (tokens == 1)
                dot.MatVecLaid<TKind>(laid, rowStart, rowEnd, bias, x, y, scratch);
            else
                dot.MatMulLaid<TKind>(laid, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        }
    }
}
