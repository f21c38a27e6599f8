using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// One token times weights of eight bits, multiplied as they lie. Lane i sums blocks i, i + 8, i + 16, ... of a row; the lanes are added up at the end.
/// </summary>
/// <typeparam name="TProducts">Products of bytes.</typeparam>
/// <typeparam name="TBlock">One of signed bytes.</typeparam>
internal static unsafe partial class ByteDecode<TProducts, TBlock>
    where TProducts : struct, IByteProducts
    where TBlock : struct, IWeightBlock
{
    private const int BlockColumns = QuantizedRow.BlockColumns;

    /// <summary>Blocks of one row that are combined in one register.</summary>
    private const int LaneBlocks = RowGroups.LaneBlocks;

    public static void MatVec(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, float* y, float* scratch)
    {
        var groups = new RowGroups(weight, scratch);
        var activations = new QuantizedRow(x, weight.Columns);
        var rowBytes = weight.RowBytes;
        for (var row = 0; row < rows; row++)
        {
            if (!TBlock.HoldsScale)
                groups.Read(rowStart + row);
            var sum = DotRow(plain + row * rowBytes, groups, activations);
            y[row] = bias is null ? sum : sum + bias[rowStart + row];
        }
    }

    private static float DotRow(byte* row, RowGroups groups, QuantizedRow x)
    {
        var total = Vector256<float>.Zero;
        var entries = groups.LaneEntries;
        var integers = x.Integers;
        var blocks = x.Blocks;
        long block = 0;
        for (; block + LaneBlocks <= blocks; block += LaneBlocks, row += LaneBlocks * TBlock.Bytes, integers += LaneBlocks * BlockColumns)
        {
            Sse.Prefetch0(row + Prefetch.AheadBytes);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 64);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 128);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 192);
            Sse.Prefetch0(row + Prefetch.AheadBytes + 256);
            var firstEntry = block >> groups.Shift;
            var sums = BlockSums(row, integers);
            var scales = TBlock.HoldsScale
                ? BlockScales(row)
                : Avx2.PermuteVar8x32(Vector256.Load(groups.Scales + firstEntry), entries);
            total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sums), scales * Vector256.Load(x.Scales + block), total);
        }
        return Rest(total, row, groups, (byte*)x.Scales, block, blocks);
    }

    /// <summary>What the last whole register leaves, and the sum of all.</summary>
    /// <param name="row">The first block that is left.</param>
    /// <param name="token">The token's <see cref="QuantizedRow"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(Vector256<float> total, byte* row, RowGroups groups, byte* token, long block, long blocks)
    {
        var x = new QuantizedRow(token, blocks * BlockColumns);
        var integers = x.Integers + block * BlockColumns;
        var entries = groups.LaneEntries;
        if (block + LaneBlocks / 2 <= blocks)
        {
            // Half a register of blocks: the upper lanes stay as they are.
            var firstEntry = block >> groups.Shift;
            var sums = Vector128.ConvertToSingle(HalfBlockSums(row, integers));
            var scales = TBlock.HoldsScale
                ? Vector128.Create(HalfFloat.ToSingle(*(ushort*)row), HalfFloat.ToSingle(*(ushort*)(row + TBlock.Bytes)), HalfFloat.ToSingle(*(ushort*)(row + 2 * TBlock.Bytes)), HalfFloat.ToSingle(*(ushort*)(row + 3 * TBlock.Bytes)))
                : Avx2.PermuteVar8x32(Vector256.Load(groups.Scales + firstEntry), entries).GetLower();
            total = total.WithLower(Vector128.FusedMultiplyAdd(sums, scales * Vector128.Load(x.Scales + block), total.GetLower()));
            block += LaneBlocks / 2;
            row += LaneBlocks / 2 * TBlock.Bytes;
            integers += LaneBlocks / 2 * BlockColumns;
        }
        var tail = 0f;
        for (; block < blocks; block++, row += TBlock.Bytes, integers += BlockColumns)
        {
            var entry = block >> groups.Shift;
            var sum = Vector256.Sum(Products(row, integers));
            var scale = TBlock.HoldsScale ? HalfFloat.ToSingle(*(ushort*)row) : groups.Scales[entry];
            tail = MathF.FusedMultiplyAdd(sum, scale * x.Scales[block], tail);
        }
        return Vector256.Sum(total) + tail;
    }

    /// <summary>Products of a block, each lane the sum of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(byte* block, sbyte* x) => TProducts.Signed(TBlock.Load(block).AsSByte(), Vector256.Load(x));

    /// <summary>Sums of eight blocks, lane i that of block i: pairs of registers are added lane by neighbour, three times over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> BlockSums(byte* row, sbyte* x)
    {
        var a = Avx2.HorizontalAdd(Products(row, x), Products(row + TBlock.Bytes, x + 32));
        var b = Avx2.HorizontalAdd(Products(row + 2 * TBlock.Bytes, x + 64), Products(row + 3 * TBlock.Bytes, x + 96));
        var c = Avx2.HorizontalAdd(Products(row + 4 * TBlock.Bytes, x + 128), Products(row + 5 * TBlock.Bytes, x + 160));
        var d = Avx2.HorizontalAdd(Products(row + 6 * TBlock.Bytes, x + 192), Products(row + 7 * TBlock.Bytes, x + 224));
        var low = Avx2.HorizontalAdd(a, b);
        var high = Avx2.HorizontalAdd(c, d);
        return Avx2.Permute2x128(low, high, 0x20) + Avx2.Permute2x128(low, high, 0x31);
    }

    /// <summary>The same of four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> HalfBlockSums(byte* row, sbyte* x)
    {
        var a = Avx2.HorizontalAdd(Products(row, x), Products(row + TBlock.Bytes, x + 32));
        var b = Avx2.HorizontalAdd(Products(row + 2 * TBlock.Bytes, x + 64), Products(row + 3 * TBlock.Bytes, x + 96));
        var sums = Avx2.HorizontalAdd(a, b);
        return sums.GetLower() + sums.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> BlockScales(byte* row) => Lanes256.FromHalves(Vector128.Create(
            *(ushort*)row,
            *(ushort*)(row + TBlock.Bytes),
            *(ushort*)(row + 2 * TBlock.Bytes),
            *(ushort*)(row + 3 * TBlock.Bytes),
            *(ushort*)(row + 4 * TBlock.Bytes),
            *(ushort*)(row + 5 * TBlock.Bytes),
            *(ushort*)(row + 6 * TBlock.Bytes),
            *(ushort*)(row + 7 * TBlock.Bytes)));
}
