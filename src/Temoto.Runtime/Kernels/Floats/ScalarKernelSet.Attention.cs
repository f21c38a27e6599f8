using Temoto.Kernels.Attention;

namespace Temoto.Kernels.Floats;

internal unsafe partial class ScalarKernelSet
{
    public override long KvScratchFloats(int headDim) => 0;

    public override void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            for (var position = start; position < end; position++)
            {
                var sum = 0f;
                for (var k = 0; k < keys.HeadDim; k++)
                    sum += queries[i * keys.HeadDim + k] * keys.Key(position, k);
                scores[i * stride + position - start] = sum;
            }
        }
    }

    public override void Softmax(float* row, int seen, int count)
    {
        var largest = float.NegativeInfinity;
        for (var i = 0; i < seen; i++)
            largest = Math.Max(largest, row[i]);
        var total = 0f;
        for (var i = 0; i < seen; i++)
            total += row[i] = MathF.Exp(row[i] - largest);
        for (var i = 0; i < count; i++)
            row[i] = i < seen ? row[i] / total : 0;
    }

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < values.HeadDim; k++)
            {
                var sum = 0f;
                for (var position = start; position < end; position++)
                    sum += weights[i * stride + position - start] * values.Value(position, k);
                outputs[i * values.HeadDim + k] += sum;
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
            var first = Math.Clamp(tile.First(i) - start, 0, seen);
            var largest = tile.Largest[i];
            for (var p = first; p < seen; p++)
                largest = Math.Max(largest, scores[p]);
            if (largest > tile.Largest[i])
            {
                var shrink = MathF.Exp(tile.Largest[i] - largest);
                tile.Totals[i] *= shrink;
                for (var k = 0; k < tile.HeadDim; k++)
                    tile.Outputs[i * tile.HeadDim + k] *= shrink;
                tile.Largest[i] = largest;
            }
            for (var p = 0; p < positions; p++)
            {
                scores[p] = p >= first && p < seen ? MathF.Exp(scores[p] - largest) : 0;
                tile.Totals[i] += scores[p];
            }
        }
    }
}
