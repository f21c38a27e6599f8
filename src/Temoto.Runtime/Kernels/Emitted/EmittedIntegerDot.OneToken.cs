using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Packing;
using Temoto.Tensors;
using Kind = Temoto.Kernels.Emitted.EmittedRows.Kind;

namespace Temoto.Kernels.Emitted;

/// <summary>One token by <see cref="EmittedRows"/>: activations are put into the weights' order once per call.</summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    private const int RegisterBytes = 64;

    private readonly delegate* unmanaged<EmittedRows.Job*, void> rowsOfOneToken = EmittedRows.Load();

    /// <summary>Ordered activations, and encoded rows laid out plain.</summary>
    private static long OneTokenBytes(long columns, int rows) => columns / BlockColumns * 2 * RegisterBytes + rows * columns + Alignment;

    /// <summary>Whether the code takes a weight: whole units, and scales in half floats for a unit, a part of it, or whole rows.</summary>
    private static bool TakesOneToken(Tensor weight, out Kind kind, out int unitBlocks, out int unitScales)
    {
        (kind, unitBlocks, unitScales) = weight.DType switch
        {
            DType.Q4_0 => (Kind.Q4, 4, 0),
            DType.Q8_0 => (Kind.Q8, 2, 0),
            DType.I4 => (Kind.NibblesOneScale, 4, 1),
            DType.I8 => (Kind.BytesOneScale, 2, 1),
            _ => (default, 0, 0),
        };
        if (unitBlocks == 0 || weight.Columns % (unitBlocks * BlockColumns) != 0)
            return false;
        if (weight.Scales is not { } scales)
            return true;
        if (scales.Scales.DType != DType.F16)
            return false;
        var unitColumns = unitBlocks * BlockColumns;
        if (scales.PerTensor || scales.GroupSize >= weight.Columns)
        {
            unitScales = 0;
            return scales.Zeros is null;
        }
        unitScales = unitColumns / scales.GroupSize;
        kind = (weight.DType, unitScales, scales.Zeros is not null) switch
        {
            (DType.I4, 1, true) => Kind.NibblesOneZero,
            (DType.I4, 2, true) => Kind.NibblesTwoZeros,
            (DType.I4, 4, true) => Kind.NibblesFourZeros,
            (DType.I4, 2, false) => Kind.NibblesTwoScales,
            (DType.I4, 4, false) => Kind.NibblesFourScales,
            (DType.I8, 2, _) => Kind.BytesTwoScales,
            _ => kind,
        };
        return unitScales > 0 && unitScales * scales.GroupSize == unitColumns;
    }

    private void MatVec(Tensor weight, Kind kind, int unitBlocks, int unitScales, long rowStart, long rowEnd, float* bias, byte* x, float* y, float* scratch)
    {
        var activations = new QuantizedRow(x, weight.Columns);
        var ordered = Aligned(scratch);
        var code = EscapedKind(kind, unitScales, true) is null || !Processor.HasByteShuffles ? null : weight.Encoded?.Escaped;
        var source = code is not null ? null : weight.PlainRows(rowStart, rowEnd, ordered + activations.Blocks * 2 * RegisterBytes);
        Order(activations, weight, unitBlocks, ordered, ActivationBytes(unitBlocks));
        var job = NewJob(weight, kind, unitBlocks, unitScales, rowStart, rowEnd, source);
        job.Activations = ordered;
        job.Output = y;
        if (code is null)
            rowsOfOneToken(&job);
        else
            Multiply(job, kind, unitScales, weight, code, rowStart);
        if (bias is null)
            return;
        for (long row = 0; row < rowEnd - rowStart; row++)
            y[row] += bias[rowStart + row];
    }

    /// <summary>The same with rows in the escape code, with escapes or without; null where there is none.</summary>
    private static Kind? EscapedKind(Kind kind, int unitScales, bool escapes) => (kind, unitScales == 0) switch
    {
        (Kind.NibblesOneScale, false) => escapes ? Kind.EscapedNibblesOneScale : Kind.IdNibblesOneScale,
        (Kind.NibblesTwoScales, _) => escapes ? Kind.EscapedNibblesTwoScales : Kind.IdNibblesTwoScales,
        (Kind.NibblesFourScales, _) => escapes ? Kind.EscapedNibblesFourScales : Kind.IdNibblesFourScales,
        (Kind.NibblesOneScale, true) => escapes ? Kind.EscapedNibblesRowScale : Kind.IdNibblesRowScale,
        (Kind.BytesOneScale, false) => escapes ? Kind.EscapedBytesOneScale : Kind.IdBytesOneScale,
        (Kind.BytesTwoScales, _) => escapes ? Kind.EscapedBytesTwoScales : Kind.IdBytesTwoScales,
        (Kind.BytesOneScale, true) => escapes ? Kind.EscapedBytesRowScale : Kind.IdBytesRowScale,
        _ => null,
    };

    /// <summary>Rows in the escape code, block by block: where a block's rows lie stands in its first bytes, which the one before has asked for.</summary>
    /// <param name="plain">The job, had the rows been plain.</param>
    private void Multiply(EmittedRows.Job plain, Kind kind, int unitScales, Tensor weight, EscapedRows code, long rowStart)
    {
        var blockRows = Math.Min(EscapedRows.MostLocated, weight.Encoded!.BlockRows);
        var located = stackalloc EscapedRow[blockRows];
        var sources = stackalloc EmittedRows.EscapedSource[blockRows];
        // Without escapes and with them.
        var free = new EmittedRows.Job(EscapedKind(kind, unitScales, false)!.Value) { Units = plain.Units, Activations = plain.Activations, ScaleUnitBytes = plain.ScaleUnitBytes, ScaleRowBytes = plain.ScaleRowBytes };
        var escaped = new EmittedRows.Job(EscapedKind(kind, unitScales, true)!.Value) { Units = plain.Units, Activations = plain.Activations, ScaleUnitBytes = plain.ScaleUnitBytes, ScaleRowBytes = plain.ScaleRowBytes };
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
    private static EmittedRows.Job NewJob(Tensor weight, Kind kind, int unitBlocks, int unitScales, long rowStart, long rowEnd, byte* source)
    {
        var job = new EmittedRows.Job(kind)
        {
            Source = source,
            RowBytes = weight.RowBytes,
            Rows = rowEnd - rowStart,
            Units = weight.Columns / BlockColumns / unitBlocks,
        };
        if (weight.Scales is not { } scales)
            return job;
        job.ScaleUnitBytes = unitScales * sizeof(ushort);
        job.ScaleRowBytes = scales.PerTensor ? 0 : scales.Scales.Columns * sizeof(ushort);
        job.Scales = (ushort*)(scales.Scales.Data + rowStart * job.ScaleRowBytes);
        if (scales.Zeros is { } zeros)
        {
            job.ZeroRowBytes = zeros.RowBytes;
            job.Zeros = zeros.Row(rowStart);
        }
        return job;
    }

    /// <summary>Of one token and unit.</summary>
    private static long ActivationBytes(int unitBlocks) => (unitBlocks == 4 ? 4 : 3) * RegisterBytes;

    /// <param name="unitBytes">From one unit's activations to the next's.</param>
    private static void Order(QuantizedRow x, Tensor weight, int unitBlocks, byte* ordered, long unitBytes)
    {
        if (unitBlocks == 4)
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
