using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Kernels;

internal abstract unsafe partial class KernelSet
{
    /// <summary>Positions that go through scores, softmax and values together; their keys and values, decoded, stay in the first-level cache.</summary>
    public virtual int AttentionTilePositions => 64;

    /// <summary>Positions of a piece of the cache that one thread takes when a single token attends; a multiple of a key panel.</summary>
    public virtual int AttentionPiecePositions => 256;

    /// <summary>
    /// scores[i * stride + p - start] = sum over k of queries[i, k] * K[p, k], for p in [start, end). Fills whole panels: what lies between the end and the end of its
    /// panel is undefined.
    /// </summary>
    /// <param name="queries">[count, HeadDim].</param>
    /// <param name="start">A multiple of <see cref="KvHeadView.PanelPositions"/>.</param>
    /// <param name="scratch">At least <see cref="KvScratchFloats"/> floats of this thread's own.</param>
    public abstract void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride, float* scratch);

    /// <summary>row[i] = exp(row[i] - max) / sum over the first <paramref name="seen"/> elements; 0 from there to <paramref name="count"/>.</summary>
    public abstract void Softmax(float* row, int seen, int count);

    /// <summary>The same with a score in the sum that stands for no position: row[i] = exp(row[i] - max) / (sum + exp(sink - max)), max the largest of all.</summary>
    public void Softmax(float* row, int seen, int count, float sink)
    {
        var (largest, total) = (sink, 1f);
        ContinueSoftmax(new AttentionTile(null, null, &largest, &total, 1, 1, 0, seen, 0), row, count, 0, count);
        Scale(row, seen, 1 / total);
    }

    /// <summary>outputs[i, k] += sum over p in [start, end) of weights[i * stride + p - start] * V[p, k].</summary>
    /// <param name="outputs">[count, HeadDim].</param>
    /// <param name="scratch">At least <see cref="KvScratchFloats"/> floats of this thread's own.</param>
    public abstract void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs, float* scratch);

    /// <summary>Scratch floats that <see cref="Scores"/> and <see cref="AddValues"/> need.</summary>
    public abstract long KvScratchFloats(int headDim);

    /// <summary>
    /// Takes the scores of positions [start, start + positions) into a tile's softmax: raises the largest score, lets what was summed before shrink accordingly, and leaves
    /// exp(score - largest) in place of each score, 0 where a query does not see the position. A query may see none of them.
    /// </summary>
    /// <param name="scores">[Count, stride].</param>
    public abstract void ContinueSoftmax(in AttentionTile tile, float* scores, long stride, int start, int positions);

    /// <summary>Writes a key into its place in the cache.</summary>
    public virtual void StoreKey(float* key, KvHeadView keys, int position) => keys.StoreKey(key, position, this);

    /// <summary>Writes a value into its place in the cache.</summary>
    public virtual void StoreValue(float* value, KvHeadView values, int position) => values.StoreValue(value, position, this);

    /// <summary>destination[i] = source[i].</summary>
    public virtual void Copy(float* source, float* destination, long count) => Buffer.MemoryCopy(source, destination, count * sizeof(float), count * sizeof(float));

    /// <summary>values[i] *= factor.</summary>
    public abstract void Scale(float* values, int count, float factor);

    /// <summary>sums[i] += factor * values[i].</summary>
    public abstract void AddScaled(float* sums, float factor, float* values, int count);

    /// <summary>destination[i] = source[i] as an IEEE half, to nearest, ties to even; beyond the largest half it becomes infinity.</summary>
    public virtual void RoundToHalf(float* source, ushort* destination, int count)
    {
        for (var i = 0; i < count; i++)
            destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    /// <summary>destination[i] = source[i], an IEEE half.</summary>
    public virtual void WidenHalf(ushort* source, float* destination, int count)
    {
        for (var i = 0; i < count; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Takes positions [start, end) of the cache into a tile's softmax; no score leaves the thread's scratch.</summary>
    /// <param name="start">A multiple of <see cref="KvHeadView.PanelPositions"/>.</param>
    /// <param name="integers">What computes in integers over an int8 cache; null to compute in float32.</param>
    /// <param name="scratch">At least <see cref="AttendScratchFloats"/> floats of this thread's own.</param>
    public void Attend(in AttentionTile tile, KvHeadView keys, KvHeadView values, int start, int end, IntegerAttention? integers, float* scratch)
    {
        if (integers is not null)
        {
            AttendIntegers(tile, keys, values, start, end, integers, scratch);
            return;
        }
        var most = AttentionTilePositions;
        var stride = Math.Min(most, KvLayout.WholePanels(end - start));
        var scores = scratch + KvScratchFloats(tile.HeadDim);
        for (; start < end; start += most)
        {
            var positions = Math.Min(most, end - start);
            Scores(tile.Queries, tile.Count, keys, start, start + positions, scores, stride, scratch);
            Adjust(tile, scores, stride, start, positions);
            ContinueSoftmax(tile, scores, stride, start, positions);
            AddValues(scores, stride, tile.Count, values, start, start + positions, tile.Outputs, scratch);
        }
    }

    private void AttendIntegers(in AttentionTile tile, KvHeadView keys, KvHeadView values, int start, int end, IntegerAttention integers, float* scratch)
    {
        const int most = IntegerAttention.TilePositions;
        var rounded = (byte*)scratch;
        var scores = scratch + IntegerAttention.QueryBytes(tile.Count, tile.HeadDim) / sizeof(float);
        integers.RoundQueries(tile.Queries, tile.Count, tile.HeadDim, rounded);
        for (; start < end; start += most)
        {
            var positions = Math.Min(most, end - start);
            integers.Scores(rounded, tile.Count, keys, start, start + positions, scores, most);
            Adjust(tile, scores, most, start, positions);
            ContinueSoftmax(tile, scores, most, start, positions);
            integers.AddValues(scores, most, tile.Count, values, start, start + positions, tile.Outputs);
        }
    }

    private void Adjust(in AttentionTile tile, float* scores, long stride, int start, int positions)
    {
        Cap(tile.SoftCap, scores, stride, tile.Count, positions);
        tile.Bias.AddTo(this, scores, stride, tile.Count, tile.GroupHeads, tile.FirstToken, start, positions);
    }

    /// <summary>Caps the scores of <paramref name="count"/> queries, [count, stride], where there is a cap.</summary>
    public void Cap(float? softCap, float* scores, long stride, int count, int positions)
    {
        if (softCap is not { } cap)
            return;
        for (var i = 0; i < count; i++)
            SoftCap(scores + i * stride, positions, cap);
    }

    /// <summary>Scratch floats <see cref="Attend"/> needs for <paramref name="queries"/> queries over at most <paramref name="positions"/> positions.</summary>
    public long AttendScratchFloats(int queries, int positions, int headDim, bool integers) => integers
        ? IntegerAttention.QueryBytes(queries, headDim) / sizeof(float) + (long)queries * IntegerAttention.TilePositions
        : KvScratchFloats(headDim) + (long)queries * Math.Min(AttentionTilePositions, KvLayout.WholePanels(positions));

    /// <summary>Divides what was summed by the sum of exponentials: the outputs are then softmax(q K^T) V.</summary>
    public void Finish(in AttentionTile tile)
    {
        for (var i = 0; i < tile.Count; i++)
            Scale(tile.Outputs + (long)i * tile.HeadDim, tile.HeadDim, 1 / tile.Totals[i]);
    }
}
