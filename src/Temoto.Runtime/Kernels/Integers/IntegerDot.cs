using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Matrix products of integer weights with integer activations: each block of 32 columns is summed exactly in int32, and block sums are combined in float32.
/// A part of a <see cref="KernelSet"/>, chosen with it. <see cref="ScalarIntegerDot"/> is the specification.
/// </summary>
internal abstract unsafe class IntegerDot
{
    /// <summary>
    /// Whether a weight is made of whole blocks: Q8_0, Q5_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K, and integers with scales whose groups are multiples of 32 columns (or whole rows). I8 with zero
    /// points is left to the float kernels, since q - zero needs nine bits.
    /// </summary>
    public static bool Takes(Tensor weight)
    {
        if (weight.Columns % QuantizedRow.BlockColumns != 0)
            return false;
        return weight.DType switch
        {
            DType.Q8_0 or DType.Q5_0 or DType.Q4_0 or DType.Q4_1 or DType.Q4_K or DType.Q5_K or DType.Q6_K => weight.Scales is null,
            DType.I8 => weight.Scales is { Zeros: null } scales && WholeBlocks(scales, weight.Columns),
            DType.I4 => weight.Scales is { } scales && WholeBlocks(scales, weight.Columns),
            _ => false,
        };
    }

    /// <summary>
    /// Rounds a token's activations: per block of 32, scale = max|x| / 127 and integer = round(x * (127 / max|x|)), ties to even. A block whose largest magnitude is
    /// below <see cref="Smallest"/> becomes zeros; one that holds an infinity or NaN gets the scale NaN and zeros.
    /// </summary>
    public abstract void Quantize(float* x, long columns, QuantizedRow destination);

    /// <summary>The same with one scale for the token: integer = clamp(round(x / scale), -127, 127), ties to even (the grid of <see cref="InputGrid"/>).</summary>
    public abstract void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination);

    /// <summary>
    /// y[t * yStride + n - rowStart] = bias[n] + sum over blocks b of (sum over k in b of (q[n, k] - zero) * integer[t, k]) * (weightScale[n, b] * activationScale[t, b]), for n in
    /// [rowStart, rowEnd). K types: q * scale - minimum in place of (q - zero) * scale, where the sum of minima is minimum * (activationScale * - sum of integers), and Q6_K has
    /// groups of 16 columns. Q4_1: q * scale + minimum, the minimum times the sum added after its block. The inner sum is exact; the outer one is float32 (each kernel states its order).
    /// </summary>
    /// <param name="weight">One that <see cref="Takes"/> accepts, rows plain, encoded or in panels: those are added in the order of the specification, whatever the number of tokens.</param>
    /// <param name="bias">[N] or null.</param>
    /// <param name="x">[tokens] of <see cref="QuantizedRow"/>.</param>
    /// <param name="y">Where row rowStart of token 0 goes: into [tokens, N] or into a tile of its own.</param>
    /// <param name="yStride">Floats from one token of y to the next.</param>
    /// <param name="scratch">At least <see cref="MatMulScratchFloats"/> floats of this thread's own.</param>
    public abstract void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch);

    /// <summary>Makes the products of one token with weights of this one's kind ready before their first use, where that takes a while.</summary>
    public virtual void Prepare(Tensor weight)
    {
    }

    /// <summary>The same for weights that will lie in panels.</summary>
    public virtual void PreparePanels(Tensor weight)
    {
    }

    /// <summary>The same for <see cref="MatVecs"/>.</summary>
    public virtual void PrepareSequences(Tensor weight)
    {
    }

    /// <summary>Scratch floats <see cref="MatMul"/> needs for <paramref name="rows"/> rows of <paramref name="columns"/> weights at a time.</summary>
    public abstract long MatMulScratchFloats(long columns, int rows);

    /// <summary>
    /// Several tokens that are nothing to each other (a token of each of several sequences): what <see cref="MatMul"/> gives each of them alone, bit for bit, with the rows
    /// read from memory once. One token is the same as <see cref="MatMul"/>.
    /// </summary>
    /// <param name="scratch">At least <see cref="MatVecsScratchFloats"/> floats of this thread's own.</param>
    public abstract void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch);

    /// <summary>Scratch floats <see cref="MatVecs"/> needs.</summary>
    public abstract long MatVecsScratchFloats(long columns, int rows, int tokens);

    /// <summary>Whether weights are multiplied as they lie in panels (<see cref="Tensors.Panels.PanelLayout"/>), which is then the fastest layout for few tokens.</summary>
    public bool MultipliesPanels => MostPanelTokens > 0;

    /// <summary>Most tokens that meet weights in panels as they lie, 0 where none do; for more, rows are laid out plain and then as the set's own products of many tokens have them.</summary>
    public virtual int MostPanelTokens => 0;

    /// <summary>Whether products of one token heed <see cref="Tensors.Panels.PanelRows.PastCaches"/>.</summary>
    public virtual bool ReadsPastCaches => false;

    /// <summary>127 / max|x| stays finite above it.</summary>
    public const float Smallest = 1e-36f;

    /// <summary>Blocks of a row that share a scale of <paramref name="scales"/>.</summary>
    public static long GroupBlocks(GroupScales scales, long columns) =>
        scales.PerTensor || scales.GroupSize >= columns ? columns / QuantizedRow.BlockColumns : scales.GroupSize / QuantizedRow.BlockColumns;

    /// <summary>Bytes of encoded rows laid out plain, of the type that takes most: Q8_0.</summary>
    protected static long PlainBytes(long columns, long rows) => rows * DType.Q8_0.RowBytes((columns + QuantizedRow.BlockColumns - 1) / QuantizedRow.BlockColumns * QuantizedRow.BlockColumns);

    private static bool WholeBlocks(GroupScales scales, long columns) => scales.GroupSize % QuantizedRow.BlockColumns == 0 || scales.GroupSize >= columns;
}
