namespace Temoto.Kernels;

internal abstract unsafe partial class KernelSet
{
    /// <summary>x[i] = max(x[i], 0). NaN stays NaN.</summary>
    public abstract void Relu(float* x, long count);
}
