using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>How keys and values lie in the cache.</summary>
internal enum KvType
{
    F32,
    F16,

    /// <summary>int8 with one float32 scale per position and head.</summary>
    Int8,
}

/// <summary>Keys or values of one layer and one KV head: [positions, HeadDim], plus a scale per position for int8.</summary>
internal readonly unsafe struct KvHeadView(KvType type, byte* data, float* scales, int headDim)
{
    public readonly KvType Type = type;
    public readonly byte* Data = data;
    public readonly float* Scales = scales;
    public readonly int HeadDim = headDim;
}

/// <summary>
/// Queries that share a KV head: of each token the heads of one group, which lie side by side. Outputs lie as the queries do.
/// </summary>
/// <param name="query">Head 0 of token 0: [Tokens, TokenStride], of which [GroupHeads, HeadDim] belong here.</param>
/// <param name="tokenStride">Floats from one token to the next.</param>
/// <param name="firstLength">Positions that token 0 sees, itself included.</param>
internal readonly unsafe struct AttentionQueries(float* query, float* output, int tokens, int groupHeads, int headDim, int tokenStride, int firstLength)
{
    public readonly int HeadDim = headDim;

    public int Count => tokens * groupHeads;

    /// <summary>Positions the last token sees.</summary>
    public int MaxLength => firstLength + tokens - 1;

    /// <summary>Queries in the order of tokens, the heads of a token together.</summary>
    public float* Query(int index) => query + Offset(index);

    public float* Output(int index) => output + Offset(index);

    public int Length(int index) => firstLength + index / groupHeads;

    private long Offset(int index) => (long)(index / groupHeads) * tokenStride + index % groupHeads * HeadDim;
}

/// <summary>
/// The numeric work of the runtime on one thread. A set is chosen once (<see cref="KernelChooser"/>); no other code asks what the hardware can do.
/// The scalar set is the specification the others are tested against. Activations are float32, row-major [tokens, width].
/// </summary>
internal abstract unsafe class KernelSet
{
    /// <summary>The name <c>--kernels</c> takes.</summary>
    public abstract string Name { get; }

    /// <summary>Products with activations rounded to integers; null where the set has none.</summary>
    public virtual IntegerDot? Integers => null;

    /// <summary>Whether <see cref="Integers"/> are taken where nobody chose: the sets that are there for their exactness leave activations alone.</summary>
    public virtual bool PrefersIntegers => false;

    /// <summary>
    /// y[t * yStride + n - rowStart] = bias[n] + sum over k of x[t, k] * w[n, k], for n in [rowStart, rowEnd).
    /// </summary>
    /// <param name="weight">[N, K], any element type.</param>
    /// <param name="bias">[N] or null.</param>
    /// <param name="x">[tokens, K].</param>
    /// <param name="y">Where row rowStart of token 0 goes: into [tokens, N] or into a tile of its own.</param>
    /// <param name="yStride">Floats from one token of y to the next.</param>
    /// <param name="scratch">At least <see cref="MatMulScratchFloats"/> floats of this thread's own.</param>
    public abstract void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch);

    /// <summary>Scratch floats <see cref="MatMul"/> needs for <paramref name="rows"/> rows of <paramref name="columns"/> weights at a time.</summary>
    public abstract long MatMulScratchFloats(long columns, int rows);

    /// <summary>One row of a weight as float32 (embedding look-up).</summary>
    public abstract void DecodeRow(Tensor weight, long row, float* destination);

    /// <summary>y[i] = weight[i] * x[i] / sqrt(mean(x^2) + epsilon). Zhang and Sennrich, arXiv 1910.07467. y may be x.</summary>
    public abstract void RmsNorm(float* x, float* weight, float epsilon, float* y, int width);

    /// <summary>
    /// Rotary positions (Su et al., arXiv 2104.09864) on one head in place: pairs (a, b) become (a cos - b sin, a sin + b cos).
    /// Pair i is (i, i + HeadDim/2), or (2i, 2i+1) where <paramref name="interleaved"/>.
    /// </summary>
    /// <param name="head">[HeadDim].</param>
    /// <param name="cosines">[HeadDim/2] of this position.</param>
    /// <param name="sines">[HeadDim/2] of this position.</param>
    public abstract void Rope(float* head, float* cosines, float* sines, int headDim, bool interleaved);

    /// <summary>gate[i] = silu(gate[i]) * up[i], silu(x) = x / (1 + exp(-x)): the SwiGLU of Shazeer, arXiv 2002.05202.</summary>
    public abstract void SiluMultiply(float* gate, float* up, long count);

    /// <summary>x[i] += y[i].</summary>
    public abstract void Add(float* x, float* y, long count);

    /// <summary>y[i] = clamp(round(x[i] / scale), -127, 127) * scale, ties to even: what integer activations stand for. y may be x.</summary>
    /// <param name="scale">More than 0.</param>
    public abstract void RoundToGrid(float* x, float scale, float* y, long count);

    /// <summary>The largest |x[i]|; 0 where there is none. NaN counts as the largest.</summary>
    public abstract float MaxMagnitude(float* x, long count);

    /// <summary>
    /// Causal attention of several queries on one KV head: output = softmax(scale * q K^T) V. The query of token t sees positions [0, FirstLength + t).
    /// </summary>
    /// <param name="scratch">At least <see cref="AttentionScratchFloats"/> floats of this thread's own.</param>
    public abstract void Attention(AttentionQueries queries, KvHeadView keys, KvHeadView values, float scale, float* scratch);

    /// <summary>Scratch floats <see cref="Attention"/> needs for <paramref name="queries"/> queries over at most <paramref name="length"/> positions.</summary>
    public abstract long AttentionScratchFloats(int queries, int length, int headDim);

    /// <summary>Writes one key or value head into its place in the cache.</summary>
    public static void StoreKv(float* source, KvHeadView cache, int position)
    {
        var width = cache.HeadDim;
        switch (cache.Type)
        {
            case KvType.F32:
                Buffer.MemoryCopy(source, (float*)cache.Data + (long)position * width, width * sizeof(float), width * sizeof(float));
                break;
            case KvType.F16:
                var halves = (Half*)cache.Data + (long)position * width;
                for (var i = 0; i < width; i++)
                    halves[i] = (Half)source[i];
                break;
            case KvType.Int8:
                var largest = 0f;
                for (var i = 0; i < width; i++)
                    largest = Math.Max(largest, Math.Abs(source[i]));
                var inverse = largest == 0 ? 0 : 127 / largest;
                cache.Scales[position] = largest / 127;
                var bytes = (sbyte*)cache.Data + (long)position * width;
                for (var i = 0; i < width; i++)
                    bytes[i] = (sbyte)MathF.Round(source[i] * inverse, MidpointRounding.ToEven);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(cache), cache.Type, "no such KV type");
        }
    }
}
