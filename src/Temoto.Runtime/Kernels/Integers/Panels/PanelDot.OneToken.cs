using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Temoto.Tensors.Panels;
using static Temoto.Kernels.Integers.Avx2Products;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>One token: sums stay in registers, each byte of the panel is read once, one after the other.</summary>
internal static unsafe partial class PanelDot<TKind, TProducts>
{
    /// <param name="tile">[16].</param>
    private static void MultiplyOne<TReading>(in PanelLayout layout, byte* panel, byte* x, int* corrections, float* tile)
        where TReading : struct, IReading
    {
        var blocks = layout.Blocks;
        var groupBlocks = layout.GroupBlocks;
        var scales = (float*)x;
        var offsets = (int*)x + blocks;
        var integers = x + 2 * sizeof(float) * blocks;
        Vector256<float> total = default, nextTotal = default;
        for (long block = 0; block < blocks;)
        {
            var header = panel;
            TReading.Ahead(header);
            panel += TKind.HeaderBytes;
            Vector256<float> groupScale = TKind.Scale(header, 0), nextGroupScale = TKind.Scale(header, 1);
            Vector256<float> groupMinimum = TKind.Minimum(header, 0), nextGroupMinimum = TKind.Minimum(header, 1);
            Vector256<int> zeros = TKind.GroupZero(header, 0), nextZeros = TKind.GroupZero(header, 1);
            var end = Math.Min(block + groupBlocks, blocks);
            for (var index = 0; block < end; block++, index++, integers += BlockColumns, panel += TKind.Bits * PanelLayout.QuadBytes)
            {
                var activationScale = Vector256.Create(scales[block]);
                if (TKind.Bits == 6)
                {
                    SixBits<TReading>(panel, integers, out var low, out var nextLow, out var high, out var nextHigh);
                    Vector256<int> correction = Vector256.Create(corrections[2 * block]), highCorrection = Vector256.Create(corrections[2 * block + 1]);
                    total = AddBlock(total, low + correction, TKind.BlockScale(header, groupScale, 2 * index, 0), activationScale);
                    nextTotal = AddBlock(nextTotal, nextLow + correction, TKind.BlockScale(header, nextGroupScale, 2 * index, 1), activationScale);
                    total = AddBlock(total, high + highCorrection, TKind.BlockScale(header, groupScale, 2 * index + 1, 0), activationScale);
                    nextTotal = AddBlock(nextTotal, nextHigh + highCorrection, TKind.BlockScale(header, nextGroupScale, 2 * index + 1, 1), activationScale);
                    continue;
                }
                Vector256<int> sum, nextSum;
                if (TKind.Bits == 8)
                    Bytes<TReading>(panel, integers, out sum, out nextSum);
                else
                    Nibbles<TReading>(panel, integers, out sum, out nextSum);
                var offset = offsets[block];
                total = AddBlock(total, LessZeros(sum, zeros, offset), TKind.BlockScale(header, groupScale, index, 0), activationScale);
                nextTotal = AddBlock(nextTotal, LessZeros(nextSum, nextZeros, offset), TKind.BlockScale(header, nextGroupScale, index, 1), activationScale);
                if (!TKind.HasMinima)
                    continue;
                var factor = MinimumFactor(scales[block], offset);
                total = Vector256.FusedMultiplyAdd(TKind.BlockMinimum(header, groupMinimum, index, 0), factor, total);
                nextTotal = Vector256.FusedMultiplyAdd(TKind.BlockMinimum(header, nextGroupMinimum, index, 1), factor, nextTotal);
            }
        }
        total.Store(tile);
        nextTotal.Store(tile + 8);
    }

    /// <summary>Signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Bytes<TReading>(byte* block, byte* integers, out Vector256<int> sum, out Vector256<int> nextSum)
        where TReading : struct, IReading
    {
        Vector256<int> a = default, b = default;
        for (var quad = 0; quad < 8; quad++)
        {
            TReading.Ahead(block + PanelLayout.QuadBytes * quad);
            var x = Quad(integers + 4 * quad);
            a = TProducts.AddSigned(a, Vector256.Load((sbyte*)block + PanelLayout.QuadBytes * quad), x);
            b = TProducts.AddSigned(b, Vector256.Load((sbyte*)block + PanelLayout.QuadBytes * quad + 32), x);
        }
        sum = a;
        nextSum = b;
    }

    /// <summary>Four bits: int16 holds a block. Five bits: half of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nibbles<TReading>(byte* block, byte* integers, out Vector256<int> sum, out Vector256<int> nextSum)
        where TReading : struct, IReading
    {
        Vector256<byte> fifth = default, nextFifth = default;
        if (TKind.Bits == 5)
        {
            TReading.Ahead(block + 4 * PanelLayout.QuadBytes);
            fifth = Vector256.Load(block + 4 * PanelLayout.QuadBytes);
            nextFifth = Vector256.Load(block + 4 * PanelLayout.QuadBytes + 32);
        }
        Vector256<int> a = default, b = default;
        AddNibbles<TReading>(block, integers, 0, fifth, nextFifth, ref a, ref b);
        AddNibbles<TReading>(block, integers, 1, fifth, nextFifth, ref a, ref b);
        Vector256<int> first = default, nextFirst = default;
        if (TKind.Bits == 5)
        {
            (first, nextFirst) = (TProducts.Widened(a), TProducts.Widened(b));
            a = b = default;
        }
        AddNibbles<TReading>(block, integers, 2, fifth, nextFifth, ref a, ref b);
        AddNibbles<TReading>(block, integers, 3, fifth, nextFifth, ref a, ref b);
        sum = TKind.Bits == 5 ? first + TProducts.Widened(a) : TProducts.Widened(a);
        nextSum = TKind.Bits == 5 ? nextFirst + TProducts.Widened(b) : TProducts.Widened(b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddNibbles<TReading>(byte* block, byte* integers, int k, Vector256<byte> more, Vector256<byte> nextMore, ref Vector256<int> a, ref Vector256<int> b)
        where TReading : struct, IReading
    {
        TReading.Ahead(block + PanelLayout.QuadBytes * k);
        Vector256<sbyte> x = Quad(integers + 4 * k), y = Quad(integers + 16 + 4 * k);
        Vector256<byte> bytes = Vector256.Load(block + PanelLayout.QuadBytes * k), nextBytes = Vector256.Load(block + PanelLayout.QuadBytes * k + 32);
        a = TProducts.Add(a, Integers(bytes, more, k, false), x);
        b = TProducts.Add(b, Integers(nextBytes, nextMore, k, false), x);
        a = TProducts.Add(a, Integers(bytes, more, k, true), y);
        b = TProducts.Add(b, Integers(nextBytes, nextMore, k, true), y);
    }

    /// <summary>Six bits, each 16 columns by themselves: int16 holds two quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SixBits<TReading>(byte* block, byte* integers, out Vector256<int> low, out Vector256<int> nextLow, out Vector256<int> high, out Vector256<int> nextHigh)
        where TReading : struct, IReading
    {
        for (var at = 0; at < 6; at++)
            TReading.Ahead(block + PanelLayout.QuadBytes * at);
        low = SixBits(block, integers, 0, false) + SixBits(block, integers, 2, false);
        nextLow = SixBits(block + 32, integers, 0, false) + SixBits(block + 32, integers, 2, false);
        high = SixBits(block, integers, 0, true) + SixBits(block, integers, 2, true);
        nextHigh = SixBits(block + 32, integers, 0, true) + SixBits(block + 32, integers, 2, true);
    }

    /// <summary>Quads k and k + 1 of the low or the high nibbles.</summary>
    /// <param name="block">At the rows that are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SixBits(byte* block, byte* integers, int k, bool high)
    {
        var more = Vector256.Load(block + PanelLayout.QuadBytes * (high ? 5 : 4));
        var x = integers + (high ? 16 : 0) + 4 * k;
        var sum = TProducts.Add(default, Integers(Vector256.Load(block + PanelLayout.QuadBytes * k), more, k, high), Quad(x));
        return TProducts.Widened(TProducts.Add(sum, Integers(Vector256.Load(block + PanelLayout.QuadBytes * (k + 1)), more, k + 1, high), Quad(x + 4)));
    }
}
