using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// The specification: each operator as its formula reads, one element after the other. Float32 storage, float32 arithmetic;
/// <see cref="PreciseKernelSet"/> is the same with float64 inside.
/// </summary>
internal unsafe class ScalarKernelSet : KernelSet
{
    public override string Name => "scalar";

    public override IntegerDot Integers { get; } = new ScalarIntegerDot();

    public override long MatMulScratchFloats(long columns, int rows) => columns;

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        for (var row = rowStart; row < rowEnd; row++)
        {
            DecodeRow(weight, row, scratch);
            for (var token = 0; token < tokens; token++)
            {
                var sum = 0f;
                for (long k = 0; k < columns; k++)
                    sum += x[token * columns + k] * scratch[k];
                y[token * yStride + row - rowStart] = bias is null ? sum : sum + bias[row];
            }
        }
    }

    public override void DecodeRow(Tensor weight, long row, float* destination) => BlockDecoder.DecodeRow(weight, row, destination);

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int width)
    {
        var squares = 0f;
        for (var i = 0; i < width; i++)
            squares += x[i] * x[i];
        var scale = 1 / MathF.Sqrt(squares / width + epsilon);
        for (var i = 0; i < width; i++)
            y[i] = weight[i] * (x[i] * scale);
    }

    public override void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved) =>
        RotatePairs(head, cosines, sines, headDim, interleaved, 0);

    /// <summary>The pairs from <paramref name="firstPair"/> on; the tail of the vector kernels too.</summary>
    public static void RotatePairs(float* head, float* cosines, float* sines, int headDim, bool interleaved, int firstPair)
    {
        var half = headDim / 2;
        for (var i = firstPair; i < half; i++)
        {
            var first = interleaved ? 2 * i : i;
            var second = interleaved ? first + 1 : i + half;
            var a = head[first];
            var b = head[second];
            head[first] = a * cosines[i] - b * sines[i];
            head[second] = a * sines[i] + b * cosines[i];
        }
    }

    public override void SiluMultiply(float* gate, float* up, long count)
    {
        for (long i = 0; i < count; i++)
            gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    public override void Add(float* x, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] += y[i];
    }

    public override void RoundToGrid(float* x, float scale, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            y[i] = Math.Clamp(MathF.Round(x[i] / scale, MidpointRounding.ToEven), -InputGrid.Limit, InputGrid.Limit) * scale;
    }

    public override float MaxMagnitude(float* x, long count)
    {
        var largest = 0f;
        for (long i = 0; i < count; i++)
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        return largest;
    }

    public override long AttentionScratchFloats(int queries, int length, int headDim) => length;

    public override void Attention(AttentionQueries queries, KvHeadView keys, KvHeadView values, float scale, float* scratch)
    {
        for (var i = 0; i < queries.Count; i++)
            AttendOne(queries.Query(i), keys, values, queries.Length(i), scale, scratch, queries.Output(i));
    }

    private static void AttendOne(float* query, KvHeadView keys, KvHeadView values, int length, float scale, float* scores, float* output)
    {
        var width = keys.HeadDim;
        var largest = float.NegativeInfinity;
        for (var position = 0; position < length; position++)
        {
            var sum = 0f;
            for (var i = 0; i < width; i++)
                sum += query[i] * ReadKv(keys, position, i);
            scores[position] = sum * scale;
            largest = Math.Max(largest, scores[position]);
        }
        var total = 0f;
        for (var position = 0; position < length; position++)
        {
            scores[position] = MathF.Exp(scores[position] - largest);
            total += scores[position];
        }
        for (var i = 0; i < width; i++)
        {
            var sum = 0f;
            for (var position = 0; position < length; position++)
                sum += scores[position] * ReadKv(values, position, i);
            output[i] = sum / total;
        }
    }

    /// <summary>One element of a cached head as float32.</summary>
    public static float ReadKv(KvHeadView cache, int position, int element)
    {
        var index = (long)position * cache.HeadDim + element;
        return cache.Type switch
        {
            KvType.F32 => ((float*)cache.Data)[index],
            KvType.F16 => (float)((Half*)cache.Data)[index],
            _ => ((sbyte*)cache.Data)[index] * cache.Scales[position],
        };
    }
}
