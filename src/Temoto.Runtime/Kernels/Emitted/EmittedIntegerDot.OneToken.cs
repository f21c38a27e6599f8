using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Kernels.Emitted;

/// <summary>One token by <see cref="EmittedRows"/>: activations are put into the weights' order once per call.</summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    private const int RegisterBytes = 64;

    private readonly delegate* unmanaged<EmittedRows.Job*, void> rowsOfOneToken = EmittedRows.Load();

    /// <summary>Ordered activations, and encoded rows laid out plain.</summary>
    private static long OneTokenBytes(long columns, int rows) => columns / BlockColumns * 2 * RegisterBytes + PlainBytes(columns, rows) + Alignment;

    /// <summary>The layout of a weight that the code takes, or null: whole units, and scales in half floats for a unit, a part of it, or whole rows.</summary>
    private static RowsLayout? OneTokenLayout(Tensor weight)
    {
        RowsLayout? elements = weight.DType switch
        {
            DType.Q4_0 => RowsLayout.Nibbles | RowsLayout.BlockScales,
            DType.Q8_0 => RowsLayout.Bytes | RowsLayout.BlockScales,
            DType.I4 => RowsLayout.Nibbles,
            DType.I8 => RowsLayout.Bytes,
            _ => null,
        };
        if (elements is not { } layout)
            return null;
        var unitColumns = layout.UnitBlocks() * BlockColumns;
        if (weight.Columns % unitColumns != 0)
            return null;
        if (weight.Scales is not { } scales)
            return layout;
        if (scales.Scales.DType != DType.F16)
            return null;
        if (scales.Zeros is not null)
            layout |= RowsLayout.Zeros;
        if (scales.PerTensor || scales.GroupSize >= weight.Columns)
            layout |= RowsLayout.RowScale;
        else if (2 * scales.GroupSize == unitColumns)
            layout |= RowsLayout.TwoScales;
        else if (4 * scales.GroupSize == unitColumns)
            layout |= RowsLayout.FourScales;
        else if (scales.GroupSize != unitColumns)
            return null;
        return layout.HasCode() ? layout : null;
    }

    private void MatVec(Tensor weight, RowsLayout layout, long rowStart, long rowEnd, float* bias, byte* x, float* y, float* scratch)
    {
        var activations = new QuantizedRow(x, weight.Columns);
        var ordered = Aligned(scratch);
        var code = (layout | RowsLayout.Ids).HasCode() && Processor.HasByteShuffles ? weight.Encoded?.Escaped : null;
        var source = code is not null ? null : weight.PlainRows(rowStart, rowEnd, ordered + activations.Blocks * 2 * RegisterBytes);
        Order(activations, weight, layout, ordered, layout.ActivationBytes());
        var job = NewJob(weight, layout, rowStart, rowEnd, source);
        job.Activations = ordered;
        job.Output = y;
        if (code is null)
            rowsOfOneToken(&job);
        else
            Multiply(job, layout, weight, code, rowStart);
        if (bias is null)
            return;
        for (long row = 0; row < rowEnd - rowStart; row++)
            y[row] += bias[rowStart + row];
    }

    /// <summary>Rows in the escape code, block by block: where a block's rows lie stands in its first bytes, which the one before has asked for.</summary>
    /// <param name="plain">The job, had the rows been plain.</param>
    private void Multiply(EmittedRows.Job plain, RowsLayout layout, Tensor weight, EscapedRows code, long rowStart)
    {
        var blockRows = Math.Min(EscapedRows.MostLocated, weight.Encoded!.BlockRows);
        var located = stackalloc EscapedRow[blockRows];
        var sources = stackalloc EmittedRows.EscapedSource[blockRows];
        // Without escapes and with them.
        var free = new EmittedRows.Job(layout | RowsLayout.Ids) { Units = plain.Units, Activations = plain.Activations, ScaleUnitBytes = plain.ScaleUnitBytes, ScaleRowBytes = plain.ScaleRowBytes };
        var escaped = new EmittedRows.Job(layout | RowsLayout.Ids | RowsLayout.Escapes) { Units = plain.Units, Activations = plain.Activations, ScaleUnitBytes = plain.ScaleUnitBytes, ScaleRowBytes = plain.ScaleRowBytes };
        for (long first = 0, count; first < plain.Rows; first += count)
        {
            count = Math.Min(blockRows - (rowStart + first) % blockRows, plain.Rows - first);
            code.Locate(rowStart + first, rowStart + first + count, located);
            for (long row = 0, end; row < count; row = end)
            {
                // Rows of a sort together; those of bytes are plain rows where they follow each other, which at the end of a block they do not.
                var (bytes, escapes) = Sort(located[row]);
                for (end = row; end < count && Sort(located[end]) == (bytes, escapes); end++)
                {
                    if (bytes && located[end].Ids != located[row].Ids + (end - row) * plain.RowBytes)
                        break;
                    if (!bytes)
                        sources[end] = new EmittedRows.EscapedSource(located[end], code.Shuffles);
                }
                var job = bytes ? plain : escapes ? escaped : free;
                job.Source = bytes ? located[row].Ids : (byte*)(sources + row);
                job.Rows = end - row;
                job.Output = plain.Output + first + row;
                job.Scales = (ushort*)((byte*)plain.Scales + (first + row) * plain.ScaleRowBytes);
                rowsOfOneToken(&job);
                for (; escapes && row < end; row++)
                {
                    if (sources[row].Escapes != located[row].EscapesEnd)
                        code.ThrowDamaged();
                }
            }
        }

        static (bool Bytes, bool Escapes) Sort(EscapedRow row) => (row.Width == EscapeCode.PlainWidth, row.Escapes != row.EscapesEnd);
    }

    /// <summary>All but activations and outputs.</summary>
    /// <param name="source">The rows, plain.</param>
    private static EmittedRows.Job NewJob(Tensor weight, RowsLayout layout, long rowStart, long rowEnd, byte* source)
    {
        var job = new EmittedRows.Job(layout)
        {
            Source = source,
            RowBytes = weight.RowBytes,
            Rows = rowEnd - rowStart,
            Units = weight.Columns / BlockColumns / layout.UnitBlocks(),
        };
        if (weight.Scales is not { } scales)
            return job;
        job.ScaleUnitBytes = layout.UnitScales() * sizeof(ushort);
        job.ScaleRowBytes = scales.PerTensor ? 0 : scales.Scales.Columns * sizeof(ushort);
        job.Scales = (ushort*)(scales.Scales.Data + rowStart * job.ScaleRowBytes);
        if (scales.Zeros is { } zeros)
        {
            job.ZeroRowBytes = zeros.RowBytes;
            job.Zeros = zeros.Row(rowStart);
        }
        return job;
    }

    /// <param name="unitBytes">From one unit's activations to the next's.</param>
    private static void Order(QuantizedRow x, Tensor weight, RowsLayout layout, byte* ordered, long unitBytes)
    {
        if (layout.HasFlag(RowsLayout.Nibbles))
            OrderForNibbles(x, weight, ordered, unitBytes);
        else
            OrderForBytes(x, ordered, unitBytes);
    }

    private static void OrderForNibbles(QuantizedRow x, Tensor weight, byte* ordered, long unitBytes)
    {
        // Where zero points are stored, they are multiplied with sums later.
        var zero = Vector256.Create(weight.Scales?.Zeros is null ? (byte)GroupScales.NibbleZero : (byte)1);
        for (long block = 0; block < x.Blocks; block++)
        {
            var part = block % 4;
            var unit = ordered + block / 4 * unitBytes;
            var source = x.Integers + block * BlockColumns;
            var integers = weight.DType == DType.Q4_0 ? Q4Nibbles.Order(source) : I4Nibbles.Order(source);
            integers.GetLower().Store((sbyte*)unit + 16 * part);
            integers.GetUpper().Store((sbyte*)unit + RegisterBytes + 16 * part);
            var quads = Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(zero, integers), Vector256.Create((short)-1));
            (quads.GetLower() + quads.GetUpper()).Store((int*)(unit + 2 * RegisterBytes) + 4 * part);
            Vector128.Create(x.Scales[block]).Store((float*)(unit + 3 * RegisterBytes) + 4 * part);
        }
    }

    private static void OrderForBytes(QuantizedRow x, byte* ordered, long unitBytes)
    {
        for (long block = 0; block < x.Blocks; block++)
        {
            var part = block % 2;
            var unit = ordered + block / 2 * unitBytes;
            var integers = Vector256.Load(x.Integers + block * BlockColumns);
            integers.Store((sbyte*)unit + 32 * part);
            // 128 * 127 fits int16, its double does not: 64, and twice that.
            var quads = Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Create((byte)(QuantizedRow.WeightOffset / 2)), integers), Vector256.Create((short)-2));
            quads.Store((int*)(unit + RegisterBytes) + 8 * part);
            Vector256.Create(x.Scales[block]).Store((float*)(unit + 2 * RegisterBytes) + 8 * part);
        }
    }
}
