using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>Tensors of a checkpoint in the form that the operations read, where files have them in another.</summary>
internal static unsafe class TensorEdits
{
    /// <summary>A vector plus 1, as F32: norms whose weights are stored less 1. What is none stays, and is refused where it is used.</summary>
    public static Tensor AddOne(Tensor tensor)
    {
        if (!IsFloats(tensor) || tensor.ElementCount > ModelLimits.Width)
            return tensor;
        var buffer = Decoded(tensor);
        for (var i = 0L; i < tensor.ElementCount; i++)
            buffer.Floats[i] += 1;
        return new Tensor(tensor.Name, DType.F32, tensor.Shape, buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>Both are matrices of floats, equally wide.</summary>
    public static bool CanAddRow(Tensor matrix, Tensor rows) => IsFloats(matrix) && IsFloats(rows) && matrix.Shape is [_, var width] && rows.Shape is [_, var other] && width == other;

    /// <summary>A matrix with the first row of another added to each of its rows, as F32.</summary>
    public static Tensor AddRow(Tensor matrix, Tensor rows)
    {
        var (count, width) = (matrix.Shape[0], matrix.Shape[1]);
        var buffer = new NativeBuffer(matrix.ElementCount * sizeof(float));
        using var added = new NativeBuffer(width * sizeof(float));
        BlockDecoder.DecodeRow(rows, 0, added.Floats);
        for (var row = 0L; row < count; row++)
        {
            var sum = buffer.Floats + row * width;
            BlockDecoder.DecodeRow(matrix, row, sum);
            for (var i = 0L; i < width; i++)
                sum[i] += added.Floats[i];
        }
        return new Tensor(matrix.Name, DType.F32, matrix.Shape, buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>All names with a prefix in front, where none has it.</summary>
    public static IReadOnlyDictionary<string, Tensor> WithPrefix(IReadOnlyDictionary<string, Tensor> tensors, string prefix) =>
        tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) ? tensors : tensors.ToDictionary(pair => prefix + pair.Key, pair => pair.Value.Renamed(prefix + pair.Key));

    /// <summary>One number; null where the tensor is none.</summary>
    public static float? Number(Tensor tensor)
    {
        if (!IsFloats(tensor) || tensor.ElementCount != 1)
            return null;
        using var decoded = Decoded(tensor);
        return decoded.Floats[0];
    }

    /// <summary>Numbers as an F32 vector.</summary>
    public static Tensor Vector(string name, ReadOnlySpan<float> numbers)
    {
        var buffer = new NativeBuffer(numbers.Length * sizeof(float));
        numbers.CopyTo(new Span<float>(buffer.Floats, numbers.Length));
        return new Tensor(name, DType.F32, [numbers.Length], buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>Rows of a matrix of floats, in turn, as columns: of each column of the matrix a number for each that is named, as an F32 vector [columns * rows.Count].</summary>
    /// <param name="rows">Which rows; each as often as one likes.</param>
    public static Tensor GatherColumns(Tensor matrix, string name, IReadOnlyList<int> rows)
    {
        using var floats = Decoded(matrix);
        var columns = matrix.Shape[1];
        var buffer = new NativeBuffer(columns * rows.Count * sizeof(float));
        for (var column = 0L; column < columns; column++)
        {
            for (var i = 0; i < rows.Count; i++)
                buffer.Floats[(column * rows.Count) + i] = floats.Floats[(rows[i] * columns) + column];
        }
        return new Tensor(name, DType.F32, [columns * rows.Count], buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>A matrix [rows, columns] or a vector [rows] with each row times a number of its own, as F32; null where they are no floats or do not fit.</summary>
    /// <param name="factors">[rows].</param>
    public static Tensor? ScaleRows(Tensor tensor, Tensor factors)
    {
        if (!IsFloats(tensor) || !IsFloats(factors) || tensor.Shape.Length is not (1 or 2) || factors.Shape is not [var rows] || tensor.Shape[0] != rows)
            return null;
        var columns = tensor.ElementCount / rows;
        using var scales = Decoded(factors);
        var buffer = new NativeBuffer(tensor.ElementCount * sizeof(float));
        for (var row = 0L; row < rows; row++)
        {
            var scaled = buffer.Floats + row * columns;
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data + row * tensor.DType.RowBytes(columns), scaled, (int)columns);
            for (var i = 0L; i < columns; i++)
                scaled[i] *= scales.Floats[row];
        }
        return new Tensor(tensor.Name, DType.F32, tensor.Shape, buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>A matrix [rows, columns] times a vector [columns], plus a bias [rows], as F32 [rows]; sums are float64. Null where they are no floats or do not fit.</summary>
    public static Tensor? Product(Tensor matrix, Tensor vector, Tensor bias)
    {
        if (!IsFloats(matrix) || !IsFloats(vector) || !IsFloats(bias) || matrix.Shape is not [var rows, var columns] || vector.ElementCount != columns || bias.ElementCount != rows)
            return null;
        using var factors = Decoded(vector);
        using var line = new NativeBuffer(columns * sizeof(float));
        var sums = Decoded(bias);
        for (var row = 0L; row < rows; row++)
        {
            BlockDecoder.DecodeRow(matrix, row, line.Floats);
            var sum = (double)sums.Floats[row];
            for (var i = 0L; i < columns; i++)
                sum += (double)line.Floats[i] * factors.Floats[i];
            sums.Floats[row] = (float)sum;
        }
        return new Tensor(matrix.Name, DType.F32, [rows], sums.Data, sums.ByteLength, sums);
    }

    /// <summary>Plain floats: what these edits take.</summary>
    public static bool IsFloats(Tensor tensor) => tensor.ElementCount > 0 && tensor.Encoded is null && tensor.Scales is null && tensor.DType is (DType.F32 or DType.F16 or DType.BF16);

    /// <summary>The tensors with those that the file has joined taken apart, row after row; the bytes stay where they are.</summary>
    /// <param name="parts">By the end of a joined tensor's name, the ends of its parts' names, in order.</param>
    /// <param name="uses">The shapes of the parts.</param>
    public static IReadOnlyDictionary<string, Tensor> Split(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, IReadOnlyList<string>> parts, IReadOnlyList<WeightUse> uses)
    {
        var rows = uses.ToDictionary(use => use.Name, use => use.Shape[0]);
        var result = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var end = parts.Keys.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal));
            var names = end is null ? [] : parts[end].Select(part => name[..^end.Length] + part).ToArray();
            // What does not fit stays as it is, and is missed by name where its parts are looked for.
            if (names.Length == 0 || tensor.Encoded is not null || tensor.Scales is not null || tensor.Shape.Length == 0 || names.Any(part => !rows.ContainsKey(part)) || names.Sum(part => rows[part]) != tensor.Shape[0])
            {
                result[name] = tensor;
                continue;
            }
            var start = 0L;
            foreach (var part in names)
                result[part] = Rows(tensor, part, ref start, rows[part]);
        }
        return result;
    }

    /// <summary>The same of what a model uses: the parts as one tensor again.</summary>
    public static IReadOnlyList<WeightUse> Joined(IReadOnlyList<WeightUse> uses, IReadOnlyDictionary<string, IReadOnlyList<string>> parts)
    {
        var joined = new Dictionary<string, Items<long>>();
        foreach (var use in uses)
        {
            var (whole, end) = parts.SelectMany(pair => pair.Value.Select(part => (pair.Key, Part: part))).FirstOrDefault(pair => use.Name.EndsWith(pair.Part, StringComparison.Ordinal));
            var name = whole is null ? use.Name : use.Name[..^end.Length] + whole;
            joined[name] = joined.TryGetValue(name, out var before) ? [before[0] + use.Shape[0], .. use.Shape.Skip(1)] : use.Shape;
        }
        return [.. joined.Select(pair => new WeightUse(pair.Key, pair.Value))];
    }

    /// <summary>Some rows of a tensor seen as a matrix; the bytes stay where they are.</summary>
    public static Tensor View(Tensor tensor, string name, long start, long count) =>
        new(name, tensor.DType, [count, tensor.Columns], tensor.Row(start), count * tensor.RowBytes, tensor);

    /// <summary>All elements, row after row; the bytes stay where they are.</summary>
    public static Tensor AsVector(Tensor tensor) => new(tensor.Name, tensor.DType, [tensor.ElementCount], tensor.Data, tensor.ByteLength, tensor);

    /// <summary>Some elements of a vector that is not in blocks; the bytes stay where they are.</summary>
    public static Tensor Part(Tensor vector, string name, long start, long count) => Rows(vector, name, ref start, count);

    /// <summary>A copy of some rows, block after block.</summary>
    public static Tensor Gather(Tensor tensor, string name, IReadOnlyList<(long Start, long Count)> blocks)
    {
        var rowBytes = tensor.ByteLength / tensor.Shape[0];
        var rows = blocks.Sum(block => block.Count);
        var buffer = new NativeBuffer(rows * rowBytes);
        var destination = buffer.Data;
        foreach (var (start, count) in blocks)
        {
            Buffer.MemoryCopy(tensor.Data + start * rowBytes, destination, count * rowBytes, count * rowBytes);
            destination += count * rowBytes;
        }
        return new Tensor(name, tensor.DType, [rows, .. tensor.Shape[1..]], buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>A copy of a matrix [rows, columns] as [columns, rows]. What is none of floats stays, and is refused where it is used.</summary>
    public static Tensor Transpose(Tensor tensor)
    {
        if (!IsFloats(tensor) || tensor.Shape is not [var rows, var columns])
            return tensor;
        var buffer = new NativeBuffer(tensor.ByteLength);
        if (tensor.DType == DType.F32)
            Transpose((float*)tensor.Data, columns, 1, buffer.Floats, rows, columns);
        else
            Transpose((ushort*)tensor.Data, columns, 1, (ushort*)buffer.Data, rows, columns);
        return new Tensor(tensor.Name, tensor.DType, [columns, rows], buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>A copy of every <paramref name="step"/>-th column of a matrix, from <paramref name="first"/> on, as rows: [columns / step, rows].</summary>
    /// <param name="matrix">[rows, columns] of floats.</param>
    public static Tensor TransposeColumns(Tensor matrix, string name, long first, long step)
    {
        var (rows, width) = (matrix.Rows, matrix.Columns);
        var columns = width / step;
        var buffer = new NativeBuffer(matrix.DType.RowBytes(columns * rows));
        if (matrix.DType == DType.F32)
            Transpose((float*)matrix.Data + first, width, step, buffer.Floats, rows, columns);
        else
            Transpose((ushort*)matrix.Data + first, width, step, (ushort*)buffer.Data, rows, columns);
        return new Tensor(name, matrix.DType, [columns, rows], buffer.Data, buffer.ByteLength, buffer);
    }

    /// <summary>Filters of columns, [columns, 1, taps] or [columns, taps], as [taps * columns]: the first tap of all columns, then the second. What is none of floats stays, and is refused where it is used.</summary>
    public static Tensor TapByTap(Tensor filters)
    {
        if (!IsFloats(filters) || filters.Shape is not ([_, 1, _] or [_, _]))
            return filters;
        var turned = Transpose(new Tensor(filters.Name, filters.DType, [filters.Shape[0], filters.Shape[^1]], filters.Data, filters.ByteLength, filters));
        return new Tensor(filters.Name, filters.DType, [filters.ElementCount], turned.Data, turned.ByteLength, turned);
    }

    /// <summary>What <see cref="TapByTap"/> gave, as [columns, taps] again.</summary>
    public static Tensor ColumnByColumn(Tensor filters, int taps) => filters.Shape is not [var count] || count % taps != 0
        ? filters
        : Transpose(new Tensor(filters.Name, filters.DType, [taps, count / taps], filters.Data, filters.ByteLength, filters));

    /// <summary>Tile by tile, so that lines of both stay in the cache.</summary>
    /// <param name="width">Of a row of the source.</param>
    /// <param name="step">From one column that is taken to the next.</param>
    private static void Transpose<T>(T* source, long width, long step, T* destination, long rows, long columns)
        where T : unmanaged
    {
        const long tile = 32;
        for (var top = 0L; top < rows; top += tile)
        {
            for (var left = 0L; left < columns; left += tile)
            {
                for (var row = top; row < Math.Min(rows, top + tile); row++)
                {
                    for (var column = left; column < Math.Min(columns, left + tile); column++)
                        destination[column * rows + row] = source[row * width + column * step];
                }
            }
        }
    }

    private static Tensor Rows(Tensor tensor, string name, ref long start, long count)
    {
        var rowBytes = tensor.ByteLength / Math.Max(1, tensor.Shape[0]);
        var data = tensor.Data + start * rowBytes;
        start += count;
        return new Tensor(name, tensor.DType, [count, .. tensor.Shape[1..]], data, count * rowBytes, tensor);
    }

    private static NativeBuffer Decoded(Tensor tensor)
    {
        var buffer = new NativeBuffer(tensor.ElementCount * sizeof(float));
        BlockDecoder.DecodeRow(tensor.DType, tensor.Data, buffer.Floats, (int)tensor.ElementCount);
        return buffer;
    }
}
