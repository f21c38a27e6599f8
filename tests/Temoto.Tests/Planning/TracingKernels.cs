using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Planning;

/// <summary>
/// Kernels that compute what others do and tell a cache which bytes they are given: addresses inside the arena and the KV cache, and rows of weights. What lies elsewhere
/// (a thread's scratch) is on chip by definition.
/// </summary>
internal sealed unsafe class TracingKernels(KernelSet inner, CacheModel cache) : KernelSet
{
    private readonly TracingDot? integers = inner.Integers is null ? null : new TracingDot(inner.Integers, new Trace(cache));
    private readonly TracingAttention? attention = inner.IntegerAttention is null ? null : new TracingAttention(inner.IntegerAttention, new Trace(cache));
    private readonly Trace trace = new(cache);

    public override string Name => inner.Name;

    public override IntegerDot? Integers => integers;

    public override IntegerAttention? IntegerAttention => attention;

    public override bool PrefersIntegers => inner.PrefersIntegers;

    /// <summary>Tells which addresses are activations: those of this executor's arena.</summary>
    public void Watch(byte* arena, long bytes)
    {
        trace.Watch(arena, bytes);
        integers?.Trace.Watch(arena, bytes);
        attention?.Trace.Watch(arena, bytes);
    }

    public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        trace.Product(weight, rowStart, rowEnd, x, tokens * weight.Columns * sizeof(float), tokens, y, yStride);
        inner.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    public override long MatMulScratchFloats(long columns, int rows) => inner.MatMulScratchFloats(columns, rows);

    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch)
    {
        trace.Product(weight, rowStart, rowEnd, x, tokens * weight.Columns * sizeof(float), tokens, y, yStride);
        inner.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) => inner.MatVecsScratchFloats(columns, rows, tokens);

    public override void DecodeRow(Tensor weight, long row, float* destination)
    {
        trace.Weight(weight, row, row + 1);
        trace.Write(destination, weight.Columns);
        inner.DecodeRow(weight, row, destination);
    }

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int width)
    {
        trace.Read(x, width);
        trace.Vector(weight, width);
        trace.Write(y, width);
        inner.RmsNorm(x, weight, epsilon, y, width);
    }

    public override void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int width)
    {
        trace.Read(x, width);
        if (weight is not null)
            trace.Vector(weight, width);
        if (bias is not null)
            trace.Vector(bias, width);
        trace.Write(y, width);
        inner.LayerNorm(x, weight, bias, epsilon, y, width);
    }

    public override void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved)
    {
        trace.Read(head, headDim);
        trace.Write(head, headDim);
        inner.Rope(head, cosines, sines, headDim, interleaved);
    }

    public override void SiluMultiply(float* gate, float* up, long count)
    {
        trace.Read(up, count);
        trace.Write(gate, count);
        inner.SiluMultiply(gate, up, count);
    }

    public override void Relu(float* x, long count)
    {
        trace.Write(x, count);
        inner.Relu(x, count);
    }

    public override void Gelu(float* x, long count)
    {
        trace.Write(x, count);
        inner.Gelu(x, count);
    }

    public override void Silu(float* x, long count, float slope = 1)
    {
        trace.Write(x, count);
        inner.Silu(x, count, slope);
    }

    public override void GeluTanh(float* x, long count)
    {
        trace.Write(x, count);
        inner.GeluTanh(x, count);
    }

    public override void ReluSquared(float* x, long count)
    {
        trace.Write(x, count);
        inner.ReluSquared(x, count);
    }

    public override void SoftCap(float* x, long count, float cap)
    {
        trace.Write(x, count);
        inner.SoftCap(x, count, cap);
    }

    public override void Xielu(float* x, long count, float positive, float negative, float slope, float most)
    {
        trace.Write(x, count);
        inner.Xielu(x, count, positive, negative, slope, most);
    }

    public override void Multiply(float* x, float* y, long count)
    {
        trace.Read(x, count);
        trace.Read(y, count);
        trace.Write(x, count);
        inner.Multiply(x, y, count);
    }

    public override void Add(float* x, float* y, long count)
    {
        trace.Read(x, count);
        trace.Read(y, count);
        trace.Write(x, count);
        inner.Add(x, y, count);
    }

    public override void RoundToGrid(float* x, float scale, float* y, long count)
    {
        trace.Read(x, count);
        trace.Write(y, count);
        inner.RoundToGrid(x, scale, y, count);
    }

    public override float MaxMagnitude(float* x, long count)
    {
        trace.Read(x, count);
        return inner.MaxMagnitude(x, count);
    }

    public override long KvScratchFloats(int headDim) => inner.KvScratchFloats(headDim);

    public override void Scores(float* queries, int count, KvHeadView keys, int start, int end, float* scores, long stride, float* scratch)
    {
        trace.Read(queries, (long)count * keys.HeadDim);
        trace.Cached(keys, start, (end + 15) / 16 * 16);
        for (var i = 0; i < count; i++)
            trace.Write(scores + i * stride, end - start);
        inner.Scores(queries, count, keys, start, end, scores, stride, scratch);
    }

    public override void Softmax(float* row, int seen, int count)
    {
        trace.Read(row, count);
        trace.Write(row, count);
        inner.Softmax(row, seen, count);
    }

    public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs, float* scratch)
    {
        for (var i = 0; i < count; i++)
            trace.Read(weights + i * stride, end - start);
        trace.Cached(values, start, end);
        trace.Write(outputs, (long)count * values.HeadDim);
        inner.AddValues(weights, stride, count, values, start, end, outputs, scratch);
    }

    public override void ContinueSoftmax(in AttentionTile tile, float* scores, long stride, int start, int positions)
    {
        trace.Write(tile.Outputs, (long)tile.Count * tile.HeadDim);
        inner.ContinueSoftmax(tile, scores, stride, start, positions);
    }

    public override void StoreKey(float* key, KvHeadView keys, int position)
    {
        for (var i = 0; i < keys.HeadDim; i++)
            trace.CachedElement(keys, keys.KeyIndex(position, i));
        trace.CachedScale(keys, position);
        inner.StoreKey(key, keys, position);
    }

    public override void StoreValue(float* value, KvHeadView values, int position)
    {
        for (var i = 0; i < values.HeadDim; i++)
            trace.CachedElement(values, values.ValueIndex(position, i));
        trace.CachedScale(values, position);
        inner.StoreValue(value, values, position);
    }

    public override void Copy(float* source, float* destination, long count)
    {
        trace.Read(source, count);
        trace.Write(destination, count);
        inner.Copy(source, destination, count);
    }

    public override void Scale(float* values, int count, float factor)
    {
        trace.Write(values, count);
        inner.Scale(values, count, factor);
    }

    public override void AddScaled(float* sums, float factor, float* values, int count)
    {
        trace.Read(values, count);
        trace.Write(sums, count);
        inner.AddScaled(sums, factor, values, count);
    }

    private sealed class TracingAttention(IntegerAttention inner, Trace trace) : IntegerAttention
    {
        public Trace Trace => trace;

        public override void RoundQueries(float* queries, int count, int headDim, byte* rounded)
        {
            trace.Read(queries, (long)count * headDim);
            inner.RoundQueries(queries, count, headDim, rounded);
        }

        public override void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride)
        {
            trace.Cached(keys, start, (end + 15) / 16 * 16);
            for (var i = 0; i < count; i++)
                trace.Write(scores + i * stride, end - start);
            inner.Scores(rounded, count, keys, start, end, scores, stride);
        }

        public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs)
        {
            for (var i = 0; i < count; i++)
                trace.Read(weights + i * stride, end - start);
            trace.Cached(values, start, end);
            trace.Write(outputs, (long)count * values.HeadDim);
            inner.AddValues(weights, stride, count, values, start, end, outputs);
        }
    }

    private sealed class TracingDot(IntegerDot inner, Trace trace) : IntegerDot
    {
        public Trace Trace => trace;

        public override void Quantize(float* x, long columns, QuantizedRow destination)
        {
            trace.Read(x, columns);
            trace.Write(destination, columns);
            inner.Quantize(x, columns, destination);
        }

        public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination)
        {
            trace.Read(x, columns);
            trace.Write(destination, columns);
            inner.QuantizeToGrid(x, scale, columns, destination);
        }

        public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        {
            trace.Product(weight, rowStart, rowEnd, x, tokens * QuantizedRow.Bytes(weight.Columns), tokens, y, yStride);
            inner.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        }

        public override long MatMulScratchFloats(long columns, int rows) => inner.MatMulScratchFloats(columns, rows);

        public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        {
            trace.Product(weight, rowStart, rowEnd, x, tokens * QuantizedRow.Bytes(weight.Columns), tokens, y, yStride);
            inner.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        }

        public override long MatVecsScratchFloats(long columns, int rows, int tokens) => inner.MatVecsScratchFloats(columns, rows, tokens);
    }

    private sealed class Trace(CacheModel cache)
    {
        private byte* arena;
        private long arenaBytes;

        public void Watch(byte* start, long bytes)
        {
            arena = start;
            arenaBytes = bytes;
        }

        public void Read(float* address, long count) => Arena((byte*)address, count * sizeof(float), false);

        public void Write(float* address, long count) => Arena((byte*)address, count * sizeof(float), true);

        public void Write(QuantizedRow row, long columns)
        {
            Arena((byte*)row.Scales, columns / 32 * sizeof(float), true);
            Arena((byte*)row.Offsets, columns / 32 * sizeof(int), true);
            Arena((byte*)row.Integers, columns, true);
        }

        public void Product(Tensor weight, long rowStart, long rowEnd, void* x, long inputBytes, int tokens, float* y, long yStride)
        {
            Weight(weight, rowStart, rowEnd);
            Arena((byte*)x, inputBytes, false);
            for (var token = 0; token < tokens; token++)
                Write(y + token * yStride, rowEnd - rowStart);
        }

        public void Weight(Tensor weight, long rowStart, long rowEnd) =>
            cache.Touch((long)weight.Row(rowStart), (rowEnd - rowStart) * weight.RowBytes, false, CacheModel.MovedKind.Weights);

        public void Vector(float* weight, int width) => cache.Touch((long)weight, width * sizeof(float), false, CacheModel.MovedKind.Weights);

        /// <summary>Positions of a plane; a plane starts at its own address, and panels of keys are as long as their positions' values.</summary>
        public void Cached(KvHeadView view, int start, int end)
        {
            var bytes = KvLayout.StoredDimOf(view.Type, view.HeadDim) * ElementBytes(view);
            cache.Touch((long)view.Data + (long)start * bytes, (long)(end - start) * bytes, false, CacheModel.MovedKind.Kv);
            if (view.Type == NumberType.Int8)
                cache.Touch((long)(view.Scales + start), (end - start) * sizeof(float), false, CacheModel.MovedKind.Kv);
        }

        public void CachedElement(KvHeadView view, long index) =>
            cache.Touch((long)view.Data + index * ElementBytes(view), ElementBytes(view), true, CacheModel.MovedKind.Kv);

        private static int ElementBytes(KvHeadView view) => view.Type switch { NumberType.Float32 => 4, NumberType.Float16 => 2, _ => 1 };

        public void CachedScale(KvHeadView view, int position)
        {
            if (view.Type == NumberType.Int8)
                cache.Touch((long)(view.Scales + position), sizeof(float), true, CacheModel.MovedKind.Kv);
        }

        private void Arena(byte* address, long bytes, bool write)
        {
            if (address >= arena && address < arena + arenaBytes)
                cache.Touch((long)address, bytes, write, CacheModel.MovedKind.Activations);
        }
    }
}
