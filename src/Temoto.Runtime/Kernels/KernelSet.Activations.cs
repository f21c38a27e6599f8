namespace Temoto.Kernels;

internal abstract unsafe partial class KernelSet
{
    /// <summary>x[i] = max(x[i], 0). NaN stays NaN.</summary>
    public abstract void Relu(float* x, long count);

    /// <summary>x[i] = x[i] * Phi(x[i]), Phi the normal distribution: the exact form, 0.5 x (1 + erf(x / sqrt 2)). Hendrycks and Gimpel, arXiv 1606.08415.</summary>
    public abstract void Gelu(float* x, long count);
}
