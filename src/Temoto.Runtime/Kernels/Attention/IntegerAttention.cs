using Temoto.Kernels.Integers;

namespace Temoto.Kernels.Attention;

/// <summary>
/// Attention over an int8 cache with integer products: queries are rounded to 8 bits, one scale each; the weights of softmax, with the values' scales in them, to 15 bits, one
/// scale per query and <see cref="TilePositions"/> positions. Sums of products are exact in int32. A part of a <see cref="KernelSet"/>, chosen with it;
/// <see cref="ScalarIntegerAttention"/> is the specification, which every other equals bit for bit.
/// </summary>
internal abstract unsafe class IntegerAttention
{
    /// <summary>Positions whose weights share a scale: 64 * 32767 * 127 stays below 2^31, and a head's values of as many positions in the first-level cache.</summary>
    public const int TilePositions = 64;

    /// <summary>The largest rounded weight: what 16-bit products take as a signed integer.</summary>
    public const int WeightLimit = 32767;

    /// <summary>32767 / limit stays finite above it; weights below are zeros.</summary>
    protected const float Smallest = 1e-30f;

    /// <summary>Queries that lie side by side, and whose weights are rounded together.</summary>
    protected const int GroupQueries = 8;

    protected const int Quad = KvHeadView.Quad;

    /// <summary>Head sizes it takes are a multiple of it: elements fill registers of sixteen lanes.</summary>
    public const int DimensionMultiple = 16;

    /// <summary>Bytes that rounded queries take.</summary>
    public static long QueryBytes(int count, int headDim) => Groups(count) * (long)GroupQueries * (headDim + sizeof(float) + sizeof(int));

    /// <summary>
    /// Rounds queries: scale = max|q| / 127, integer = round(q * (127 / max|q|)), ties to even; damage and zeros as <see cref="IntegerDot.Quantize"/>.
    /// Groups of eight follow each other; a group is [HeadDim / 4, 8, 4] integers, [8] float32 scales and [8] int32 offsets, -128 times the sum of a query's integers.
    /// </summary>
    /// <param name="queries">[count, headDim].</param>
    /// <param name="rounded"><see cref="QueryBytes"/>; queries that fill up the last group are zeros.</param>
    public abstract void RoundQueries(float* queries, int count, int headDim, byte* rounded);

    /// <summary>scores[i * stride + p - start] = (sum over k of integer[i, k] * K[p, k]) * (keyScale[p] * queryScale[i]) for p in [start, end). Fills whole panels.</summary>
    /// <param name="rounded">Of <see cref="RoundQueries"/>.</param>
    /// <param name="start">A multiple of <see cref="KvHeadView.PanelPositions"/>.</param>
    public abstract void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride);

    /// <summary>
    /// With w[p] = weights[i * stride + p - start] * valueScale[p], limit = max w and integer[p] = round(w[p] * (32767 / limit)), ties to even:
    /// outputs[i, k] += (sum over p of integer[p] * V[p, k]) * (limit / 32767), by a fused multiply-add.
    /// </summary>
    /// <param name="weights">Not negative.</param>
    /// <param name="start">A multiple of <see cref="KvHeadView.PanelPositions"/>; tiles of positions are counted from there.</param>
    /// <param name="outputs">[count, HeadDim].</param>
    public abstract void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs);

    protected static int Groups(int count) => (count + GroupQueries - 1) / GroupQueries;

    /// <summary>Bytes of a group of rounded queries.</summary>
    protected static long GroupBytes(int headDim) => GroupQueries * (long)(headDim + sizeof(float) + sizeof(int));
}
