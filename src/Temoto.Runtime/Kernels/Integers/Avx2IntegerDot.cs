using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;
using static Temoto.Kernels.Integers.Avx2Products;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Integer products with AVX2 alone (x86-64-v3), by <see cref="Avx2Products"/>. Several tokens: sixteen rows are unpacked once into a panel whose lanes are rows, and
/// four tokens meet it. Blocks are added in the order of the specification: the result is the same bit for bit.
/// </summary>
internal sealed unsafe class Avx2IntegerDot() : X86IntegerDot<Avx2Products>(wideNibbles: false)
{
    /// <summary>Rows of a panel, two registers of eight int32 sums. A block of it lies as [8 column quads, 16 rows, 4 columns].</summary>
    private const int PanelRows = 16;

    private const int TileTokens = 4;

    public override int MostPanelTokens => int.MaxValue;

    /// <summary>A panel's scales, zero points and bytes, and encoded rows laid out plain.</summary>
    public override long MatMulScratchFloats(long columns, int rows) =>
        DecodeFloats(columns) + 2 * PanelRows * (columns / BlockColumns) + (PanelRows * columns + PlainBytes(columns, rows)) / sizeof(float) + 1;

    private protected override void MatMulPanels<TBlock>(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        var blocks = columns / BlockColumns;
        var groups = new RowGroups(weight, scratch);
        scratch += RowGroups.ScratchFloats(columns);
        var zeros = (int*)(scratch + PanelRows * blocks);
        var panel = (byte*)(zeros + PanelRows * blocks);
        var plain = weight.PlainRows(rowStart, rowEnd, panel + PanelRows * columns);
        var tile = stackalloc float[TileTokens * PanelRows];
        for (var row = rowStart; row < rowEnd; row += PanelRows, plain += PanelRows * weight.RowBytes, y += PanelRows)
        {
            var rows = (int)Math.Min(PanelRows, rowEnd - row);
            PackPanel<TBlock>(weight, row, rows, plain, groups, scratch, zeros, panel);
            for (var token = 0; token < tokens; token += TileTokens)
            {
                var tileTokens = Math.Min(TileTokens, tokens - token);
                var first = x + token * QuantizedRow.Bytes(columns);
                if (!TBlock.IsNibbles)
                    MultiplyBytes(panel, scratch, first, tileTokens, columns, tile);
                else
                    MultiplyNibbles<TBlock>(panel, scratch, zeros, first, tileTokens, columns, tile);
                for (var t = 0; t < tileTokens; t++)
                    for (var r = 0; r < rows; r++)
                        y[(token + t) * yStride + r] = bias is null ? tile[t * PanelRows + r] : tile[t * PanelRows + r] + bias[row + r];
            }
        }
    }

    /// <summary>Rows that fill up the panel have the scale 0. Minima, float32, lie where zero points would.</summary>
    private static void PackPanel<TBlock>(Tensor weight, long rowStart, int rows, byte* plain, RowGroups groups, float* scales, int* zeros, byte* panel)
        where TBlock : struct, IWeightBlock
    {
        var blocks = weight.Columns / BlockColumns;
        for (var row = 0; row < PanelRows; row++)
        {
            if (row >= rows)
            {
                for (long block = 0; block < blocks; block++)
                    scales[block * PanelRows + row] = zeros[block * PanelRows + row] = 0;
                continue;
            }
            if (!TBlock.HoldsScale)
                groups.Read(rowStart + row);
            var source = plain + row * weight.RowBytes;
            var quads = (int*)panel + row;
            for (long block = 0; block < blocks; block++, source += TBlock.Bytes)
            {
                var entry = block >> groups.Shift;
                scales[block * PanelRows + row] = TBlock.HoldsScale ? HalfFloat.ToSingle(*(ushort*)source) : groups.Scales[entry];
                if (TBlock.HoldsMinimum)
                    ((float*)zeros)[block * PanelRows + row] = HalfFloat.ToSingle(*(ushort*)(source + sizeof(ushort)));
                else
                    zeros[block * PanelRows + row] = !TBlock.HoldsScale && groups.Zeros is not null ? groups.Zeros[entry] : TBlock.Zero;
                var values = TBlock.Load(source).AsInt32();
                for (var quad = 0; quad < 8; quad++, quads += PanelRows)
                    *quads = values.GetElement(quad);
            }
        }
    }

    /// <summary>
    /// A panel of signed bytes times up to four tokens into <paramref name="tile"/> [4, 16]: magnitudes of weights times activations with the weights' signs. Tokens that
    /// are missing repeat the first. Float sums stay in memory: they are touched once per block, and the registers belong to the integers.
    /// </summary>
    private static void MultiplyBytes(byte* panel, float* scales, byte* x, int tokens, long columns, float* tile)
    {
        var rowBytes = QuantizedRow.Bytes(columns);
        var blocks = columns / BlockColumns;
        byte* x0 = x, x1 = tokens > 1 ? x + rowBytes : x, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        new Span<float>(tile, TileTokens * PanelRows).Clear();
        var integers = 2 * sizeof(float) * blocks;
        for (long block = 0; block < blocks; block++, scales += PanelRows)
        {
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = integers + BlockColumns;
            for (; integers < end; integers += 4, panel += 4 * PanelRows)
            {
                var low = Vector256.Load((sbyte*)panel);
                var high = Vector256.Load((sbyte*)panel + 32);
                var quad = Quad(x0 + integers);
                a0 += Avx2Products.Signed(low, quad);
                b0 += Avx2Products.Signed(high, quad);
                quad = Quad(x1 + integers);
                a1 += Avx2Products.Signed(low, quad);
                b1 += Avx2Products.Signed(high, quad);
                quad = Quad(x2 + integers);
                a2 += Avx2Products.Signed(low, quad);
                b2 += Avx2Products.Signed(high, quad);
                quad = Quad(x3 + integers);
                a3 += Avx2Products.Signed(low, quad);
                b3 += Avx2Products.Signed(high, quad);
            }
            AddBlock(tile, a0, b0, scales, x0, block);
            AddBlock(tile + PanelRows, a1, b1, scales, x1, block);
            AddBlock(tile + 2 * PanelRows, a2, b2, scales, x2, block);
            AddBlock(tile + 3 * PanelRows, a3, b3, scales, x3, block);
        }
    }

    /// <summary>
    /// The same of nibbles, which are summed in int16 over a whole block: eight quads of columns times two products of at most 15 * 127 are 30480.
    /// </summary>
    private static void MultiplyNibbles<TBlock>(byte* panel, float* scales, int* zeros, byte* x, int tokens, long columns, float* tile)
        where TBlock : struct, IWeightBlock
    {
        var rowBytes = QuantizedRow.Bytes(columns);
        var blocks = columns / BlockColumns;
        byte* x0 = x, x1 = tokens > 1 ? x + rowBytes : x, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        new Span<float>(tile, TileTokens * PanelRows).Clear();
        var integers = 2 * sizeof(float) * blocks;
        for (long block = 0; block < blocks; block++, scales += PanelRows, zeros += PanelRows)
        {
            Vector256<short> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = integers + BlockColumns;
            for (; integers < end; integers += 4, panel += 4 * PanelRows)
            {
                var low = Vector256.Load(panel);
                var high = Vector256.Load(panel + 32);
                var quad = Quad(x0 + integers);
                a0 += Avx2.MultiplyAddAdjacent(low, quad);
                b0 += Avx2.MultiplyAddAdjacent(high, quad);
                quad = Quad(x1 + integers);
                a1 += Avx2.MultiplyAddAdjacent(low, quad);
                b1 += Avx2.MultiplyAddAdjacent(high, quad);
                quad = Quad(x2 + integers);
                a2 += Avx2.MultiplyAddAdjacent(low, quad);
                b2 += Avx2.MultiplyAddAdjacent(high, quad);
                quad = Quad(x3 + integers);
                a3 += Avx2.MultiplyAddAdjacent(low, quad);
                b3 += Avx2.MultiplyAddAdjacent(high, quad);
            }
            if (TBlock.HoldsMinimum)
            {
                var minima = (float*)zeros;
                AddBlock(tile, Widen(a0), Widen(b0), scales, minima, x0, block, blocks);
                AddBlock(tile + PanelRows, Widen(a1), Widen(b1), scales, minima, x1, block, blocks);
                AddBlock(tile + 2 * PanelRows, Widen(a2), Widen(b2), scales, minima, x2, block, blocks);
                AddBlock(tile + 3 * PanelRows, Widen(a3), Widen(b3), scales, minima, x3, block, blocks);
                continue;
            }
            AddBlock(tile, LessZeros(a0, zeros, x0, blocks + block), LessZeros(b0, zeros + 8, x0, blocks + block), scales, x0, block);
            AddBlock(tile + PanelRows, LessZeros(a1, zeros, x1, blocks + block), LessZeros(b1, zeros + 8, x1, blocks + block), scales, x1, block);
            AddBlock(tile + 2 * PanelRows, LessZeros(a2, zeros, x2, blocks + block), LessZeros(b2, zeros + 8, x2, blocks + block), scales, x2, block);
            AddBlock(tile + 3 * PanelRows, LessZeros(a3, zeros, x3, blocks + block), LessZeros(b3, zeros + 8, x3, blocks + block), scales, x3, block);
        }
    }

    /// <summary>
    /// Widens pair sums and takes zero * sum(x) off. Zero points and sums of activations (at most 32 * 127) fit 16 bits, so that one vpmaddwd, whose upper halves are zero
    /// points' zeros, multiplies them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> LessZeros(Vector256<short> pairs, int* zeros, byte* x, long offset)
    {
        var minusSum = Vector256.Create(((int*)x)[offset] >> 7).AsInt16();
        return Widen(pairs) + Avx2.MultiplyAddAdjacent(Vector256.Load(zeros).AsInt16(), minusSum);
    }

    /// <summary>Adds a block's sums of sixteen rows, and behind them its minima times the sum of activations, to a token's floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* total, Vector256<int> low, Vector256<int> high, float* scales, float* minima, byte* x, long block, long blocks)
    {
        var scale = Vector256.Create(((float*)x)[block]);
        var sum = scale * Vector256.Create((float)-(((int*)x)[blocks + block] >> 7));
        var first = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(low), Vector256.Load(scales) * scale, Vector256.Load(total));
        var second = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high), Vector256.Load(scales + 8) * scale, Vector256.Load(total + 8));
        Vector256.FusedMultiplyAdd(Vector256.Load(minima), sum, first).Store(total);
        Vector256.FusedMultiplyAdd(Vector256.Load(minima + 8), sum, second).Store(total + 8);
    }

    /// <summary>Adds a block's sums of sixteen rows to a token's floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* total, Vector256<int> low, Vector256<int> high, float* scales, byte* x, long block)
    {
        var scale = Vector256.Create(((float*)x)[block]);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(low), Vector256.Load(scales) * scale, Vector256.Load(total)).Store(total);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high), Vector256.Load(scales + 8) * scale, Vector256.Load(total + 8)).Store(total + 8);
    }
}
