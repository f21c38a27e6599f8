using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Temoto.Kernels.Floats;
using Temoto.Tensors.Panels;
using static Temoto.Kernels.Integers.Avx2Products;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>
/// Two tokens or four: weights are taken apart once for all of them. What stands in a panel's headers is read once for all tokens, so that each width of integers has one short loop, which the compiler inlines as a whole.
/// Sums of floats stay in memory: they are touched once per block, and the registers belong to the integers.
/// </summary>
internal static unsafe partial class PanelDot<TKind, TProducts>
{
    /// <summary>Scales of a panel's header are those of a group, of a block, or of half a block.</summary>
    private static long HeaderEntries(in PanelLayout layout) => TKind.Bits == 6 ? 2 * layout.Blocks : TKind.HasBlockScales ? layout.Blocks : layout.Groups;

    /// <summary>Scales as floats, and behind all of them minima or zero points: each [entries, 16].</summary>
    private static void ReadHeaders(in PanelLayout layout, byte* panel, float* scales)
    {
        var minima = scales + Rows * HeaderEntries(layout);
        long blocks = layout.Blocks, groupBlocks = layout.GroupBlocks;
        for (long block = 0; block < blocks; block += groupBlocks)
        {
            var entries = !TKind.HasBlockScales ? 1 : (int)Math.Min(groupBlocks, blocks - block) * (TKind.Bits == 6 ? 2 : 1);
            for (var half = 0; half < 2; half++)
            {
                PanelHeader<TKind>.Write(panel, half, entries, Rows, scales + 8 * half, minima + 8 * half);
                // Groups have them, of which blocks have no numbers of their own.
                if (TKind.HasZeros)
                    TKind.GroupZero(panel, half).Store((int*)minima + 8 * half);
            }
            scales += Rows * entries;
            minima += Rows * entries;
            panel += layout.HeaderBytes + groupBlocks * layout.BlockBytes;
        }
    }

    /// <summary>Whether integers are laid out as bytes for several tokens: bits that come from two places are put together once.</summary>
    private static bool IsSpread => TKind.Bits is 5 or 6;

    /// <param name="panel">Or, where <see cref="IsSpread"/>, what <see cref="SpreadIntegers"/> made of it.</param>
    /// <param name="scales">Of <see cref="ReadHeaders"/>.</param>
    /// <param name="tokens">Three are four, of which one is computed twice.</param>
    /// <param name="tile">[4, 16].</param>
    private static void MultiplyMany<TTokens>(in PanelLayout layout, byte* panel, float* scales, byte* x, int tokens, int* corrections, float* tile)
        where TTokens : struct, ITokens
    {
        new Span<float>(tile, TTokens.Count * Rows).Clear();
        if (TKind.Bits == 8)
            MultiplyBytes<TTokens>(layout, panel, scales, x, tokens, tile);
        else if (IsSpread)
            MultiplySpread<TTokens>(layout, panel, scales, x, tokens, corrections, tile);
        else
            MultiplyNibbles<TTokens>(layout, panel, scales, x, tokens, tile);
    }

    /// <summary>Four bits: int16 holds a block.</summary>
    private static void MultiplyNibbles<TTokens>(in PanelLayout layout, byte* panel, float* scales, byte* x, int tokens, float* tile)
        where TTokens : struct, ITokens
    {
        long blocks = layout.Blocks, groupBlocks = layout.GroupBlocks, rowBytes = QuantizedRow.Bytes(blocks * BlockColumns);
        var minima = scales + Rows * HeaderEntries(layout);
        byte* x0 = x, x1 = x + rowBytes, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        var at = 2 * sizeof(float) * blocks;
        long left = 0;
        for (long block = 0; block < blocks; block++, at += 16)
        {
            EnterBlock(ref panel, ref left, groupBlocks);
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = at + 16;
            for (; at < end; at += 4, panel += PanelLayout.QuadBytes)
            {
                Prefetch.Ahead(panel);
                Vector256<byte> bytes = Vector256.Load(panel), nextBytes = Vector256.Load(panel + 32), mask = Vector256.Create((byte)0xF);
                Vector256<byte> low = bytes & mask, nextLow = nextBytes & mask;
                Vector256<byte> high = (bytes.AsUInt16() >> 4).AsByte() & mask, nextHigh = (nextBytes.AsUInt16() >> 4).AsByte() & mask;
                AddQuads(low, nextLow, high, nextHigh, x0 + at, ref a0, ref b0);
                AddQuads(low, nextLow, high, nextHigh, x1 + at, ref a1, ref b1);
                if (TTokens.Count == 2)
                    continue;
                AddQuads(low, nextLow, high, nextHigh, x2 + at, ref a2, ref b2);
                AddQuads(low, nextLow, high, nextHigh, x3 + at, ref a3, ref b3);
            }
            AddBlock(tile, TProducts.Widened(a0), TProducts.Widened(b0), scales, minima, x0, block, blocks);
            AddBlock(tile + Rows, TProducts.Widened(a1), TProducts.Widened(b1), scales, minima, x1, block, blocks);
            if (TTokens.Count > 2)
            {
                AddBlock(tile + 2 * Rows, TProducts.Widened(a2), TProducts.Widened(b2), scales, minima, x2, block, blocks);
                AddBlock(tile + 3 * Rows, TProducts.Widened(a3), TProducts.Widened(b3), scales, minima, x3, block, blocks);
            }
            Next(left, ref scales, ref minima);
        }
    }

    /// <summary>Five and six bits, spread once for all tokens (<see cref="SpreadIntegers"/>): int16 holds two quads. Six bits have a scale for each 16 columns.</summary>
    private static void MultiplySpread<TTokens>(in PanelLayout layout, byte* integers, float* scales, byte* x, int tokens, int* corrections, float* tile)
        where TTokens : struct, ITokens
    {
        long blocks = layout.Blocks, entries = HeaderEntries(layout), rowBytes = QuantizedRow.Bytes(blocks * BlockColumns);
        var minima = scales + Rows * entries;
        byte* x0 = x, x1 = x + rowBytes, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        int* c0 = corrections, c1 = c0 + 2 * blocks, c2 = tokens > 2 ? c0 + 4 * blocks : c0, c3 = tokens > 3 ? c0 + 6 * blocks : c0;
        var entryColumns = EntryColumns;
        var at = 2 * sizeof(float) * blocks;
        for (long entry = 0; entry < entries; entry++, scales += Rows, minima += Rows)
        {
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (var end = at + entryColumns; at < end; at += 8, integers += 2 * PanelLayout.QuadBytes)
            {
                Vector256<byte> w0 = Vector256.Load(integers), w1 = Vector256.Load(integers + 32), w2 = Vector256.Load(integers + 64), w3 = Vector256.Load(integers + 96);
                AddPair(w0, w1, w2, w3, x0 + at, ref a0, ref b0);
                AddPair(w0, w1, w2, w3, x1 + at, ref a1, ref b1);
                if (TTokens.Count == 2)
                    continue;
                AddPair(w0, w1, w2, w3, x2 + at, ref a2, ref b2);
                AddPair(w0, w1, w2, w3, x3 + at, ref a3, ref b3);
            }
            AddEntry(tile, a0, b0, scales, minima, x0, c0, entry, blocks);
            AddEntry(tile + Rows, a1, b1, scales, minima, x1, c1, entry, blocks);
            if (TTokens.Count == 2)
                continue;
            AddEntry(tile + 2 * Rows, a2, b2, scales, minima, x2, c2, entry, blocks);
            AddEntry(tile + 3 * Rows, a3, b3, scales, minima, x3, c3, entry, blocks);
        }
    }

    /// <summary>Columns that share a scale.</summary>
    private static int EntryColumns => TKind.Bits == 6 ? 16 : BlockColumns;

    /// <summary>A panel's integers of five or six bits as bytes, [blocks, 8 quads, 16 rows, 4 columns].</summary>
    private static void SpreadIntegers(in PanelLayout layout, byte* panel, byte* integers)
    {
        long blocks = layout.Blocks, left = 0;
        for (long block = 0; block < blocks; block++, panel += layout.BlockBytes, integers += BlockColumns * Rows)
        {
            EnterBlock(ref panel, ref left, layout.GroupBlocks);
            for (var at = 0; at < TKind.Bits; at++)
                Prefetch.Ahead(panel + PanelLayout.QuadBytes * at);
            SpreadHalf(panel, integers);
            SpreadHalf(panel + 32, integers + 32);
        }
    }

    /// <summary>Eight rows of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadHalf(byte* block, byte* integers)
    {
        Vector256<byte> more = Vector256.Load(block + 4 * PanelLayout.QuadBytes), highMore = TKind.Bits == 6 ? Vector256.Load(block + 5 * PanelLayout.QuadBytes) : more;
        SpreadQuads(block, integers, 0, more, highMore);
        SpreadQuads(block, integers, 1, more, highMore);
        SpreadQuads(block, integers, 2, more, highMore);
        SpreadQuads(block, integers, 3, more, highMore);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadQuads(byte* block, byte* integers, int k, Vector256<byte> more, Vector256<byte> highMore)
    {
        var bytes = Vector256.Load(block + PanelLayout.QuadBytes * k);
        Integers(bytes, more, k, false).Store(integers + PanelLayout.QuadBytes * k);
        Integers(bytes, highMore, k, true).Store(integers + PanelLayout.QuadBytes * (k + 4));
    }

    /// <summary>Signed bytes.</summary>
    private static void MultiplyBytes<TTokens>(in PanelLayout layout, byte* panel, float* scales, byte* x, int tokens, float* tile)
        where TTokens : struct, ITokens
    {
        long blocks = layout.Blocks, groupBlocks = layout.GroupBlocks, rowBytes = QuantizedRow.Bytes(blocks * BlockColumns);
        byte* x0 = x, x1 = x + rowBytes, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        var at = 2 * sizeof(float) * blocks;
        long left = 0;
        for (long block = 0; block < blocks; block++)
        {
            EnterBlock(ref panel, ref left, groupBlocks);
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = at + BlockColumns;
            for (; at < end; at += 4, panel += PanelLayout.QuadBytes)
            {
                Prefetch.Ahead(panel);
                Vector256<sbyte> bytes = Vector256.Load((sbyte*)panel), nextBytes = Vector256.Load((sbyte*)panel + 32);
                AddBytes(bytes, nextBytes, x0 + at, ref a0, ref b0);
                AddBytes(bytes, nextBytes, x1 + at, ref a1, ref b1);
                if (TTokens.Count == 2)
                    continue;
                AddBytes(bytes, nextBytes, x2 + at, ref a2, ref b2);
                AddBytes(bytes, nextBytes, x3 + at, ref a3, ref b3);
            }
            AddBlock(tile, a0, b0, scales, scales, x0, block, blocks);
            AddBlock(tile + Rows, a1, b1, scales, scales, x1, block, blocks);
            if (TTokens.Count > 2)
            {
                AddBlock(tile + 2 * Rows, a2, b2, scales, scales, x2, block, blocks);
                AddBlock(tile + 3 * Rows, a3, b3, scales, scales, x3, block, blocks);
            }
            Next(left, ref scales, ref scales);
        }
    }

    /// <summary>Past a header, where a group begins; <paramref name="left"/> blocks of the group stand behind this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EnterBlock(ref byte* panel, ref long left, long groupBlocks)
    {
        if (left == 0)
        {
            Prefetch.Ahead(panel);
            panel += TKind.HeaderBytes;
            left = groupBlocks;
        }
        left--;
    }

    /// <summary>To the next block's entry: with block scales at once, else behind the group's last block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Next(long left, ref float* scales, ref float* minima)
    {
        if (!TKind.HasBlockScales && left != 0)
            return;
        scales += Rows;
        if (TKind.HasMinima || TKind.HasZeros)
            minima += Rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBytes(Vector256<sbyte> bytes, Vector256<sbyte> nextBytes, byte* integers, ref Vector256<int> a, ref Vector256<int> b)
    {
        var x = Quad(integers);
        a = TProducts.AddSigned(a, bytes, x);
        b = TProducts.AddSigned(b, nextBytes, x);
    }

    /// <summary>A quad of low nibbles and the one of high nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(Vector256<byte> low, Vector256<byte> nextLow, Vector256<byte> high, Vector256<byte> nextHigh, byte* integers, ref Vector256<int> a, ref Vector256<int> b)
    {
        var x = Quad(integers);
        a = TProducts.Add(a, low, x);
        b = TProducts.Add(b, nextLow, x);
        x = Quad(integers + 16);
        a = TProducts.Add(a, high, x);
        b = TProducts.Add(b, nextHigh, x);
    }

    /// <summary>Two quads that follow each other, of sixteen rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(Vector256<byte> w0, Vector256<byte> w1, Vector256<byte> w2, Vector256<byte> w3, byte* integers, ref Vector256<int> a, ref Vector256<int> b)
    {
        Vector256<sbyte> x = Quad(integers), y = Quad(integers + 4);
        a += TProducts.Widened(TProducts.Add(TProducts.Add(default, w0, x), w2, y));
        b += TProducts.Widened(TProducts.Add(TProducts.Add(default, w1, x), w3, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddEntry(float* total, Vector256<int> sum, Vector256<int> nextSum, float* scales, float* minima, byte* x, int* corrections, long entry, long blocks)
    {
        if (TKind.Bits == 6)
            AddHalfBlock(total, sum, nextSum, scales, corrections[entry], ((float*)x)[entry >> 1]);
        else
            AddBlock(total, sum, nextSum, scales, minima, x, entry, blocks);
    }

    /// <summary>Sixteen columns with their own scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHalfBlock(float* total, Vector256<int> sum, Vector256<int> nextSum, float* scales, int correction, float activationScale)
    {
        var corrections = Vector256.Create(correction);
        var activationScales = Vector256.Create(activationScale);
        AddBlock(Vector256.Load(total), sum + corrections, Vector256.Load(scales), activationScales).Store(total);
        AddBlock(Vector256.Load(total + 8), nextSum + corrections, Vector256.Load(scales + 8), activationScales).Store(total + 8);
    }

    /// <summary>A block's sums of sixteen rows, and behind them its minima times the sum of activations, onto a token's floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* total, Vector256<int> sum, Vector256<int> nextSum, float* scales, float* minima, byte* x, long block, long blocks)
    {
        var activationScale = Vector256.Create(((float*)x)[block]);
        var offset = ((int*)x)[blocks + block];
        Vector256<int> zeros = default, nextZeros = default;
        if (TKind.HasZeros)
            (zeros, nextZeros) = (Vector256.Load((int*)minima), Vector256.Load((int*)minima + 8));
        var first = AddBlock(Vector256.Load(total), LessZeros(sum, zeros, offset), Vector256.Load(scales), activationScale);
        var second = AddBlock(Vector256.Load(total + 8), LessZeros(nextSum, nextZeros, offset), Vector256.Load(scales + 8), activationScale);
        if (TKind.HasMinima)
        {
            var factor = MinimumFactor(((float*)x)[block], offset);
            first = Vector256.FusedMultiplyAdd(Vector256.Load(minima), factor, first);
            second = Vector256.FusedMultiplyAdd(Vector256.Load(minima + 8), factor, second);
        }
        first.Store(total);
        second.Store(total + 8);
    }
}
