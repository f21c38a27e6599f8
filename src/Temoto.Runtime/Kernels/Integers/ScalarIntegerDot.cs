using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>The specification: blocks are added one after the other, each by a fused multiply-add.</summary>
internal sealed unsafe class ScalarIntegerDot : IntegerDot
{
    private const int BlockColumns = QuantizedRow.BlockColumns;

    /// <summary>An encoded row, plain.</summary>
    public override long MatMulScratchFloats(long columns, int rows) => PlainBytes(columns, 1) / sizeof(float) + 1;

    /// <summary>Each token is summed by itself in any case.</summary>
    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch) =>
        MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => MatMulScratchFloats(columns, rows);

    public override void Quantize(float* x, long columns, QuantizedRow destination)
    {
        for (long block = 0; block < columns / BlockColumns; block++, x += BlockColumns)
        {
            var largest = 0f;
            for (var i = 0; i < BlockColumns; i++)
                largest = MathF.Max(largest, MathF.Abs(x[i]));
            var scale = new RoundingScale(largest, QuantizedRow.Limit, Smallest);
            destination.Scales[block] = scale.Step;
            var integers = destination.Integers + block * BlockColumns;
            for (var i = 0; i < BlockColumns; i++)
                integers[i] = scale.Inverse == 0 ? (sbyte)0 : (sbyte)MathF.Round(x[i] * scale.Inverse, MidpointRounding.ToEven);
            destination.Offsets[block] = OffsetOf(integers);
        }
    }

    public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination)
    {
        for (long k = 0; k < columns; k++)
        {
            var rounded = Math.Clamp(MathF.Round(x[k] / scale, MidpointRounding.ToEven), -QuantizedRow.Limit, QuantizedRow.Limit);
            destination.Integers[k] = float.IsNaN(rounded) ? (sbyte)0 : (sbyte)rounded;
        }
        for (long block = 0; block < columns / BlockColumns; block++)
        {
            destination.Scales[block] = scale;
            destination.Offsets[block] = OffsetOf(destination.Integers + block * BlockColumns);
        }
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        for (var row = rowStart; row < rowEnd; row++)
        {
            var source = weight.PlainRows(row, row + 1, (byte*)scratch);
            for (var token = 0; token < tokens; token++)
            {
                var activations = new QuantizedRow(x + token * QuantizedRow.Bytes(columns), columns);
                var total = 0f;
                for (long block = 0; block < activations.Blocks; block++)
                {
                    if (weight.DType is DType.Q4_K or DType.Q5_K or DType.Q6_K)
                    {
                        total = AddKBlock(weight.DType, source, block, activations, total);
                        continue;
                    }
                    var sum = BlockSum(weight, row, source, block, activations.Integers + block * BlockColumns);
                    total = MathF.FusedMultiplyAdd(sum, ScaleOf(weight, row, source, block) * activations.Scales[block], total);
                    if (weight.DType == DType.Q4_1)
                        total = MathF.FusedMultiplyAdd(HalfFloat.ToSingle(*(ushort*)(source + 20 * block + 2)), activations.Scales[block] * -(activations.Offsets[block] / QuantizedRow.WeightOffset), total);
                }
                y[token * yStride + row - rowStart] = bias is null ? total : total + bias[row];
            }
        }
    }

    /// <summary>Sum over the block's columns of (q - zero) * x.</summary>
    /// <param name="source">The row's plain bytes.</param>
    public static int BlockSum(Tensor weight, long row, byte* source, long block, sbyte* x)
    {
        var sum = 0;
        for (var i = 0; i < BlockColumns; i++)
            sum += WeightAt(weight, row, source, block, i) * x[i];
        return sum;
    }

    /// <summary>A block's products, then its minimum; of Q6_K, which has none, the products of 16 columns and then of the others.</summary>
    private static float AddKBlock(DType dtype, byte* source, long block, QuantizedRow x, float total)
    {
        const int superBlocks = 8;
        var super = source + block / superBlocks * dtype.BlockBytes();
        var group = (int)(block % superBlocks);
        var integers = x.Integers + block * BlockColumns;
        if (dtype == DType.Q6_K)
        {
            for (var half = 0; half < 2; half++)
            {
                var products = 0;
                for (var i = 16 * half; i < 16 * half + 16; i++)
                    products += (BlockDecoder.Q6At(super, BlockColumns * group + i) - 32) * integers[i];
                var scale6 = HalfFloat.ToSingle(*(ushort*)(super + 208)) * (sbyte)super[192 + 2 * group + half];
                total = MathF.FusedMultiplyAdd(products, scale6 * x.Scales[block], total);
            }
            return total;
        }
        var sum = 0;
        for (var i = 0; i < BlockColumns; i++)
            sum += BlockDecoder.Q4Or5At(dtype, super, group, i) * integers[i];
        var (scale, minimum) = BlockDecoder.ScaleAndMinimum(super + 4, group);
        total = MathF.FusedMultiplyAdd(sum, HalfFloat.ToSingle(*(ushort*)super) * scale * x.Scales[block], total);
        return MathF.FusedMultiplyAdd(HalfFloat.ToSingle(*(ushort*)(super + 2)) * minimum, x.Scales[block] * (x.Offsets[block] / QuantizedRow.WeightOffset), total);
    }

    private static int WeightAt(Tensor weight, long row, byte* source, long block, int i) => weight.DType switch
    {
        DType.Q8_0 => (sbyte)source[34 * block + 2 + i],
        DType.Q5_0 => (source[22 * block + 6 + i % 16] >> 4 * (i / 16) & 0xF | (source[22 * block + 2 + i / 8] >> i % 8 & 1) << 4) - 16,
        DType.Q4_0 => (source[18 * block + 2 + i % 16] >> 4 * (i / 16) & 0xF) - 8,
        DType.Q4_1 => source[20 * block + 4 + i % 16] >> 4 * (i / 16) & 0xF,
        DType.I8 => (sbyte)source[BlockColumns * block + i],
        _ => (source[(BlockColumns * block + i) / 2] >> 4 * (i % 2) & 0xF) - weight.Scales!.Zero(row, block * BlockColumns / weight.Scales.GroupSize),
    };

    private static float ScaleOf(Tensor weight, long row, byte* source, long block) => weight.DType switch
    {
        DType.Q8_0 => HalfFloat.ToSingle(*(ushort*)(source + 34 * block)),
        DType.Q5_0 => HalfFloat.ToSingle(*(ushort*)(source + 22 * block)),
        DType.Q4_0 => HalfFloat.ToSingle(*(ushort*)(source + 18 * block)),
        DType.Q4_1 => HalfFloat.ToSingle(*(ushort*)(source + 20 * block)),
        _ => weight.Scales!.Scale(row, block * BlockColumns / weight.Scales.GroupSize),
    };

    private static int OffsetOf(sbyte* integers)
    {
        var sum = 0;
        for (var i = 0; i < BlockColumns; i++)
            sum += integers[i];
        return -QuantizedRow.WeightOffset * sum;
    }
}
