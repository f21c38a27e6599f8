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
            // One token of rows in panels is added up as several are, which the code for one token does not.
            if (tokens == 1)
                single.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            else
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
        Multiply(weight.Columns, rows, panels, bias is null ? null : bias + rowStart, x, tokens, y, yStride);
    }

    private static byte* Aligned(float* scratch) => (byte*)(((nuint)scratch + Alignment - 1) / Alignment * Alignment);

    private static long Panels(int rows) => (rows + PanelRows - 1) / PanelRows;

    /// <summary>A panel's bytes and its scales, [blocks, rows] float32.</summary>
    private static long PanelBytes(long blocks) => blocks * PanelRows * (BlockColumns + sizeof(float));

    /// <param name="bias">Of the first row, or null.</param>
    private void Multiply(long columns, int rows, byte* panels, float* bias, byte* x, int tokens, float* y, long yStride)
    {
        var blocks = columns / BlockColumns;
        var rowBytes = QuantizedRow.Bytes(columns);
        var floats = stackalloc float[2 * TileFloats + Alignment / sizeof(float)];
        var totals = (float*)Aligned(floats);
        new Span<float>(totals, TileFloats).Clear();
        var tile = NewTile(blocks, totals);
        for (var token = 0; token < tokens; token += TileTokens)
        {
            var tileTokens = Math.Min(TileTokens, tokens - token);
            SetActivations(ref tile, x + token * rowBytes, tileTokens, rowBytes);
            for (var row = 0; row < rows; row += PanelRows)
            {
                tile.Panel = panels + row / PanelRows * PanelBytes(blocks);
                tile.Scales = (float*)(tile.Panel + blocks * PanelRows * BlockColumns);
                gemm(&tile);
                Store(tile.Output, Math.Min(PanelRows, rows - row), bias is null ? null : bias + row, tileTokens, y + token * yStride + row, yStride);
            }
        }
    }

    /// <summary>Six tokens and scales of blocks, until it is told otherwise.</summary>
    /// <param name="totals">Zeros, and behind them room for as much.</param>
    private static EmittedGemm.Tile NewTile(long blocks, float* totals) => new()
    {
        Blocks = blocks,
        ScaleOffset = 0,
        SumOffset = sizeof(float) * blocks,
        IntegerOffset = 2 * sizeof(float) * blocks,
        Totals = totals,
        Output = totals + TileFloats,
    };

    /// <summary>Tokens that are missing repeat the first.</summary>
    private static void SetActivations(ref EmittedGemm.Tile tile, byte* x, int tokens, long rowBytes)
    {
        for (var t = 0; t < TileTokens; t++)
            tile.Activations[t] = (nint)(x + (t < tokens ? t : 0) * rowBytes);
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
