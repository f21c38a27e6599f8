using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Integers;
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
        return (Panels(Math.Min(rows, LaidRows(columns))) + 1) * blocks * MostBlockBytes + blocks * 2 * TileTokens * sizeof(int) + 2 * Alignment;
    }

    private void MatMulLaid<TKind>(PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TKind : struct, IPanelKind
    {
        var layout = laid.Layout;
        var panelBytes = RaisedPanel<TKind>.Bytes(layout.Blocks);
        var most = LaidRows(layout.Blocks * BlockColumns);
        var values = Aligned(scratch);
        var raised = values + (layout.Blocks * 2 * TileTokens * sizeof(int) + Alignment - 1) / Alignment * Alignment;
        for (var start = rowStart; start < rowEnd;)
        {
            // Panels begin at whole panels of 16 rows.
            var first = start / PanelLayout.Rows * PanelLayout.Rows;
            var end = Math.Min(rowEnd, first + most);
            for (var row = first; row < end; row += PanelRows)
            {
                var to = raised + (row - first) / PanelRows * panelBytes;
                RaisedPanel<TKind>.Write(layout, laid.Panel(row), 0, to);
                // Where rows end with half a panel, the other half is of no use and whatever it is.
                if (row + PanelLayout.Rows < end)
                    RaisedPanel<TKind>.Write(layout, laid.Panel(row + PanelLayout.Rows), 1, to);
            }
            MultiplyLaid<TKind>(layout.Blocks, raised, first, start, end, bias, x, tokens, values, y + (start - rowStart), yStride);
            start = end;
        }
    }

    /// <param name="raised">Panels from row <paramref name="first"/> on.</param>
    /// <param name="y">Of row <paramref name="start"/>.</param>
    private void MultiplyLaid<TKind>(long blocks, byte* raised, long first, long start, long end, float* bias, byte* x, int tokens, byte* values, float* y, long yStride)
        where TKind : struct, IPanelKind
    {
        var kind = TKind.Bits == 6 ? GemmKind.HalfBlocks : TKind.HasMinima ? GemmKind.Minima : GemmKind.Scales;
        var rowBytes = QuantizedRow.Bytes(blocks * BlockColumns);
        var floats = stackalloc float[2 * TileFloats + Alignment / sizeof(float)];
        var totals = (float*)Aligned(floats);
        new Span<float>(totals, TileFloats).Clear();
        var tile = NewTile(blocks, totals);
        tile.TokenValues = values;
        for (var token = 0; token < tokens;)
        {
            var size = EmittedGemm.NextTile(tokens - token);
            var count = Math.Min(size, tokens - token);
            SetActivations(ref tile, x + token * rowBytes, count, rowBytes);
            tile.Variant = EmittedGemm.VariantOf(kind, size);
            if (kind == GemmKind.Minima)
                WriteMinimumFactors<TKind>(tile, blocks, size, (float*)values);
            else if (kind == GemmKind.HalfBlocks)
                WriteHalfOffsets(tile, blocks, size, (int*)values);
            for (var row = first; row < end; row += PanelRows)
            {
                tile.Panel = raised + (row - first) / PanelRows * RaisedPanel<TKind>.Bytes(blocks);
                tile.Scales = (float*)(tile.Panel + RaisedPanel<TKind>.ScalesAt(blocks));
                tile.Minima = (float*)(tile.Panel + RaisedPanel<TKind>.MinimaAt(blocks));
                gemm(&tile);
                var from = Math.Max(start, row);
                Store(tile.Output + (from - row), (int)(Math.Min(end, row + PanelRows) - from), bias is null ? null : bias + from, count, y + token * yStride + (from - start), yStride);
            }
            token += count;
        }
    }

    /// <summary>What a block's minima are multiplied with: [blocks, tokens].</summary>
    private static void WriteMinimumFactors<TKind>(in EmittedGemm.Tile tile, long blocks, int tokens, float* factors)
        where TKind : struct, IPanelKind
    {
        for (var token = 0; token < tokens; token++)
        {
            var scales = (float*)tile.Activations[token];
            var offsets = (int*)scales + blocks;
            for (long block = 0; block < blocks; block++)
                factors[block * tokens + token] = scales[block] * (-TKind.MinimumSign * (offsets[block] >> 7));
        }
    }

    /// <summary>-128 times the sum of each 16 activations: [blocks, 2, tokens].</summary>
    private static void WriteHalfOffsets(in EmittedGemm.Tile tile, long blocks, int tokens, int* offsets)
    {
        for (var token = 0; token < tokens; token++)
        {
            var integers = (sbyte*)tile.Activations[token] + 2 * sizeof(float) * blocks;
            for (long block = 0; block < blocks; block++, integers += BlockColumns)
            {
                // Pairs of at most 2 * 127, added up in eight lanes for each half.
                var pairs = Avx2.MultiplyAddAdjacent(Vector256.Create((byte)1), Vector256.Load(integers));
                var to = offsets + block * 2 * tokens + token;
                to[0] = -QuantizedRow.WeightOffset * Vector128.Sum(pairs.GetLower());
                to[tokens] = -QuantizedRow.WeightOffset * Vector128.Sum(pairs.GetUpper());
            }
        }
    }

    private readonly struct LaidProduct(EmittedIntegerDot dot, PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch) : IPanelCall
    {
        public void With<TKind>()
            where TKind : struct, IPanelKind => dot.MatMulLaid<TKind>(laid, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }
}
