using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Rows become panels, 512 bits wide: [blocks, 8 column quads, 32 rows, 4 columns] bytes, each q - zero + 128, with scales [blocks, 32 rows]. Nibbles are transposed
/// while they are still nibbles, which is half the work.
/// </summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    /// <summary>Bytes from a quad of columns to the next.</summary>
    private const int QuadBytes = 4 * PanelRows;

    /// <summary>Scales and zero points of a panel, [groups, rows]: at most one group per block.</summary>
    private static long GroupBytes(long blocks) => blocks * PanelRows * (sizeof(float) + 1);

    /// <summary>Whether rows of a type become panels.</summary>
    private static bool Packs(DType dtype) => dtype is DType.Q8_0 or DType.Q4_0 or DType.I8 or DType.I4;

    /// <param name="plain">Row <paramref name="firstRow"/>, as the element type lays it out.</param>
    /// <param name="rows">At most <see cref="PanelRows"/>; the last one fills up the panel.</param>
    /// <param name="groups">Room for <see cref="GroupBytes"/>.</param>
    private static void Pack(Tensor weight, long firstRow, int rows, byte* plain, byte* groups, byte* panel)
    {
        switch (weight.DType)
        {
            case DType.Q8_0:
                Pack<Q8Rows>(weight, firstRow, rows, plain, groups, panel);
                break;
            case DType.Q4_0:
                Pack<Q4Rows>(weight, firstRow, rows, plain, groups, panel);
                break;
            case DType.I8:
                Pack<I8Rows>(weight, firstRow, rows, plain, groups, panel);
                break;
            default:
                Pack<I4Rows>(weight, firstRow, rows, plain, groups, panel);
                break;
        }
    }

    private static void Pack<TRows>(Tensor weight, long firstRow, int rows, byte* plain, byte* groups, byte* panel)
        where TRows : struct, IRows
    {
        var blocks = weight.Columns / BlockColumns;
        var scales = (float*)(panel + blocks * PanelRows * BlockColumns);
        var source = stackalloc byte*[PanelRows];
        for (var row = 0; row < PanelRows; row++)
            source[row] = plain + Math.Min(row, rows - 1) * weight.RowBytes;

        var groupBlocks = weight.Scales is null ? 1 : GroupBlocks(weight.Scales, weight.Columns);
        var halves = weight.Scales is null || weight.Scales.Scales.DType == DType.F16;
        ReadScales<TRows>(weight.Scales, weight.Columns, firstRow, rows, source, groups);
        var zeros = weight.Scales?.Zeros is null ? null : groups + blocks * PanelRows * sizeof(float);
        if (zeros is not null)
            ReadZeros(weight.Scales!, weight.Columns, firstRow, rows, zeros);

        // Nibbles without stored zero points mean q - 8; bytes ignore it.
        Vector512<byte> low = Vector512.Create((byte)(QuantizedRow.WeightOffset - GroupScales.NibbleZero)), high = low;
        var offset = 0L;
        for (long block = 0, group = 0; block < blocks; group++)
        {
            Vector512<float> first, second;
            if (halves)
            {
                first = Lanes512.LoadF16((ushort*)groups + group * PanelRows);
                second = Lanes512.LoadF16((ushort*)groups + group * PanelRows + 16);
            }
            else
            {
                first = Vector512.Load((float*)groups + group * PanelRows);
                second = Vector512.Load((float*)groups + group * PanelRows + 16);
            }
            if (zeros is not null)
            {
                low = RaiseOf(zeros + group * PanelRows);
                high = RaiseOf(zeros + group * PanelRows + 16);
            }
            for (var end = Math.Min(blocks, block + groupBlocks); block < end; block++, offset += TRows.BlockBytes, panel += BlockColumns * PanelRows, scales += PanelRows)
            {
                first.Store(scales);
                second.Store(scales + 16);
                TRows.Pack(source, offset, low, panel);
                TRows.Pack(source + 16, offset, high, panel + 64);
            }
        }
    }

    /// <summary>Scales as they are stored, float16 or float32, in the order [groups, rows].</summary>
    private static void ReadScales<TRows>(GroupScales? scales, long columns, long firstRow, int rows, byte** source, byte* groups)
        where TRows : struct, IRows
    {
        if (scales is null)
        {
            var blocks = columns / BlockColumns;
            for (var row = 0; row < PanelRows; row++)
                for (long block = 0; block < blocks; block++)
                    ((ushort*)groups)[block * PanelRows + row] = *(ushort*)(source[row] + block * TRows.BlockBytes);
            return;
        }
        var count = scales.Groups(columns);
        for (var row = 0; row < PanelRows; row++)
        {
            var from = scales.PerTensor ? 0 : (firstRow + Math.Min(row, rows - 1)) * count;
            var step = scales.PerTensor ? 0 : 1;
            if (scales.Scales.DType == DType.F16)
            {
                var values = (ushort*)scales.Scales.Data + from;
                for (long group = 0; group < count; group++)
                    ((ushort*)groups)[group * PanelRows + row] = values[group * step];
            }
            else
            {
                var values = (float*)scales.Scales.Data + from;
                for (long group = 0; group < count; group++)
                    ((float*)groups)[group * PanelRows + row] = values[group * step];
            }
        }
    }

    /// <summary>Zero points of nibbles, [groups, rows].</summary>
    private static void ReadZeros(GroupScales scales, long columns, long firstRow, int rows, byte* zeros)
    {
        var count = scales.Groups(columns);
        for (var row = 0; row < PanelRows; row++)
        {
            var pairs = scales.Zeros!.Row(firstRow + Math.Min(row, rows - 1));
            for (long group = 0; group < count; group++)
                zeros[group * PanelRows + row] = (byte)(pairs[group >> 1] >> (int)(group & 1) * 4 & 0xF);
        }
    }

    /// <summary>128 - zero of sixteen rows, in each of the four bytes of a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> RaiseOf(byte* zeros)
    {
        var lanes = Avx512F.ConvertToVector512Int32(Vector128.Load(zeros));
        return Avx512BW.Shuffle(
            (Vector512.Create(QuantizedRow.WeightOffset) - lanes).AsByte(),
            Vector512.Create(Vector256.Create(Vector128.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12))));
    }

    /// <summary>How rows of a type lie, and how sixteen of them become half a panel. Inlined into a loop, which is compiled fully at its first call.</summary>
    private interface IRows
    {
        /// <summary>Bytes from one block to the next.</summary>
        static abstract int BlockBytes { get; }

        /// <param name="rows">16 rows.</param>
        /// <param name="offset">Of the block in its row.</param>
        /// <param name="raise">What is added to nibbles; bytes are raised by 128.</param>
        static abstract void Pack(byte** rows, long offset, Vector512<byte> raise, byte* panel);
    }

    private readonly struct Q8Rows : IRows
    {
        public static int BlockBytes => 34;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Pack(byte** rows, long offset, Vector512<byte> raise, byte* panel) => PackBytes(rows, offset + 2, panel);
    }

    private readonly struct I8Rows : IRows
    {
        public static int BlockBytes => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Pack(byte** rows, long offset, Vector512<byte> raise, byte* panel) => PackBytes(rows, offset, panel);
    }

    private readonly struct Q4Rows : IRows
    {
        public static int BlockBytes => 18;

        /// <summary>Low nibbles are the first four quads, high ones the others.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Pack(byte** rows, long offset, Vector512<byte> raise, byte* panel)
        {
            Transpose(Four(rows, offset + 2), Four(rows + 1, offset + 2), Four(rows + 2, offset + 2), Four(rows + 3, offset + 2), out var a, out var b, out var c, out var d);
            StoreHalves(a, raise, panel);
            StoreHalves(b, raise, panel + QuadBytes);
            StoreHalves(c, raise, panel + 2 * QuadBytes);
            StoreHalves(d, raise, panel + 3 * QuadBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StoreHalves(Vector512<int> quads, Vector512<byte> raise, byte* panel)
        {
            var nibble = Vector512.Create((byte)0xF);
            ((quads.AsByte() & nibble) + raise).Store(panel);
            (((quads >>> 4).AsByte() & nibble) + raise).Store(panel + 4 * QuadBytes);
        }
    }

    private readonly struct I4Rows : IRows
    {
        public static int BlockBytes => 16;

        /// <summary>Four bytes of a row are two quads, each byte two neighbours.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Pack(byte** rows, long offset, Vector512<byte> raise, byte* panel)
        {
            Transpose(Four(rows, offset), Four(rows + 1, offset), Four(rows + 2, offset), Four(rows + 3, offset), out var a, out var b, out var c, out var d);
            StorePairs(a, raise, panel);
            StorePairs(b, raise, panel + 2 * QuadBytes);
            StorePairs(c, raise, panel + 4 * QuadBytes);
            StorePairs(d, raise, panel + 6 * QuadBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StorePairs(Vector512<int> quads, Vector512<byte> raise, byte* panel)
        {
            var lower = Vector512.Create(Vector256.Create(Vector128.Create((byte)0, 0, 1, 1, 4, 4, 5, 5, 8, 8, 9, 9, 12, 12, 13, 13)));
            Store(Avx512BW.Shuffle(quads.AsByte(), lower).AsUInt16(), raise, panel);
            Store(Avx512BW.Shuffle(quads.AsByte(), lower + Vector512.Create((byte)2)).AsUInt16(), raise, panel + QuadBytes);
        }

        /// <summary>A byte 0xHL, twice: 0xHLHL keeps L of the lower one, and moved down by four, H of the upper one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store(Vector512<ushort> twice, Vector512<byte> raise, byte* panel) =>
            (((twice & Vector512.Create((ushort)0x000F)) | ((twice >>> 4) & Vector512.Create((ushort)0x0F00))).AsByte() + raise).Store(panel);
    }

    /// <summary>16 rows of 32 bytes: quads and rows change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackBytes(byte** rows, long offset, byte* panel)
    {
        Transpose(Two(rows, offset), Two(rows + 1, offset), Two(rows + 2, offset), Two(rows + 3, offset), out var a, out var b, out var c, out var d);
        Transpose(Two(rows + 8, offset), Two(rows + 9, offset), Two(rows + 10, offset), Two(rows + 11, offset), out var e, out var f, out var g, out var h);
        StoreQuads(a, e, panel);
        StoreQuads(b, f, panel + QuadBytes);
        StoreQuads(c, g, panel + 2 * QuadBytes);
        StoreQuads(d, h, panel + 3 * QuadBytes);
    }

    /// <summary>Quarters of <paramref name="left"/>: rows 0 to 3 of quad q, of quad q + 4, rows 4 to 7 of both; <paramref name="right"/>: the same of rows 8 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuads(Vector512<int> left, Vector512<int> right, byte* panel)
    {
        var raise = Vector512.Create((byte)QuantizedRow.WeightOffset);
        (Avx512F.Shuffle4x128(left, right, 0b10_00_10_00).AsByte() ^ raise).Store(panel);
        (Avx512F.Shuffle4x128(left, right, 0b11_01_11_01).AsByte() ^ raise).Store(panel + 4 * QuadBytes);
    }

    /// <summary>32 bytes of rows 0 and 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Two(byte** rows, long offset) => Vector512.Create(Vector256.Load(rows[0] + offset), Vector256.Load(rows[4] + offset)).AsInt32();

    /// <summary>16 bytes of rows 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Four(byte** rows, long offset) => Vector512.Create(
        Vector256.Create(Vector128.Load(rows[0] + offset), Vector128.Load(rows[4] + offset)),
        Vector256.Create(Vector128.Load(rows[8] + offset), Vector128.Load(rows[12] + offset))).AsInt32();

    /// <summary>In each quarter, four rows of four int32 become four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d, out Vector512<int> first, out Vector512<int> second, out Vector512<int> third, out Vector512<int> fourth)
    {
        Vector512<long> low = Avx512F.UnpackLow(a, b).AsInt64(), high = Avx512F.UnpackHigh(a, b).AsInt64();
        Vector512<long> nextLow = Avx512F.UnpackLow(c, d).AsInt64(), nextHigh = Avx512F.UnpackHigh(c, d).AsInt64();
        first = Avx512F.UnpackLow(low, nextLow).AsInt32();
        second = Avx512F.UnpackHigh(low, nextLow).AsInt32();
        third = Avx512F.UnpackLow(high, nextHigh).AsInt32();
        fourth = Avx512F.UnpackHigh(high, nextHigh).AsInt32();
    }
}
