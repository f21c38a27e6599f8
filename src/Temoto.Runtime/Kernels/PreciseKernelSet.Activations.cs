namespace Temoto.Kernels;

internal sealed unsafe partial class PreciseKernelSet
{
    /// <summary>Exact in any precision.</summary>
    public override void Relu(float* x, long count) => specification.Relu(x, count);
}
