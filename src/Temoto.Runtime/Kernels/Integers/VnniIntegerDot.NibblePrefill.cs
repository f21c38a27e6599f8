using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Several tokens and nibbles, 512 bits wide: vpmaddubsw adds products of neighbours in int16, where eight quads of columns times 15 * 127 (30480) still fit, so that
/// one block is widened to int32 once. Multiplications and additions go to different units, and twice as many rows share an activation. Results as in the other
/// panels, bit for bit.
/// </summary>
internal sealed unsafe partial class VnniIntegerDot
{
    /// <summary>Rows of a nibble panel: two registers of sixteen.</summary>
    private const int NibblePanelRows = 32;

    /// <param name="zeros">Zero points, or the minima of blocks that hold them (float32).</param>
    private static void MultiplyNibblePanels<TBlock>(long columns, int rows, float* scales, int* zeros, byte* panels, float* bias, byte* x, int tokens, float* y, long stride)
        where TBlock : struct, IWeightBlock
    {
        var blocks = columns / BlockColumns;
        var tile = stackalloc float[TileTokens * NibblePanelRows];
        for (var token = 0; token < tokens; token += TileTokens)
        {
            var tileTokens = Math.Min(TileTokens, tokens - token);
            var first = x + token * QuantizedRow.Bytes(columns);
            for (var row = 0; row < rows; row += NibblePanelRows)
            {
                MultiplyNibbleTile<TBlock>(panels + row * columns, scales + row * blocks, zeros + row * blocks, first, tileTokens, columns, tile);
                StoreTile(tile, NibblePanelRows, Math.Min(NibblePanelRows, rows - row), bias is null ? null : bias + row, tileTokens, y + token * stride + row, stride);
            }
        }
    }

    /// <summary>A panel times up to four tokens into <paramref name="tile"/> [4, 32]. Tokens that are missing repeat the first.</summary>
    private static void MultiplyNibbleTile<TBlock>(byte* panel, float* scales, int* zeros, byte* x, int tokens, long columns, float* tile)
        where TBlock : struct, IWeightBlock
    {
        var rowBytes = QuantizedRow.Bytes(columns);
        var blocks = columns / BlockColumns;
        byte* x0 = x, x1 = tokens > 1 ? x + rowBytes : x, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default, g0 = default, g1 = default, g2 = default, g3 = default;
        var integers = 2 * sizeof(float) * blocks;
        for (long block = 0; block < blocks; block++, scales += NibblePanelRows, zeros += NibblePanelRows)
        {
            Vector512<short> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = integers + BlockColumns;
            for (; integers < end; integers += 4, panel += 4 * NibblePanelRows)
            {
                var low = Vector512.Load(panel);
                var high = Vector512.Load(panel + 64);
                var quad = Vector512.Create(*(int*)(x0 + integers)).AsSByte();
                a0 += Avx512BW.MultiplyAddAdjacent(low, quad);
                b0 += Avx512BW.MultiplyAddAdjacent(high, quad);
                quad = Vector512.Create(*(int*)(x1 + integers)).AsSByte();
                a1 += Avx512BW.MultiplyAddAdjacent(low, quad);
                b1 += Avx512BW.MultiplyAddAdjacent(high, quad);
                quad = Vector512.Create(*(int*)(x2 + integers)).AsSByte();
                a2 += Avx512BW.MultiplyAddAdjacent(low, quad);
                b2 += Avx512BW.MultiplyAddAdjacent(high, quad);
                quad = Vector512.Create(*(int*)(x3 + integers)).AsSByte();
                a3 += Avx512BW.MultiplyAddAdjacent(low, quad);
                b3 += Avx512BW.MultiplyAddAdjacent(high, quad);
            }
            var scale = Vector512.Load(scales);
            var zero = Vector512.Load(zeros);
            f0 = AddBlock<TBlock>(f0, a0, zero, scale, x0, blocks, block);
            f1 = AddBlock<TBlock>(f1, a1, zero, scale, x1, blocks, block);
            f2 = AddBlock<TBlock>(f2, a2, zero, scale, x2, blocks, block);
            f3 = AddBlock<TBlock>(f3, a3, zero, scale, x3, blocks, block);
            scale = Vector512.Load(scales + 16);
            zero = Vector512.Load(zeros + 16);
            g0 = AddBlock<TBlock>(g0, b0, zero, scale, x0, blocks, block);
            g1 = AddBlock<TBlock>(g1, b1, zero, scale, x1, blocks, block);
            g2 = AddBlock<TBlock>(g2, b2, zero, scale, x2, blocks, block);
            g3 = AddBlock<TBlock>(g3, b3, zero, scale, x3, blocks, block);
        }
        f0.Store(tile);
        g0.Store(tile + 16);
        f1.Store(tile + 32);
        g1.Store(tile + 48);
        f2.Store(tile + 64);
        g2.Store(tile + 80);
        f3.Store(tile + 96);
        g3.Store(tile + 112);
    }

    /// <summary>
    /// Widens pair sums, takes zero * sum(x) off and adds the block; or adds the block and then its minimum. Zero points and sums of activations (at most 32 * 127) fit 16 bits, so that one vpmaddwd, whose
    /// upper halves are zero points' zeros, multiplies them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddBlock<TBlock>(Vector512<float> total, Vector512<short> pairs, Vector512<int> zeros, Vector512<float> scales, byte* x, long blocks, long block)
        where TBlock : struct, IWeightBlock
    {
        if (TBlock.HoldsMinimum)
        {
            var products = Vector512.ConvertToSingle(Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1)));
            var scale = ((float*)x)[block];
            total = Vector512.FusedMultiplyAdd(products, scales * Vector512.Create(scale), total);
            return Vector512.FusedMultiplyAdd(zeros.AsSingle(), Vector512.Create(scale * -(((int*)x)[blocks + block] >> 7)), total);
        }
        var minusSum = Vector512.Create(((int*)x)[blocks + block] >> 7).AsInt16();
        var sums = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1)) + Avx512BW.MultiplyAddAdjacent(zeros.AsInt16(), minusSum);
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sums), scales * Vector512.Create(((float*)x)[block]), total);
    }
}
