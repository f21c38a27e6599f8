using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>Writes one row of a matrix as float32; called from several threads.</summary>
internal unsafe delegate void RowReader(long row, float* destination);

/// <summary>Turns the float rows of a matrix into a tensor of a <see cref="WeightFormat"/>. A row at a time is float32, never the matrix.</summary>
internal sealed unsafe class WeightEncoder(string source, WorkerPool pool)
{
    private const int ChunkRows = 16;

    /// <summary>The matrix [rows, columns] that <paramref name="read"/> gives.</summary>
    /// <exception cref="InputException">A weight that is no number, or beyond what the format holds.</exception>
    public Tensor Encode(string name, long rows, long columns, RowReader read, WeightFormat format, InputGrid? inputGrid = null)
    {
        if (format.Type == DType.I4 && columns % 2 != 0)
            throw new InputException(source, name, $"rows of {columns} weights", "an even number for int4", "choose int8 for this matrix");
        var bytes = new NativeBuffer(format.Type.RowBytes(rows * columns));
        var faults = new Faults();
        var scales = format.IsInteger
            ? EncodeIntegers(name, rows, columns, read, format, bytes, faults)
            : EncodeFloats(rows, columns, read, format.Type, bytes, faults);
        if (faults.NotFinite)
            throw new InputException(source, name, "weights that are not finite", "numbers", "download the checkpoint again; NaN and infinity cannot be quantized");
        if (faults.TooLarge)
            throw new InputException(source, name, "weights too large for float16", "magnitudes that float16 scales and weights can hold", "keep this matrix as bf16 or f32");
        return new Tensor(name, format.Type, [rows, columns], bytes.Data, bytes.ByteLength, bytes) { Scales = scales, InputGrid = inputGrid };
    }

    private GroupScales? EncodeFloats(long rows, long columns, RowReader read, DType type, NativeBuffer bytes, Faults faults)
    {
        var data = bytes.Data;
        ForEachRow(rows, columns, read, (row, values) =>
        {
            if (!faults.Check(new ReadOnlySpan<float>(values, (int)columns)))
                return;
            if (type == DType.F16)
            {
                var (smallest, largest) = GroupGrid.Range(new ReadOnlySpan<float>(values, (int)columns));
                if (!Half.IsFinite((Half)smallest) || !Half.IsFinite((Half)largest))
                    faults.TooLarge = true;
            }
            BlockEncoder.EncodeRow(type, values, data + row * type.RowBytes(columns), columns);
        });
        return null;
    }

    private GroupScales EncodeIntegers(string name, long rows, long columns, RowReader read, WeightFormat format, NativeBuffer bytes, Faults faults)
    {
        if (format.PerTensor)
            return EncodePerTensor(name, rows, columns, read, format, bytes, faults);
        var groupSize = GroupColumns(format, columns);
        var groups = (columns + groupSize - 1) / groupSize;
        var nibbles = format.Type == DType.I4;
        var zeroColumns = nibbles ? (groups + 1) / 2 : groups;
        var scaleBytes = new NativeBuffer(rows * groups * sizeof(ushort));
        var zeroBytes = format.ZeroPoints ? new NativeBuffer(rows * zeroColumns) : null;
        var data = bytes.Data;
        var scaleData = (Half*)scaleBytes.Data;
        var zeroData = zeroBytes is null ? null : zeroBytes.Data;
        ForEachRow(rows, columns, read, (row, values) =>
        {
            if (!faults.Check(new ReadOnlySpan<float>(values, (int)columns)))
                return;
            for (long group = 0; group < groups; group++)
            {
                var first = group * groupSize;
                var weights = new ReadOnlySpan<float>(values + first, (int)Math.Min(groupSize, columns - first));
                var grid = GroupGrid.Fit(weights, format);
                if (!grid.IsFinite)
                {
                    faults.TooLarge = true;
                    return;
                }
                scaleData[row * groups + group] = (Half)grid.Scale;
                if (zeroData is not null && nibbles)
                    zeroData[row * zeroColumns + group / 2] |= (byte)(grid.Zero << (int)(group % 2 * 4));
                else if (zeroData is not null)
                    zeroData[row * zeroColumns + group] = (byte)(sbyte)grid.Zero;
                Store(grid, weights, data, row * columns + first, nibbles);
            }
        });
        var scales = new Tensor($"{name}.scales", DType.F16, [rows, groups], scaleBytes.Data, scaleBytes.ByteLength, scaleBytes);
        var zeros = zeroBytes is null ? null : new Tensor($"{name}.zeros", nibbles ? DType.U8 : DType.I8, [rows, zeroColumns], zeroBytes.Data, zeroBytes.ByteLength, zeroBytes);
        return new GroupScales(format.Type, groupSize, scales, zeros);
    }

    /// <summary>Two passes over the rows: the largest magnitude, then the integers.</summary>
    private GroupScales EncodePerTensor(string name, long rows, long columns, RowReader read, WeightFormat format, NativeBuffer bytes, Faults faults)
    {
        if (format.Type != DType.I8 || format.ZeroPoints)
            throw new ArgumentException("one scale per tensor goes with symmetric int8 only", nameof(format));
        var largest = new float[rows];
        ForEachRow(rows, columns, read, (row, values) =>
        {
            var weights = new ReadOnlySpan<float>(values, (int)columns);
            if (!faults.Check(weights))
                return;
            var (low, high) = GroupGrid.Range(weights);
            largest[row] = Math.Max(-low, high);
        });
        var magnitude = largest.Max();
        var grid = GroupGrid.Fit(-magnitude, magnitude, format);
        var data = bytes.Data;
        if (!faults.NotFinite)
            ForEachRow(rows, columns, read, (row, values) => Store(grid, new ReadOnlySpan<float>(values, (int)columns), data, row * columns, nibbles: false));
        var scale = new NativeBuffer(sizeof(float));
        *scale.Floats = grid.Scale;
        return new GroupScales(format.Type, (int)columns, new Tensor($"{name}.scales", DType.F32, [1], scale.Data, scale.ByteLength, scale), null);
    }

    /// <summary>Columns that share a scale; a format of one scale per row has all of them in one group.</summary>
    public static int GroupColumns(WeightFormat format, long columns) =>
        format.GroupSize == 0 || format.PerTensor ? checked((int)columns) : (int)Math.Min(format.GroupSize, columns);

    private static void Store(GroupGrid grid, ReadOnlySpan<float> weights, byte* data, long first, bool nibbles)
    {
        if (!nibbles)
        {
            for (var i = 0; i < weights.Length; i++)
                data[first + i] = (byte)(sbyte)grid.Integer(weights[i]);
            return;
        }
        for (var i = 0; i < weights.Length; i++)
            data[(first + i) / 2] |= (byte)(grid.Integer(weights[i]) << (int)((first + i) % 2 * 4));
    }

    private delegate void RowUse(long row, float* values);

    private void ForEachRow(long rows, long columns, RowReader read, RowUse use)
    {
        using var scratch = new NativeBuffer(pool.Threads * columns * sizeof(float));
        var floats = scratch.Floats;
        ParallelRows.Run(pool, rows, ChunkRows, (start, end, worker) =>
        {
            var values = floats + worker * columns;
            for (var row = start; row < end; row++)
            {
                read(row, values);
                use(row, values);
            }
        });
    }

    /// <summary>What was wrong with any row. Threads only ever set a flag.</summary>
    private sealed class Faults
    {
        public volatile bool NotFinite;
        public volatile bool TooLarge;

        public bool Check(ReadOnlySpan<float> weights)
        {
            // A sum of magnitudes is finite unless a weight is not, or the weights are beyond any use.
            var sum = 0d;
            foreach (var weight in weights)
                sum += Math.Abs(weight);
            if (double.IsFinite(sum))
                return true;
            NotFinite = true;
            return false;
        }
    }
}
