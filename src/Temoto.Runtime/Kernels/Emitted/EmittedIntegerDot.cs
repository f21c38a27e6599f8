using System.Runtime.Intrinsics;
using Temoto.Kernels.Integers;
using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Integer products of several tokens by <see cref="EmittedGemm"/>: 32 rows are unpacked once into a panel whose lanes are rows, and all tokens use it from the core's
/// cache. Weights that lie in panels already are the matter of another part; here rows are plain, or encoded. Blocks are added in the order of the specification: the result is the same bit for bit. Tokens one by one, and those of several sequences, are the matter of the other parts; other types, and what these do not take, are left to the set's other products.
/// </summary>
/// <param name="single">Products that emitted code does not take, and the rounding of activations.</param>
internal sealed unsafe partial class EmittedIntegerDot(IntegerDot single) : IntegerDot
{
    private const int BlockColumns = QuantizedRow.BlockColumns;
    private const int PanelRows = EmittedGemm.PanelRows;
    private const int TileTokens = EmittedGemm.TileTokens;
    private const int TileFloats = TileTokens * PanelRows;

    /// <summary>Panels start at whole cache lines.</summary>
    private const int Alignment = 64;

    private readonly delegate* unmanaged<EmittedGemm.Tile*, void> gemm = EmittedGemm.Load();

    public override int MostPanelTokens => int.MaxValue;

    public override bool ReadsPastCaches => true;

    public override void Quantize(float* x, long columns, QuantizedRow destination) => single.Quantize(x, columns, destination);

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) => single.QuantizeToGrid(x, scale, columns, destination);

    /// <summary>Panels with their scales, what <see cref="Pack"/> needs for one, and encoded rows laid out plain.</summary>
    public override long MatMulScratchFloats(long columns, int rows)
    {
        var blocks = columns / BlockColumns;
        var bytes = Panels(rows) * PanelBytes(blocks) + GroupBytes(blocks) + PlainBytes(columns, rows) + 2 * Alignment;
        bytes = Math.Max(Math.Max(bytes, OneTokenBytes(columns, rows)), LaidScratchBytes(columns, rows));
        return Math.Max(bytes / sizeof(float), single.MatMulScratchFloats(columns, rows));
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        if (weight.Encoded?.Panels is { } laid)
        {
            PanelProducts.Call(weight, new LaidProduct(this, laid, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch));
            return;
        }
        if (tokens == 1 && OneTokenLayout(weight) is { } layout)
        {
            MatVec(weight, layout, rowStart, rowEnd, bias, x, y, scratch);
            return;
        }
        if (tokens == 1 || !Packs(weight.DType))
        {
            single.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        var rows = (int)(rowEnd - rowStart);
        var blocks = weight.Columns / BlockColumns;
        var panels = Aligned(scratch);
        var groups = panels + Panels(rows) * PanelBytes(blocks);
        var plain = weight.PlainRows(rowStart, rowEnd, groups + GroupBytes(blocks));
        for (var row = 0; row < rows; row += PanelRows)
            Pack(weight, rowStart + row, Math.Min(PanelRows, rows - row), plain + row * weight.RowBytes, groups, panels + row / PanelRows * PanelBytes(blocks));
        Multiply<BytePanel<SingleScales>>(blocks, panels, rowStart, rowStart, rowEnd, bias, x, tokens, null, y, yStride);
    }

    private static byte* Aligned(float* scratch) => (byte*)(((nuint)scratch + Alignment - 1) / Alignment * Alignment);

    private static long Panels(int rows) => (rows + PanelRows - 1) / PanelRows;

    /// <summary>Rows that are stored plain become panels with a scale for each block, whatever they were.</summary>
    private static long PanelBytes(long blocks) => RaisedPanel<BytePanel<SingleScales>>.Bytes(blocks);

    /// <summary>Panels times all tokens, a tile after the other.</summary>
    /// <param name="raised">Panels as <see cref="RaisedPanel{TKind}"/> has them, from row <paramref name="first"/> on.</param>
    /// <param name="values">Room for <see cref="EmittedGemm.Tile.TokenValues"/>, where the kind has some.</param>
    /// <param name="y">Of row <paramref name="start"/>.</param>
    private void Multiply<TKind>(long blocks, byte* raised, long first, long start, long end, float* bias, byte* x, int tokens, byte* values, float* y, long yStride)
        where TKind : struct, IPanelKind
    {
        var kind = TKind.Bits == 6 ? GemmKind.HalfBlocks : TKind.HasMinima ? GemmKind.Minima : GemmKind.Scales;
        var rowBytes = QuantizedRow.Bytes(blocks * BlockColumns);
        var floats = stackalloc float[2 * TileFloats + Alignment / sizeof(float)];
        var totals = (float*)Aligned(floats);
        new Span<float>(totals, TileFloats).Clear();
        var tile = new EmittedGemm.Tile
        {
            Blocks = blocks,
            ScaleOffset = 0,
            SumOffset = sizeof(float) * blocks,
            IntegerOffset = 2 * sizeof(float) * blocks,
            Totals = totals,
            Output = totals + TileFloats,
            TokenValues = values,
        };
        for (var token = 0; token < tokens;)
        {
            var size = EmittedGemm.NextTile(tokens - token);
            var count = Math.Min(size, tokens - token);
            // Tokens that are missing repeat the first.
            for (var t = 0; t < size; t++)
            {
                var activations = x + (token + (t < count ? t : 0)) * rowBytes;
                tile.Activations[t] = (nint)activations;
                var row = new QuantizedRow(activations, blocks * BlockColumns);
                if (kind == GemmKind.Minima)
                    WriteMinimumFactors<TKind>(row, (float*)values + t, size);
                else if (kind == GemmKind.HalfBlocks)
                    HalfSums.Write(row, -QuantizedRow.WeightOffset, (int*)values + t, 2 * size, size);
            }
            tile.Variant = EmittedGemm.VariantOf(kind, size);
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

    /// <summary>What a block's minima are multiplied with.</summary>
    /// <param name="stride">Numbers from one block to the next.</param>
    private static void WriteMinimumFactors<TKind>(QuantizedRow x, float* factors, long stride)
        where TKind : struct, IPanelKind
    {
        for (long block = 0; block < x.Blocks; block++)
            factors[block * stride] = x.Scales[block] * (-TKind.MinimumSign * (x.Offsets[block] >> 7));
    }

    /// <summary>Adds the bias and stores as many rows and tokens of a tile as there are.</summary>
    private static void Store(float* tile, int rows, float* bias, int tokens, float* y, long yStride)
    {
        for (var t = 0; t < tokens; t++, tile += PanelRows, y += yStride)
        {
            var r = 0;
            for (; r + 16 <= rows; r += 16)
                (bias is null ? Vector512.Load(tile + r) : Vector512.Load(tile + r) + Vector512.Load(bias + r)).Store(y + r);
            for (; r < rows; r++)
                y[r] = bias is null ? tile[r] : tile[r] + bias[r];
        }
    }
}
