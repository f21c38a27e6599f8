using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// A token of each of several sequences: up to four meet weights that are loaded once, each in the order of one token, so that its result is the same bit for bit (sums of blocks are
/// exact, whichever way they are made).
/// </summary>
internal static unsafe partial class ByteDecode<TProducts, TBlock>
{
    /// <summary>Rows that meet one group of tokens after the other, from the first-level cache.</summary>
    private const int SequenceRows = 8;

    /// <param name="x">[tokens] of <see cref="QuantizedRow"/>.</param>
    /// <param name="y">[tokens, yStride], of which the first rows are written.</param>
    public static void MatVecs(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var groups = new RowGroups(weight, scratch);
        var blocks = weight.Columns / BlockColumns;
        long rowBytes = weight.RowBytes, tokenBytes = QuantizedRow.Bytes(weight.Columns);
        var sums = stackalloc float[FourTokens.Count];
        for (var start = 0; start < rows; start += SequenceRows)
        {
            var end = Math.Min(rows, start + SequenceRows);
            for (var token = 0; token < tokens;)
            {
                var left = tokens - token;
                var own = x + token * tokenBytes;
                for (var row = start; row < end; row++)
                {
                    if (!TBlock.HoldsScale)
                        groups.Read(rowStart + row);
                    var source = plain + row * rowBytes;
                    // The fourth of three is the third again.
                    if (left >= 3)
                        DotRows<FourTokens>(source, groups, blocks, own, own + tokenBytes, own + 2 * tokenBytes, own + (left == 3 ? 2 : 3) * tokenBytes, sums);
                    else if (left == 2)
                        DotRows<TwoTokens>(source, groups, blocks, own, own + tokenBytes, own, own, sums);
                    else
                        DotRows<OneToken>(source, groups, blocks, own, own, own, own, sums);
                    for (var i = 0; i < Math.Min(left, FourTokens.Count); i++)
                        y[(token + i) * yStride + row] = bias is null ? sums[i] : sums[i] + bias[rowStart + row];
                }
                token += Math.Min(left, FourTokens.Count);
            }
        }
    }

    /// <summary>One row with one, two or four tokens: for each of them the sums of <see cref="DotRow"/>.</summary>
    private static void DotRows<TTokens>(byte* row, RowGroups groups, long blocks, byte* x0, byte* x1, byte* x2, byte* x3, float* sums)
        where TTokens : struct, ITokens
    {
        Vector256<float> total0 = default, total1 = default, total2 = default, total3 = default;
        var entries = groups.LaneEntries;
        var integers = 2 * sizeof(float) * blocks;
        long block = 0;
        for (; block + LaneBlocks <= blocks; block += LaneBlocks, row += LaneBlocks * TBlock.Bytes, integers += LaneBlocks * BlockColumns)
        {
            Sse.Prefetch0(row + Prefetch.AheadBytes);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 64);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 128);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 192);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 256);
            var scales = TBlock.HoldsScale ? BlockScales(row) : Avx2.PermuteVar8x32(Vector256.Load(groups.Scales + (block >> groups.Shift)), entries);
            Vector256<int> low0 = default, low1 = default, low2 = default, low3 = default;
            Quarter<TTokens>(row, x0 + integers, x1 + integers, x2 + integers, x3 + integers, ref low0, ref low1, ref low2, ref low3);
            Vector256<int> high0 = default, high1 = default, high2 = default, high3 = default;
            Quarter<TTokens>(
                row + 4 * TBlock.Bytes,
                x0 + integers + 4 * BlockColumns,
                x1 + integers + 4 * BlockColumns,
                x2 + integers + 4 * BlockColumns,
                x3 + integers + 4 * BlockColumns,
                ref high0,
                ref high1,
                ref high2,
                ref high3);
            total0 = AddBlocks(total0, low0, high0, scales, x0, block, blocks);
            if (TTokens.Count > 1)
                total1 = AddBlocks(total1, low1, high1, scales, x1, block, blocks);
            if (TTokens.Count > 2)
            {
                total2 = AddBlocks(total2, low2, high2, scales, x2, block, blocks);
                total3 = AddBlocks(total3, low3, high3, scales, x3, block, blocks);
            }
        }
        sums[0] = Rest(total0, row, groups, x0, block, blocks);
        if (TTokens.Count > 1)
            sums[1] = Rest(total1, row, groups, x1, block, blocks);
        if (TTokens.Count > 2)
        {
            sums[2] = Rest(total2, row, groups, x2, block, blocks);
            sums[3] = Rest(total3, row, groups, x3, block, blocks);
        }
    }

    /// <summary>Four blocks with each token: lanes i and i + 4 of its register add up to the sum of block i, or of raised weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter<TTokens>(
        byte* row, byte* x0, byte* x1, byte* x2, byte* x3, ref Vector256<int> first, ref Vector256<int> second, ref Vector256<int> third, ref Vector256<int> fourth)
        where TTokens : struct, ITokens
    {
        Vector256<byte> a = Weights(row), b = Weights(row + TBlock.Bytes);
        var c = Pair(a, b, x0);
        Vector256<int> d = default, e = default, f = default;
        if (TTokens.Count > 1)
            d = Pair(a, b, x1);
        if (TTokens.Count > 2)
        {
            e = Pair(a, b, x2);
            f = Pair(a, b, x3);
        }
        a = Weights(row + 2 * TBlock.Bytes);
        b = Weights(row + 3 * TBlock.Bytes);
        first = Neighbours(c, Pair(a, b, x0 + 2 * BlockColumns));
        if (TTokens.Count > 1)
            second = Neighbours(d, Pair(a, b, x1 + 2 * BlockColumns));
        if (TTokens.Count > 2)
        {
            third = Neighbours(e, Pair(a, b, x2 + 2 * BlockColumns));
            fourth = Neighbours(f, Pair(a, b, x3 + 2 * BlockColumns));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Weights(byte* block) => TProducts.HasRaised ? TBlock.Load(block) ^ Vector256.Create((byte)QuantizedRow.WeightOffset) : TBlock.Load(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pair(Vector256<byte> a, Vector256<byte> b, byte* x)
    {
        Vector256<sbyte> first = Vector256.Load((sbyte*)x), second = Vector256.Load((sbyte*)x + BlockColumns);
        return TProducts.HasRaised
            ? Neighbours(TProducts.Raised(a, first), TProducts.Raised(b, second))
            : Neighbours(TProducts.Signed(a.AsSByte(), first), TProducts.Signed(b.AsSByte(), second));
    }

    /// <summary>What raised weights have too much is 128 times the sum of activations, which a row holds the negative of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddBlocks(Vector256<float> total, Vector256<int> low, Vector256<int> high, Vector256<float> scales, byte* x, long block, long blocks)
    {
        var sums = Avx2.Permute2x128(low, high, 0x20) + Avx2.Permute2x128(low, high, 0x31);
        if (TProducts.HasRaised)
            sums += Vector256.Load((int*)x + blocks + block);
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sums), scales * Vector256.Load((float*)x + block), total);
    }

    /// <summary>Sums of neighbours, as vphaddd makes them: two shuffles and an addition are faster than that instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Neighbours(Vector256<int> a, Vector256<int> b) =>
        Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0b10_00_10_00).AsInt32() + Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0b11_01_11_01).AsInt32();
}
