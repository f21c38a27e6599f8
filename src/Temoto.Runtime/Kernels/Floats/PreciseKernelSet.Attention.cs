using Temoto.Kernels.Attention;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class PreciseKernelSet
{
    /// <summary>All positions in one tile: the softmax of the textbook, nothing is rescaled.</summary>
    public override int AttentionTilePositions => int.MaxValue / 2 / KvHeadView.PanelPositions * KvHeadView.PanelPositions;

    /// <inheritdoc cref="AttentionTilePositions"/>
    public override int AttentionPiecePositions => AttentionTilePositions;

    public override long KvScratchFloats(int headDim) => 0;

    public override void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride, float* scratch)
    {
        // A key is read once for all queries.
        var key = stackalloc double[keys.HeadDim];
        for (var position = start; position < end; position++)
        {
            for (var k = 0; k < keys.HeadDim; k++)
                key[k] = keys.Key(position, k);
            for (var i = 0; i < count; i++)
                scores[i * stride + position - start] = (float)Dot(queries + i * keys.HeadDim, key, keys.HeadDim);
        }
    }

    public override void Softmax(float* row, int seen, int count)
    {
        var total = Exponentials(row, seen, Largest(row, seen));
        for (var i = 0; i < count; i++)
            row[i] = i < seen ? (float)(row[i] / total) : 0;
    }

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs, float* scratch)
    {
        // A column of values is read once for all queries, some positions at a time; sums stay in float64 to the last.
        const int span = 256;
        var column = stackalloc double[span];
        var sums = stackalloc double[count];
        for (var k = 0; k < values.HeadDim; k++)
        {
            for (var i = 0; i < count; i++)
                sums[i] = outputs[i * values.HeadDim + k];
            for (var first = start; first < end; first += span)
            {
                var positions = Math.Min(span, end - first);
                for (var position = 0; position < positions; position++)
                    column[position] = values.Value(first + position, k);
                for (var i = 0; i < count; i++)
                    sums[i] += Dot(weights + i * stride + first - start, column, positions);
            }
            for (var i = 0; i < count; i++)
                outputs[i * values.HeadDim + k] = (float)sums[i];
        }
    }

    public override void Scale(float* values, int count, float factor)
    {
        for (var i = 0; i < count; i++)
            values[i] *= factor;
    }

    public override void AddScaled(float* sums, float factor, float* values, int count)
    {
        for (var i = 0; i < count; i++)
            sums[i] += factor * values[i];
    }

    public override void ContinueSoftmax(in AttentionTile tile, float* scores, long stride, int start, int positions)
    {
        for (var i = 0; i < tile.Count; i++, scores += stride)
        {
            var seen = Math.Clamp(tile.Length(i) - start, 0, positions);
            var first = Math.Clamp(tile.First(i) - start, 0, seen);
            var largest = Math.Max(tile.Largest[i], Largest(scores + first, seen - first));
            if (largest > tile.Largest[i])
            {
                var shrink = Math.Exp((double)tile.Largest[i] - largest);
                tile.Totals[i] = (float)(tile.Totals[i] * shrink);
                for (var k = 0; k < tile.HeadDim; k++)
                    tile.Outputs[i * tile.HeadDim + k] = (float)(tile.Outputs[i * tile.HeadDim + k] * shrink);
                tile.Largest[i] = largest;
            }
            tile.Totals[i] = (float)(tile.Totals[i] + Exponentials(scores + first, seen - first, largest));
            new Span<float>(scores, first).Clear();
            new Span<float>(scores + seen, positions - seen).Clear();
        }
    }

    private static float Largest(float* values, int count)
    {
        var largest = float.NegativeInfinity;
        for (var i = 0; i < count; i++)
            largest = Math.Max(largest, values[i]);
        return largest;
    }

    /// <summary>values[i] = exp(values[i] - largest); returns their sum.</summary>
    private static double Exponentials(float* values, int count, float largest)
    {
        double total = 0;
        for (var i = 0; i < count; i++)
            total += values[i] = (float)Math.Exp((double)values[i] - largest);
        return total;
    }
}
