using System.Runtime.CompilerServices;

namespace Temoto.Tensors.Panels;

/// <summary>One row on its way into a panel and out of it. The layout is <see cref="PanelLayout"/>'s; both ways keep every bit.</summary>
internal static unsafe class PanelRow
{
    private const int SuperBlocks = 8;

    /// <param name="weight">Whose row it is: for its scales and zero points.</param>
    /// <param name="source">The row's plain bytes.</param>
    /// <param name="panel">Where its panel begins.</param>
    /// <param name="lane">Its place in the panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(Tensor weight, PanelLayout layout, long row, byte* source, byte* panel, int lane)
    {
        if (layout.HoldsFloats)
        {
            FloatRow.Write(layout, source, panel, lane);
            return;
        }
        for (long block = 0; block < layout.Blocks;)
        {
            WriteHeader(weight, layout, row, block, source, panel, lane);
            panel += layout.HeaderBytes;
            for (var end = Math.Min(block + layout.GroupBlocks, layout.Blocks); block < end; block++, panel += layout.BlockBytes)
                PanelBlock.Write(layout.Bits, RowIntegers.Read(layout.DType, source, block), panel, lane);
        }
    }

    /// <inheritdoc cref="Write"/>
    /// <param name="destination">The row's plain bytes; of I4 and I8 without scales and zero points, which the tensor keeps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(PanelLayout layout, byte* panel, int lane, byte* destination)
    {
        if (layout.HoldsFloats)
        {
            FloatRow.Read(layout, panel, lane, destination);
            return;
        }
        for (long block = 0; block < layout.Blocks;)
        {
            ReadHeader(layout.DType, block, panel, lane, destination);
            panel += layout.HeaderBytes;
            for (var end = Math.Min(block + layout.GroupBlocks, layout.Blocks); block < end; block++, panel += layout.BlockBytes)
                RowIntegers.Write(layout.DType, destination, block, PanelBlock.Read(layout.Bits, panel, lane));
        }
    }

    private static void WriteHeader(Tensor weight, PanelLayout layout, long row, long block, byte* source, byte* header, int lane)
    {
        source += RowIntegers.BlockAt(layout.DType, block);
        var halves = (ushort*)header + lane;
        switch (layout.DType)
        {
            case DType.Q4_0 or DType.Q5_0 or DType.Q8_0:
                halves[0] = RaisedHalf.Of(*(ushort*)source);
                break;
            case DType.Q4_1:
                halves[0] = RaisedHalf.Of(((ushort*)source)[0]);
                halves[PanelLayout.Rows] = RaisedHalf.Of(((ushort*)source)[1]);
                break;
            case DType.Q4_K or DType.Q5_K:
                halves[0] = RaisedHalf.Of(((ushort*)source)[0]);
                halves[PanelLayout.Rows] = RaisedHalf.Of(((ushort*)source)[1]);
                var scales = header + 4 * PanelLayout.Rows + lane;
                for (var group = 0; group < SuperBlocks; group++)
                {
                    var (scale, minimum) = SixBits(source + 4, group);
                    scales[group * PanelLayout.Rows] = (byte)scale;
                    scales[(SuperBlocks + group) * PanelLayout.Rows] = (byte)minimum;
                }
                break;
            case DType.Q6_K:
                halves[0] = RaisedHalf.Of(*(ushort*)(source + 208));
                for (var group = 0; group < 2 * SuperBlocks; group++)
                    header[(2 + group) * PanelLayout.Rows + lane] = source[192 + group];
                break;
            default:
                WriteGroup(weight.Scales!, row, block * PanelLayout.BlockColumns, header, lane);
                break;
        }
    }

    private static void WriteGroup(GroupScales scales, long row, long column, byte* header, int lane)
    {
        var group = column / scales.GroupSize;
        var index = scales.PerTensor ? 0 : row * scales.Scales.Columns + group;
        byte* zeros;
        if (scales.Scales.DType == DType.F16)
        {
            ((ushort*)header)[lane] = RaisedHalf.Of(((ushort*)scales.Scales.Data)[index]);
            zeros = header + sizeof(ushort) * PanelLayout.Rows;
        }
        else
        {
            ((float*)header)[lane] = ((float*)scales.Scales.Data)[index];
            zeros = header + sizeof(float) * PanelLayout.Rows;
        }
        if (scales.Zeros is not null)
            ((short*)zeros)[lane] = (short)scales.Zero(row, group);
    }

    private static void ReadHeader(DType dtype, long block, byte* header, int lane, byte* destination)
    {
        destination += RowIntegers.BlockAt(dtype, block);
        var halves = (ushort*)header + lane;
        switch (dtype)
        {
            case DType.Q4_0 or DType.Q5_0 or DType.Q8_0:
                *(ushort*)destination = RaisedHalf.Lowered(halves[0]);
                break;
            case DType.Q4_1:
                ((ushort*)destination)[0] = RaisedHalf.Lowered(halves[0]);
                ((ushort*)destination)[1] = RaisedHalf.Lowered(halves[PanelLayout.Rows]);
                break;
            case DType.Q4_K or DType.Q5_K:
                ((ushort*)destination)[0] = RaisedHalf.Lowered(halves[0]);
                ((ushort*)destination)[1] = RaisedHalf.Lowered(halves[PanelLayout.Rows]);
                PackSixBits(header + 4 * PanelLayout.Rows + lane, destination + 4);
                break;
            case DType.Q6_K:
                *(ushort*)(destination + 208) = RaisedHalf.Lowered(halves[0]);
                for (var group = 0; group < 2 * SuperBlocks; group++)
                    destination[192 + group] = header[(2 + group) * PanelLayout.Rows + lane];
                break;
        }
    }

    /// <summary>Eight scales and minima of six bits in twelve bytes, as K types have them.</summary>
    private static (int Scale, int Minimum) SixBits(byte* packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : (packed[group + 4] & 0xF | packed[group - 4] >> 6 << 4, packed[group + 4] >> 4 | packed[group] >> 6 << 4);

    /// <param name="scales">[8] scales and [8] minima, each a panel's rows apart.</param>
    private static void PackSixBits(byte* scales, byte* packed)
    {
        for (var group = 0; group < 4; group++)
        {
            int scale = Scale(group), minimum = Scale(8 + group), nextScale = Scale(4 + group), nextMinimum = Scale(12 + group);
            packed[group] = (byte)(scale | nextScale >> 4 << 6);
            packed[4 + group] = (byte)(minimum | nextMinimum >> 4 << 6);
            packed[8 + group] = (byte)(nextScale & 0xF | nextMinimum << 4);
        }

        int Scale(int index) => scales[index * PanelLayout.Rows];
    }
}
