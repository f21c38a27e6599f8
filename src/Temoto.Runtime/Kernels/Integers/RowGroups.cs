using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>Scales and zero points of the row at hand, one per group; block b belongs to group b >> <see cref="Shift"/>.</summary>
internal readonly unsafe struct RowGroups
{
    /// <summary>Blocks of one row that are combined in one register.</summary>
    public const int LaneBlocks = 8;

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

    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    public RowGroups(Tensor weight, float* scratch)
    {
        Scales = scratch;
        if (weight.Scales is not { } scales)
            return;
        source = scales;
        var blocks = weight.Columns / QuantizedRow.BlockColumns;
        var groupBlocks = IntegerDot.GroupBlocks(scales, weight.Columns);
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

    /// <summary>Scratch for one row, and room to read a whole register from the last group.</summary>
    public static long ScratchFloats(long columns) => 2 * (columns / QuantizedRow.BlockColumns + LaneBlocks);

    /// <summary>Entry of lane i's block, counted from the entry of the first, for a first block that is a multiple of the lanes (or of half of them).</summary>
    public Vector256<int> LaneEntries => Avx2.ShiftRightLogicalVariable(Vector256<int>.Indices, Vector256.Create((uint)Shift));

    /// <summary>Fills <see cref="Scales"/> and <see cref="Zeros"/>.</summary>
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
