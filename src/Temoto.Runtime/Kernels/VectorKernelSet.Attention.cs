using System.Runtime.CompilerServices;

namespace Temoto.Kernels;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>Positions whose keys or values are decoded together: 64 x 64 floats are 16 KiB, which the first-level cache holds.</summary>
    private const int TilePositions = 64;

    /// <summary>Scores of every query, the queries side by side, a tile of keys or values.</summary>
    public override long AttentionScratchFloats(int queries, int length, int headDim) =>
        (long)queries * length + (long)queries * headDim + TilePositions * headDim;

    /// <summary>
    /// One query reads the cache as it is stored. Several queries share each tile of keys and values, decoded once, as the rows of a matrix product do.
    /// </summary>
    public override void Attention(AttentionQueries queries, KvHeadView keys, KvHeadView values, float scale, float* scratch)
    {
        if (queries.Count == 1)
            AttendOne(queries.Query(0), keys, values, queries.MaxLength, scale, scratch, queries.Output(0));
        else
            AttendMany(queries, keys, values, scale, scratch);
    }

    private static void AttendMany(AttentionQueries queries, KvHeadView keys, KvHeadView values, float scale, float* scores)
    {
        var count = queries.Count;
        var width = queries.HeadDim;
        var length = queries.MaxLength;
        var packed = scores + (long)count * length;
        var tile = packed + (long)count * width;
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < width; k++)
                packed[(long)i * width + k] = queries.Query(i)[k] * scale;
        }

        new Span<float>(scores, count * length).Clear();
        for (var start = 0; start < length; start += TilePositions)
        {
            var positions = Math.Min(TilePositions, length - start);
            DecodeTile(keys, start, positions, tile);
            AddBlock(tile, positions, packed, count, width, width, scores + start, length);
        }

        for (var i = 0; i < count; i++)
        {
            var row = scores + (long)i * length;
            var seen = queries.Length(i);
            var total = Exponentials(row, seen, Largest(row, seen));
            // Normalized here, so that the values come out as they are; what the query does not see weighs nothing.
            Scale(row, seen, 1 / total);
            new Span<float>(row + seen, length - seen).Clear();
            new Span<float>(queries.Output(i), width).Clear();
        }

        for (var start = 0; start < length; start += TilePositions)
        {
            var positions = Math.Min(TilePositions, length - start);
            DecodeTile(values, start, positions, tile);
            var i = 0;
            for (; i + 2 <= count; i += 2)
                AddWeightedPair(tile, positions, width, scores + (long)i * length + start, scores + (long)(i + 1) * length + start, queries.Output(i), queries.Output(i + 1));
            if (i < count)
                AddWeighted(tile, positions, width, 0, scores + (long)i * length + start, queries.Output(i));
        }
    }

    /// <summary>Positions [start, start + positions) as float32 [positions, HeadDim].</summary>
    private static void DecodeTile(KvHeadView cache, int start, int positions, float* tile)
    {
        var width = cache.HeadDim;
        var first = (long)start * width;
        var count = (long)positions * width;
        switch (cache.Type)
        {
            case KvType.F32:
                Decode<F32Row>(cache.Data + first * sizeof(float), tile, count);
                break;
            case KvType.F16:
                Decode<F16Row>(cache.Data + first * sizeof(ushort), tile, count);
                break;
            default:
                Decode<I8Row>(cache.Data + first, tile, count);
                for (var position = 0; position < positions; position++)
                    Scale(tile + position * width, width, cache.Scales[start + position]);
                break;
        }
    }

    /// <summary>
    /// output += sum over positions of weight * row, for two queries: four registers of each stay put while the rows pass, so each row is loaded once
    /// for both.
    /// </summary>
    private static void AddWeightedPair(float* rows, int positions, int width, float* weights0, float* weights1, float* output0, float* output1)
    {
        var n = TLanes.Count;
        var column = 0;
        for (; column + 4 * n <= width; column += 4 * n)
        {
            var y0 = output0 + column;
            var y1 = output1 + column;
            TVector a0 = TLanes.Load(y0), a1 = TLanes.Load(y0 + n), a2 = TLanes.Load(y0 + 2 * n), a3 = TLanes.Load(y0 + 3 * n);
            TVector b0 = TLanes.Load(y1), b1 = TLanes.Load(y1 + n), b2 = TLanes.Load(y1 + 2 * n), b3 = TLanes.Load(y1 + 3 * n);
            var row = rows + column;
            for (var position = 0; position < positions; position++, row += width)
            {
                var w0 = TLanes.Broadcast(weights0[position]);
                var w1 = TLanes.Broadcast(weights1[position]);
                var v = TLanes.Load(row);
                a0 = TLanes.MultiplyAdd(v, w0, a0);
                b0 = TLanes.MultiplyAdd(v, w1, b0);
                v = TLanes.Load(row + n);
                a1 = TLanes.MultiplyAdd(v, w0, a1);
                b1 = TLanes.MultiplyAdd(v, w1, b1);
                v = TLanes.Load(row + 2 * n);
                a2 = TLanes.MultiplyAdd(v, w0, a2);
                b2 = TLanes.MultiplyAdd(v, w1, b2);
                v = TLanes.Load(row + 3 * n);
                a3 = TLanes.MultiplyAdd(v, w0, a3);
                b3 = TLanes.MultiplyAdd(v, w1, b3);
            }
            TLanes.Store(a0, y0);
            TLanes.Store(a1, y0 + n);
            TLanes.Store(a2, y0 + 2 * n);
            TLanes.Store(a3, y0 + 3 * n);
            TLanes.Store(b0, y1);
            TLanes.Store(b1, y1 + n);
            TLanes.Store(b2, y1 + 2 * n);
            TLanes.Store(b3, y1 + 3 * n);
        }
        AddWeighted(rows, positions, width, column, weights0, output0);
        AddWeighted(rows, positions, width, column, weights1, output1);
    }

    /// <summary>The same for one query, from <paramref name="firstColumn"/> on.</summary>
    private static void AddWeighted(float* rows, int positions, int width, int firstColumn, float* weights, float* output)
    {
        var column = firstColumn;
        for (; column + TLanes.Count <= width; column += TLanes.Count)
        {
            var sums = TLanes.Load(output + column);
            for (var position = 0; position < positions; position++)
                sums = TLanes.MultiplyAdd(TLanes.Load(rows + position * width + column), TLanes.Broadcast(weights[position]), sums);
            TLanes.Store(sums, output + column);
        }
        for (; column < width; column++)
        {
            for (var position = 0; position < positions; position++)
                output[column] += rows[position * width + column] * weights[position];
        }
    }

    private static void Scale(float* values, int count, float factor)
    {
        var factors = TLanes.Broadcast(factor);
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(values + i), factors), values + i);
        for (; i < count; i++)
            values[i] *= factor;
    }

    private static float Largest(float* values, int count)
    {
        var largest = TLanes.Broadcast(float.NegativeInfinity);
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            largest = TLanes.Max(largest, TLanes.Load(values + i));
        var result = TLanes.MaxAcross(largest);
        for (; i < count; i++)
            result = Math.Max(result, values[i]);
        return result;
    }

    private static void AttendOne(float* query, KvHeadView keys, KvHeadView values, int length, float scale, float* scores, float* output)
    {
        var width = keys.HeadDim;
        for (var position = 0; position < length; position++)
            scores[position] = DotKey(query, keys, position, width) * scale;
        var total = Exponentials(scores, length, Largest(scores, length));
        new Span<float>(output, width).Clear();
        for (var position = 0; position < length; position++)
            AddValue(output, scores[position], values, position, width);
        Scale(output, width, 1 / total);
    }

    private static float DotKey(float* query, KvHeadView keys, int position, int width)
    {
        var start = (long)position * width;
        return keys.Type switch
        {
            KvType.F32 => Dot<F32Row>(keys.Data + start * sizeof(float), query, width),
            KvType.F16 => Dot<F16Row>(keys.Data + start * sizeof(ushort), query, width),
            _ => Dot<I8Row>(keys.Data + start, query, width) * keys.Scales[position],
        };
    }

    /// <summary>output += probability * V[position].</summary>
    private static void AddValue(float* output, float probability, KvHeadView values, int position, int width)
    {
        var start = (long)position * width;
        switch (values.Type)
        {
            case KvType.F32:
                AddScaled<F32Row>(output, probability, values.Data + start * sizeof(float), width);
                break;
            case KvType.F16:
                AddScaled<F16Row>(output, probability, values.Data + start * sizeof(ushort), width);
                break;
            default:
                AddScaled<I8Row>(output, probability * values.Scales[position], values.Data + start, width);
                break;
        }
    }

    /// <summary>values[i] = exp(values[i] - largest); returns their sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Exponentials(float* values, int count, float largest)
    {
        var shift = TLanes.Broadcast(largest);
        var sums = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var e = TLanes.Exp(TLanes.Subtract(TLanes.Load(values + i), shift));
            TLanes.Store(e, values + i);
            sums = TLanes.Add(sums, e);
        }
        var sum = TLanes.Sum(sums);
        for (; i < count; i++)
        {
            values[i] = MathF.Exp(values[i] - largest);
            sum += values[i];
        }
        return sum;
    }
}
