using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Integer products by AVX-VNNI: one instruction multiplies 32 unsigned weights with 32 signed activations and adds them up four by four in int32, without
/// saturation. Weights are made unsigned (nibbles as they are stored, bytes raised by 128); the offset times the block's sum of activations makes up for it,
/// so that every block sum is the specification's.
/// </summary>
/// <param name="wideNibbles">Whether the processor has 512-bit byte multiplication (AVX-512BW), which is faster for nibbles and several tokens.</param>
internal sealed unsafe partial class VnniIntegerDot(bool wideNibbles) : IntegerDot
{
    private const int BlockColumns = QuantizedRow.BlockColumns;

    /// <summary>Blocks of one row that are combined in one register.</summary>
    private const int LaneBlocks = 8;

    /// <summary>
    /// Prompt: panels of rounded-up rows as bytes with their scales and zero points, and encoded rows laid out plain. One token: the groups of a row and the plain rows, which is less.
    /// </summary>
    public override long MatMulScratchFloats(long columns, int rows)
    {
        var padded = Padded(rows, NibblePanelRows);
        return GroupFloats(columns) + 2 * padded * (columns / BlockColumns) + (padded + rows) * columns / sizeof(float);
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        switch (weight.DType)
        {
            case DType.Q8_0:
                MatMul<Q8Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_0:
                MatMul<Q4Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I8:
                MatMul<I8Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            default:
                MatMul<I4Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
        }
    }

    private void MatMul<TBlock>(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TBlock : struct, IBlock
    {
        var rows = (int)(rowEnd - rowStart);
        var groups = new RowGroups(weight, scratch);
        scratch += GroupFloats(weight.Columns);
        if (tokens == 1)
        {
            MatVec<TBlock>(weight, rowStart, rows, PlainRows(weight, rowStart, rowEnd, (byte*)scratch), groups, bias, x, y);
            return;
        }
        var blocks = weight.Columns / BlockColumns;
        if (TBlock.OffsetShift == 0 || !wideNibbles)
        {
            var padded = Padded(rows, PanelRows);
            var panels = (byte*)(scratch + padded * blocks);
            var plain = PlainRows(weight, rowStart, rowEnd, panels + padded * weight.Columns);
            PackPanels<TBlock>(weight, rowStart, rows, plain, groups, PanelRows, scratch, null, panels);
            MultiplyPanels(weight.Columns, rows, scratch, panels, bias is null ? null : bias + rowStart, x, tokens, y, yStride);
        }
        else
        {
            var padded = Padded(rows, NibblePanelRows);
            var zeros = (int*)(scratch + padded * blocks);
            var panels = (byte*)(zeros + padded * blocks);
            var plain = PlainRows(weight, rowStart, rowEnd, panels + padded * weight.Columns);
            PackPanels<TBlock>(weight, rowStart, rows, plain, groups, NibblePanelRows, scratch, zeros, panels);
            MultiplyNibblePanels(weight.Columns, rows, scratch, zeros, panels, bias is null ? null : bias + rowStart, x, tokens, y, yStride);
        }
    }

    /// <summary>Rows rounded up to whole panels.</summary>
    private static long Padded(int rows, int panelRows) => (rows + panelRows - 1) / panelRows * panelRows;

    private static byte* PlainRows(Tensor weight, long rowStart, long rowEnd, byte* scratch)
    {
        if (weight.Encoded is not { } encoded)
            return weight.Row(rowStart);
        encoded.DecodeRows(rowStart, rowEnd, scratch);
        return scratch;
    }

    /// <summary>Scales and zero points of one row, and room to read a whole register from the last group.</summary>
    private static long GroupFloats(long columns) => 2 * (columns / BlockColumns + LaneBlocks);

    /// <summary>How 32 weights lie in a row, and how they become unsigned bytes.</summary>
    private interface IBlock
    {
        /// <summary>Bytes from one block to the next.</summary>
        static abstract int Bytes { get; }

        /// <summary>A half float in front of the weights is their scale; otherwise <see cref="RowGroups"/> has it.</summary>
        static abstract bool HoldsScale { get; }

        /// <summary>What was added to the weights to make them unsigned is 128 >> this, where no zero points are stored.</summary>
        static abstract int OffsetShift { get; }

        static abstract Vector256<byte> Load(byte* block);
    }

    private readonly struct Q8Block : IBlock
    {
        public static int Bytes => 34;

        public static bool HoldsScale => true;

        public static int OffsetShift => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Load(byte* block) => Vector256.Load(block + 2) ^ Vector256.Create((byte)QuantizedRow.WeightOffset);
    }

    private readonly struct I8Block : IBlock
    {
        public static int Bytes => 32;

        public static bool HoldsScale => false;

        public static int OffsetShift => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Load(byte* block) => Vector256.Load(block) ^ Vector256.Create((byte)QuantizedRow.WeightOffset);
    }

    private readonly struct Q4Block : IBlock
    {
        public static int Bytes => 18;

        public static bool HoldsScale => true;

        public static int OffsetShift => 4;

        /// <summary>Low nibbles are the first 16 weights, high ones the others: the bytes in both halves, one of them moved down.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Load(byte* block)
        {
            var bytes = Vector256.Create(Vector128.Load(block + 2));
            return Avx2.ShiftRightLogicalVariable(bytes.AsUInt32(), Vector256.Create(0u, 0, 0, 0, 4, 4, 4, 4)).AsByte() & Vector256.Create((byte)0xF);
        }
    }

    private readonly struct I4Block : IBlock
    {
        public static int Bytes => 16;

        public static bool HoldsScale => false;

        public static int OffsetShift => 4;

        /// <summary>A byte 0xHL widened to 0x00HL, joined with itself moved up by four: the mask leaves the two bytes 0L, 0H.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Load(byte* block)
        {
            var pairs = Avx2.ConvertToVector256Int16(block);
            return ((pairs | (pairs << 4)) & Vector256.Create((short)0x0F0F)).AsByte();
        }
    }

    /// <summary>Scales and zero points of the row at hand, one per group; block b belongs to group b >> <see cref="Shift"/>.</summary>
    private readonly struct RowGroups
    {
        public readonly float* Scales;

        /// <summary>Null where the weight stores none.</summary>
        public readonly int* Zeros;

        public readonly int Shift;

        private readonly long count;

        /// <summary>Where groups are no power of two of blocks, each block gets an entry of its own.</summary>
        private readonly int entryBlocks;

        // What one row needs, looked up once for all rows.
        private readonly GroupScales? source;
        private readonly ushort* halves;
        private readonly byte* packedZeros;
        private readonly long zeroRowBytes;

        public RowGroups(Tensor weight, float* scratch)
        {
            Scales = scratch;
            if (weight.Scales is not { } scales)
                return;
            source = scales;
            var blocks = weight.Columns / BlockColumns;
            var groupBlocks = GroupBlocks(scales, weight.Columns);
            entryBlocks = 1;
            if (groupBlocks >= blocks)
                Shift = 31;
            else if (long.IsPow2(groupBlocks))
                Shift = (int)long.Log2(groupBlocks);
            else
                entryBlocks = (int)groupBlocks;
            count = (blocks + (1L << Shift) - 1) >> Shift;
            if (entryBlocks == 1 && !scales.PerTensor && scales.Scales.DType == DType.F16)
                halves = (ushort*)scales.Scales.Data;
            if (scales.Zeros is not { } zeros)
                return;
            Zeros = (int*)(scratch + blocks + LaneBlocks);
            packedZeros = zeros.Data;
            zeroRowBytes = zeros.RowBytes;
        }

        /// <summary>Entry of lane i's block, counted from the entry of the first, for a first block that is a multiple of the lanes (or of half of them).</summary>
        public Vector256<int> LaneEntries => Avx2.ShiftRightLogicalVariable(Vector256<int>.Indices, Vector256.Create((uint)Shift));

        public void Read(long row)
        {
            if (halves is null)
            {
                for (long i = 0; i < count; i++)
                    Scales[i] = source!.Scale(row, i / entryBlocks);
            }
            else
            {
                var rowHalves = halves + row * count;
                long i = 0;
                for (; i + LaneBlocks <= count; i += LaneBlocks)
                    Lanes256.LoadF16(rowHalves + i).Store(Scales + i);
                for (; i < count; i++)
                    Scales[i] = HalfFloat.ToSingle(rowHalves[i]);
            }
            if (Zeros is null)
                return;
            var rowZeros = packedZeros + row * zeroRowBytes;
            long at = 0;
            if (entryBlocks == 1)
            {
                var shifts = Vector256<uint>.Indices * 4;
                for (; at + LaneBlocks <= count; at += LaneBlocks)
                    (Avx2.ShiftRightLogicalVariable(Vector256.Create(*(uint*)(rowZeros + at / 2)), shifts) & Vector256.Create(15u)).AsInt32().Store(Zeros + at);
            }
            for (var i = at; i < count; i++)
            {
                var group = entryBlocks == 1 ? i : i / entryBlocks;
                Zeros[i] = rowZeros[group >> 1] >> (int)(group & 1) * 4 & 0xF;
            }
        }
    }
}
