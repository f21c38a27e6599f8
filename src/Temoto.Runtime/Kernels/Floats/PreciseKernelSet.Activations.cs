namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class PreciseKernelSet
{
    /// <summary>Exact in any precision.</summary>
    public override void Relu(float* x, long count) => specification.Relu(x, count);

    public override void Gelu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = (float)(x[i] * NormalDistribution.Cumulative(x[i]));
    }
}
