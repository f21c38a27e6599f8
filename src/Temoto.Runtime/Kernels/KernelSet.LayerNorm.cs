namespace Temoto.Kernels;

internal abstract unsafe partial class KernelSet
{
    /// <summary>
    /// y[i] = (x[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i], variance = mean((x - mean)^2). Ba et al., arXiv 1607.06450. y may be x.
    /// </summary>
    /// <param name="weight">[width]; null is 1.</param>
    /// <param name="bias">[width]; null is 0.</param>
    public abstract void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int width);
}
