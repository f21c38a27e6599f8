using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// The numeric work of the runtime on one thread. A set is chosen once (<see cref="KernelChooser"/>); no other code asks what the hardware can do.
/// The scalar set is the specification the others are tested against. Activations are float32, row-major [tokens, width].
/// </summary>
internal abstract unsafe partial class KernelSet
{
    /// <summary>The name <c>--kernels</c> takes.</summary>
    public abstract string Name { get; }

    /// <summary>Products with activations rounded to integers; null where the set has none.</summary>
    public virtual IntegerDot? Integers => null;

    /// <summary>Whether float weights are multiplied as they lie in panels (<see cref="Tensors.Panels.PanelLayout"/>), which is then the fastest layout for two tokens and more.</summary>
    public virtual bool MultipliesFloatPanels => false;

    /// <summary>Attention in integers over an int8 cache; null where the set has none.</summary>
    public virtual IntegerAttention? IntegerAttention => null;

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

    /// <summary>
    /// Several tokens that are nothing to each other (a token of each of several sequences): what <see cref="MatMul"/> gives each of them alone, bit for bit, with the rows
    /// read from memory once. One token is the same as <see cref="MatMul"/>.
    /// </summary>
    /// <param name="scratch">At least <see cref="MatVecsScratchFloats"/> floats of this thread's own.</param>
    public abstract void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, float* x, int tokens, float* y, long yStride, float* scratch);

    /// <summary>Scratch floats <see cref="MatVecs"/> needs.</summary>
    public abstract long MatVecsScratchFloats(long columns, int rows, int tokens);

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
}
