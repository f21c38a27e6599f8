using System.Runtime.CompilerServices;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Emitted;
using Temoto.Plans;

namespace Temoto.Kernels.Floats;

/// <summary>
/// Attention as two small matrix products with a softmax between them. Keys and values of a tile are decoded to float32 once for all queries of the group; then six (or
/// four) queries times two registers of positions, or of columns, are summed side by side: twelve sums cover the latency of two multiply-add units, and fourteen
/// registers with their operands fit every width.
/// </summary>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    private const int PanelPositions = KvHeadView.PanelPositions;
    private const int Quad = KvHeadView.Quad;

    /// <summary>A tile of keys or of values.</summary>
    public override long KvScratchFloats(int headDim) => (long)AttentionTilePositions * headDim;

    public override void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride, float* scratch)
    {
        if (halves is not null && EmittedHalfAttention.Takes(keys))
        {
            halves.Scores(queries, count, keys, start, end, scores, stride);
            return;
        }
        var most = AttentionTilePositions;
        for (; start < end; start += most, scores += most)
        {
            var panels = (Math.Min(most, end - start) + PanelPositions - 1) / PanelPositions;
            DecodeKeys(keys, start, panels, scratch);
            ScoreTile(queries, count, keys.HeadDim, scratch, panels, scores, stride);
        }
    }

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs, float* scratch)
    {
        if (halves is not null && EmittedHalfAttention.Takes(values))
        {
            halves.AddValues(weights, stride, count, values, start, end, outputs);
            return;
        }
        var most = AttentionTilePositions;
        for (; start < end; start += most, weights += most)
        {
            var positions = Math.Min(most, end - start);
            DecodeValues(values, start, positions, scratch);
            ValueTile(weights, stride, count, scratch, positions, values.HeadDim, outputs);
        }
    }

    public override void Softmax(float* row, int seen, int count)
    {
        var total = Exponentials(row, seen, Largest(row, seen));
        Scale(row, seen, 1 / total);
        new Span<float>(row + seen, count - seen).Clear();
    }

    public override void ContinueSoftmax(in AttentionTile tile, float* scores, long stride, int start, int positions)
    {
        for (var i = 0; i < tile.Count; i++, scores += stride)
        {
            var seen = Math.Clamp(tile.Length(i) - start, 0, positions);
            var first = Math.Clamp(tile.First(i) - start, 0, seen);
            if (seen > first)
            {
                var largest = Largest(scores + first, seen - first);
                var before = tile.Largest[i];
                if (largest > before)
                {
                    var shrink = MathF.Exp(before - largest);
                    tile.Totals[i] *= shrink;
                    Scale(tile.Outputs + (long)i * tile.HeadDim, tile.HeadDim, shrink);
                    tile.Largest[i] = largest;
                }
                else
                {
                    largest = before;
                }
                tile.Totals[i] += Exponentials(scores + first, seen - first, largest);
            }
            new Span<float>(scores, first).Clear();
            new Span<float>(scores + seen, positions - seen).Clear();
        }
    }

    public override void RoundToHalf(float* source, ushort* destination, int count)
    {
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.StoreF16(TLanes.Load(source + i), destination + i);
        if (i < count)
            base.RoundToHalf(source + i, destination + i, count - i);
    }

    public override void WidenHalf(ushort* source, float* destination, int count) => Decode<F16Row>((byte*)source, destination, count);

    /// <summary>Whole panels as float32 [panels, HeadDim, 16].</summary>
    private static void DecodeKeys(KvHeadView keys, int start, int panels, float* tile)
    {
        var first = (long)start * keys.HeadDim;
        var count = (long)panels * PanelPositions * keys.HeadDim;
        switch (keys.Type)
        {
            case NumberType.Float32:
                Decode<F32Row>(keys.Data + first * sizeof(float), tile, count);
                break;
            case NumberType.Float16:
                Decode<F16Row>(keys.Data + first * sizeof(ushort), tile, count);
                break;
            default:
                for (var panel = 0; panel < panels; panel++)
                {
                    var position = start + panel * PanelPositions;
                    DecodePanel(keys.Data + keys.KeyIndex(position, 0), keys.Scales + position, keys.HeadDim, tile + (long)panel * PanelPositions * keys.HeadDim);
                }
                break;
        }
    }

    /// <summary>An int8 panel times the scales of its sixteen positions.</summary>
    private static void DecodePanel(byte* panel, float* scales, int headDim, float* tile)
    {
        var offset = TLanes.Broadcast(KvHeadView.KeyOffset);
        for (var lane = 0; lane < PanelPositions; lane += TLanes.Count)
        {
            var factors = TLanes.Load(scales + lane);
            for (var k = 0; k < headDim; k++)
            {
                var quads = (uint*)panel + k / Quad * PanelPositions + lane;
                TLanes.Store(TLanes.Multiply(TLanes.Subtract(TLanes.LoadQuadByte(quads, k % Quad), offset), factors), tile + k * PanelPositions + lane);
            }
        }
    }

    /// <summary>int8 values times the scales of their positions.</summary>
    private static void DecodeQuads(KvHeadView values, int start, int positions, float* tile)
    {
        var width = values.HeadDim;
        for (var p = 0; p < positions; p++, tile += width)
        {
            var quads = (uint*)values.Data + (long)(start + p) / Quad * width;
            var scale = values.Scales[start + p];
            var factors = TLanes.Broadcast(scale);
            var k = 0;
            for (; k + TLanes.Count <= width; k += TLanes.Count)
                TLanes.Store(TLanes.Multiply(TLanes.LoadQuadSignedByte(quads + k, p % Quad), factors), tile + k);
            for (; k < width; k++)
                tile[k] = (sbyte)(quads[k] >> 8 * (p % Quad)) * scale;
        }
    }

    /// <summary>Positions [start, start + positions) as float32 [positions, HeadDim].</summary>
    private static void DecodeValues(KvHeadView values, int start, int positions, float* tile)
    {
        var width = values.HeadDim;
        var first = (long)start * width;
        var count = (long)positions * width;
        switch (values.Type)
        {
            case NumberType.Float32:
                Decode<F32Row>(values.Data + first * sizeof(float), tile, count);
                break;
            case NumberType.Float16:
                Decode<F16Row>(values.Data + first * sizeof(ushort), tile, count);
                break;
            default:
                DecodeQuads(values, start, positions, tile);
                break;
        }
    }

    /// <summary>Queries [count, headDim] times decoded key panels.</summary>
    private static void ScoreTile(float* queries, int count, int headDim, float* tile, int panels, float* scores, long stride)
    {
        var n = TLanes.Count;
        // Two registers of positions: two panels of a wide register, or a part of one panel.
        for (var position = 0; position < panels * PanelPositions; position += 2 * n)
        {
            var keys0 = PanelAt(tile, position, headDim);
            // An odd panel out is multiplied twice; the second result is not stored.
            var both = position + n < panels * PanelPositions;
            var keys1 = both ? PanelAt(tile, position + n, headDim) : keys0;
            var second = both ? n : 0;
            for (var i = 0; i < count;)
            {
                var rows = RowsAtOnce(count - i);
                if (rows > 4)
                    ScoreSix(queries + (long)i * headDim, rows, headDim, keys0, keys1, scores + i * stride + position, stride, second);
                else
                    ScoreFour(queries + (long)i * headDim, rows, headDim, keys0, keys1, scores + i * stride + position, stride, second);
                i += rows;
            }
        }
    }

    /// <summary>Six where six fill up, four (with some repeated) where that wastes less: 7 = 4 + 3, 8 = 4 + 4, 9 = 6 + 3.</summary>
    private static int RowsAtOnce(int left) => left is 5 or 6 or >= 9 ? Math.Min(6, left) : Math.Min(4, left);

    private static float* PanelAt(float* tile, int position, int headDim) =>
        tile + (long)(position / PanelPositions) * PanelPositions * headDim + position % PanelPositions;

    /// <summary>Rows that are missing repeat the first; all sums of a register and a row are stored, repeated ones first, so that the right one stays.</summary>
    private static void ScoreSix(float* q, int rows, int headDim, float* keys0, float* keys1, float* scores, long stride, int second)
    {
        float* q1 = q + headDim, q2 = q1 + headDim, q3 = q2 + headDim, q4 = q3 + headDim, q5 = rows > 5 ? q4 + headDim : q;
        TVector a0 = TLanes.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        for (var k = 0; k < headDim; k++, keys0 += PanelPositions, keys1 += PanelPositions)
        {
            var x = TLanes.Load(keys0);
            var y = TLanes.Load(keys1);
            var w = TLanes.Broadcast(q[k]);
            a0 = TLanes.MultiplyAdd(x, w, a0);
            b0 = TLanes.MultiplyAdd(y, w, b0);
            w = TLanes.Broadcast(q1[k]);
            a1 = TLanes.MultiplyAdd(x, w, a1);
            b1 = TLanes.MultiplyAdd(y, w, b1);
            w = TLanes.Broadcast(q2[k]);
            a2 = TLanes.MultiplyAdd(x, w, a2);
            b2 = TLanes.MultiplyAdd(y, w, b2);
            w = TLanes.Broadcast(q3[k]);
            a3 = TLanes.MultiplyAdd(x, w, a3);
            b3 = TLanes.MultiplyAdd(y, w, b3);
            w = TLanes.Broadcast(q4[k]);
            a4 = TLanes.MultiplyAdd(x, w, a4);
            b4 = TLanes.MultiplyAdd(y, w, b4);
            w = TLanes.Broadcast(q5[k]);
            a5 = TLanes.MultiplyAdd(x, w, a5);
            b5 = TLanes.MultiplyAdd(y, w, b5);
        }
        StorePair(rows > 5 ? scores + 5 * stride : scores, second, a5, b5);
        StorePair(scores + 4 * stride, second, a4, b4);
        StorePair(scores + 3 * stride, second, a3, b3);
        StorePair(scores + 2 * stride, second, a2, b2);
        StorePair(scores + stride, second, a1, b1);
        StorePair(scores, second, a0, b0);
    }

    private static void ScoreFour(float* q, int rows, int headDim, float* keys0, float* keys1, float* scores, long stride, int second)
    {
        float* q1 = rows > 1 ? q + headDim : q, q2 = rows > 2 ? q + 2 * headDim : q, q3 = rows > 3 ? q + 3 * headDim : q;
        TVector a0 = TLanes.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (var k = 0; k < headDim; k++, keys0 += PanelPositions, keys1 += PanelPositions)
        {
            var x = TLanes.Load(keys0);
            var y = TLanes.Load(keys1);
            var w = TLanes.Broadcast(q[k]);
            a0 = TLanes.MultiplyAdd(x, w, a0);
            b0 = TLanes.MultiplyAdd(y, w, b0);
            w = TLanes.Broadcast(q1[k]);
            a1 = TLanes.MultiplyAdd(x, w, a1);
            b1 = TLanes.MultiplyAdd(y, w, b1);
            w = TLanes.Broadcast(q2[k]);
            a2 = TLanes.MultiplyAdd(x, w, a2);
            b2 = TLanes.MultiplyAdd(y, w, b2);
            w = TLanes.Broadcast(q3[k]);
            a3 = TLanes.MultiplyAdd(x, w, a3);
            b3 = TLanes.MultiplyAdd(y, w, b3);
        }
        StorePair(rows > 3 ? scores + 3 * stride : scores, second, a3, b3);
        StorePair(rows > 2 ? scores + 2 * stride : scores, second, a2, b2);
        StorePair(rows > 1 ? scores + stride : scores, second, a1, b1);
        StorePair(scores, second, a0, b0);
    }

    /// <summary>With <paramref name="second"/> 0 the first register overwrites the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(float* target, int second, TVector a, TVector b)
    {
        TLanes.Store(b, target + second);
        TLanes.Store(a, target);
    }

    /// <summary>outputs [count, headDim] += weights [count, positions] times decoded values [positions, headDim].</summary>
    private static void ValueTile(float* weights, long stride, int count, float* tile, int positions, int headDim, float* outputs)
    {
        var n = TLanes.Count;
        var whole = headDim - headDim % (2 * n);
        for (var column = 0; column < whole; column += 2 * n)
        {
            for (var i = 0; i < count;)
            {
                var rows = RowsAtOnce(count - i);
                if (rows > 4)
                    ValueSix(weights + i * stride, stride, rows, tile + column, positions, headDim, outputs + (long)i * headDim + column);
                else
                    ValueFour(weights + i * stride, stride, rows, tile + column, positions, headDim, outputs + (long)i * headDim + column);
                i += rows;
            }
        }
        for (var i = 0; i < count && whole < headDim; i++)
            AddWeighted(tile, positions, headDim, whole, weights + i * stride, outputs + (long)i * headDim);
    }

    private static void ValueSix(float* w, long stride, int rows, float* values, int positions, int headDim, float* y)
    {
        var n = TLanes.Count;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride, w4 = w3 + stride, w5 = rows > 5 ? w4 + stride : w;
        float* y1 = y + headDim, y2 = y1 + headDim, y3 = y2 + headDim, y4 = y3 + headDim, y5 = rows > 5 ? y4 + headDim : y;
        TVector a0 = TLanes.Load(y), a1 = TLanes.Load(y1), a2 = TLanes.Load(y2), a3 = TLanes.Load(y3), a4 = TLanes.Load(y4), a5 = TLanes.Load(y5);
        TVector b0 = TLanes.Load(y + n), b1 = TLanes.Load(y1 + n), b2 = TLanes.Load(y2 + n), b3 = TLanes.Load(y3 + n), b4 = TLanes.Load(y4 + n), b5 = TLanes.Load(y5 + n);
        for (var p = 0; p < positions; p++, values += headDim)
        {
            var u = TLanes.Load(values);
            var v = TLanes.Load(values + n);
            var weight = TLanes.Broadcast(w[p]);
            a0 = TLanes.MultiplyAdd(u, weight, a0);
            b0 = TLanes.MultiplyAdd(v, weight, b0);
            weight = TLanes.Broadcast(w1[p]);
            a1 = TLanes.MultiplyAdd(u, weight, a1);
            b1 = TLanes.MultiplyAdd(v, weight, b1);
            weight = TLanes.Broadcast(w2[p]);
            a2 = TLanes.MultiplyAdd(u, weight, a2);
            b2 = TLanes.MultiplyAdd(v, weight, b2);
            weight = TLanes.Broadcast(w3[p]);
            a3 = TLanes.MultiplyAdd(u, weight, a3);
            b3 = TLanes.MultiplyAdd(v, weight, b3);
            weight = TLanes.Broadcast(w4[p]);
            a4 = TLanes.MultiplyAdd(u, weight, a4);
            b4 = TLanes.MultiplyAdd(v, weight, b4);
            weight = TLanes.Broadcast(w5[p]);
            a5 = TLanes.MultiplyAdd(u, weight, a5);
            b5 = TLanes.MultiplyAdd(v, weight, b5);
        }
        StorePair(y5, n, a5, b5);
        StorePair(y4, n, a4, b4);
        StorePair(y3, n, a3, b3);
        StorePair(y2, n, a2, b2);
        StorePair(y1, n, a1, b1);
        StorePair(y, n, a0, b0);
    }

    private static void ValueFour(float* w, long stride, int rows, float* values, int positions, int headDim, float* y)
    {
        var n = TLanes.Count;
        float* w1 = rows > 1 ? w + stride : w, w2 = rows > 2 ? w + 2 * stride : w, w3 = rows > 3 ? w + 3 * stride : w;
        float* y1 = rows > 1 ? y + headDim : y, y2 = rows > 2 ? y + 2 * headDim : y, y3 = rows > 3 ? y + 3 * headDim : y;
        TVector a0 = TLanes.Load(y), a1 = TLanes.Load(y1), a2 = TLanes.Load(y2), a3 = TLanes.Load(y3);
        TVector b0 = TLanes.Load(y + n), b1 = TLanes.Load(y1 + n), b2 = TLanes.Load(y2 + n), b3 = TLanes.Load(y3 + n);
        for (var p = 0; p < positions; p++, values += headDim)
        {
            var u = TLanes.Load(values);
            var v = TLanes.Load(values + n);
            var weight = TLanes.Broadcast(w[p]);
            a0 = TLanes.MultiplyAdd(u, weight, a0);
            b0 = TLanes.MultiplyAdd(v, weight, b0);
            weight = TLanes.Broadcast(w1[p]);
            a1 = TLanes.MultiplyAdd(u, weight, a1);
            b1 = TLanes.MultiplyAdd(v, weight, b1);
            weight = TLanes.Broadcast(w2[p]);
            a2 = TLanes.MultiplyAdd(u, weight, a2);
            b2 = TLanes.MultiplyAdd(v, weight, b2);
            weight = TLanes.Broadcast(w3[p]);
            a3 = TLanes.MultiplyAdd(u, weight, a3);
            b3 = TLanes.MultiplyAdd(v, weight, b3);
        }
        StorePair(y3, n, a3, b3);
        StorePair(y2, n, a2, b2);
        StorePair(y1, n, a1, b1);
        StorePair(y, n, a0, b0);
    }

    /// <summary>The columns from <paramref name="firstColumn"/> on that two registers do not fill, for one query.</summary>
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

    public override void AddScaled(float* sums, float factor, float* values, int count)
    {
        var factors = TLanes.Broadcast(factor);
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(values + i), factors, TLanes.Load(sums + i)), sums + i);
        for (; i < count; i++)
            sums[i] += factor * values[i];
    }

    public override void Scale(float* values, int count, float factor)
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

    /// <summary>values[i] = exp(values[i] - largest); returns their sum.</summary>
    private static float Exponentials(float* values, int count, float largest)
    {
        var shift = TLanes.Broadcast(largest);
        var sums = TLanes.Zero;
        var i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var e = Exp(TLanes.Subtract(TLanes.Load(values + i), shift));
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
