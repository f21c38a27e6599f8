using System.Runtime.CompilerServices;

namespace Temoto.Kernels;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    public override void Attention(float* query, KvHeadView keys, KvHeadView values, int length, float scale, float* scores, float* output)
    {
        var width = keys.HeadDim;
        var largest = float.NegativeInfinity;
        for (var position = 0; position < length; position++)
        {
            var score = DotKey(query, keys, position, width) * scale;
            scores[position] = score;
            largest = Math.Max(largest, score);
        }

        var total = Exponentials(scores, length, largest);

        new Span<float>(output, width).Clear();
        for (var position = 0; position < length; position++)
            AddValue(output, scores[position], values, position, width);
        var inverse = 1 / total;
        for (var i = 0; i < width; i++)
            output[i] *= inverse;
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
