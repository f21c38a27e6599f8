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
        for (var i = 0; i < count; i++)
        {
            for (var position = start; position < end; position++)
            {
                double sum = 0;
                for (var k = 0; k < keys.HeadDim; k++)
                    sum += (double)queries[i * keys.HeadDim + k] * keys.Key(position, k);
                scores[i * stride + position - start] = (float)sum;
            }
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
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < values.HeadDim; k++)
            {
                double sum = outputs[i * values.HeadDim + k];
                for (var position = start; position < end; position++)
                    sum += (double)weights[i * stride + position - start] * values.Value(position, k);
                outputs[i * values.HeadDim + k] = (float)sum;
            }
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
            var largest = Math.Max(tile.Largest[i], Largest(scores, seen));
            if (largest > tile.Largest[i])
            {
                var shrink = Math.Exp((double)tile.Largest[i] - largest);
                tile.Totals[i] = (float)(tile.Totals[i] * shrink);
                for (var k = 0; k < tile.HeadDim; k++)
                    tile.Outputs[i * tile.HeadDim + k] = (float)(tile.Outputs[i * tile.HeadDim + k] * shrink);
                tile.Largest[i] = largest;
            }
            tile.Totals[i] = (float)(tile.Totals[i] + Exponentials(scores, seen, largest));
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
