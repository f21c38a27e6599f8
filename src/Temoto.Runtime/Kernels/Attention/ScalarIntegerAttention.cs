using Temoto.Kernels.Integers;

namespace Temoto.Kernels.Attention;

/// <summary>The specification.</summary>
internal sealed unsafe class ScalarIntegerAttention : IntegerAttention
{
    public override void RoundQueries(float* queries, int count, int headDim, byte* rounded)
    {
        for (var i = 0; i < Groups(count) * GroupQueries; i++)
        {
            var group = rounded + i / GroupQueries * GroupBytes(headDim);
            var lane = i % GroupQueries;
            var query = queries + (long)i * headDim;
            var largest = 0f;
            for (var k = 0; k < headDim && i < count; k++)
                largest = MathF.Max(largest, MathF.Abs(query[k]));
            var scale = new RoundingScale(largest, QuantizedRow.Limit, IntegerDot.Smallest);
            var sum = 0;
            for (var k = 0; k < headDim; k++)
            {
                var integer = scale.Inverse == 0 ? 0 : (int)MathF.Round(query[k] * scale.Inverse, MidpointRounding.ToEven);
                ((sbyte*)group)[(k / Quad * GroupQueries + lane) * Quad + k % Quad] = (sbyte)integer;
                sum += integer;
            }
            var scales = (float*)(group + GroupQueries * headDim);
            scales[lane] = scale.Step;
            ((int*)(scales + GroupQueries))[lane] = -KvHeadView.KeyOffset * sum;
        }
    }

    public override void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride)
    {
        var headDim = keys.HeadDim;
        for (var i = 0; i < count; i++)
        {
            var group = rounded + i / GroupQueries * GroupBytes(headDim);
            var lane = i % GroupQueries;
            var scale = ((float*)(group + GroupQueries * headDim))[lane];
            for (var position = start; position < end; position++)
            {
                var sum = 0;
                for (var k = 0; k < headDim; k++)
                    sum += ((sbyte*)group)[(k / Quad * GroupQueries + lane) * Quad + k % Quad] * (keys.Data[keys.KeyIndex(position, k)] - KvHeadView.KeyOffset);
                scores[i * stride + position - start] = sum * (keys.Scales[position] * scale);
            }
        }
    }

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs)
    {
        for (; start < end; start += TilePositions, weights += TilePositions)
            AddTile(weights, stride, count, values, start, Math.Min(TilePositions, end - start), outputs);
    }

    private static void AddTile(float* weights, long stride, int count, KvHeadView values, int start, int positions, float* outputs)
    {
        var integers = stackalloc int[TilePositions];
        for (var i = 0; i < count; i++, weights += stride, outputs += values.HeadDim)
        {
            var limit = 0f;
            for (var p = 0; p < positions; p++)
                limit = MathF.Max(limit, weights[p] * values.Scales[start + p]);
            var scale = new RoundingScale(limit, WeightLimit, Smallest);
            for (var p = 0; p < positions; p++)
                integers[p] = scale.Inverse == 0 ? 0 : (int)MathF.Round(weights[p] * values.Scales[start + p] * scale.Inverse, MidpointRounding.ToEven);
            for (var k = 0; k < values.HeadDim; k++)
            {
                var sum = 0;
                for (var p = 0; p < positions; p++)
                    sum += integers[p] * ((sbyte*)values.Data)[values.ValueIndex(start + p, k)];
                outputs[k] = MathF.FusedMultiplyAdd(sum, scale.Step, outputs[k]);
            }
        }
    }
}
