namespace Temoto.Kernels.Floats;

internal unsafe partial class ScalarKernelSet
{
    public override void Relu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = MathF.Max(x[i], 0);
    }

    public override void Gelu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] *= (float)NormalDistribution.Cumulative(x[i]);
    }
}
