namespace Temoto.Kernels.Floats;

internal unsafe partial class ScalarKernelSet
{
    private const float RootOfTwoOverPi = 0.79788456f;

    public override void Relu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = MathF.Max(x[i], 0);
    }

    public override void Silu(float* x, long count, float slope = 1)
    {
        for (long i = 0; i < count; i++)
            x[i] /= 1 + MathF.Exp(-slope * x[i]);
    }

    public override void GeluTanh(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = 0.5f * x[i] * (1 + MathF.Tanh(RootOfTwoOverPi * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
    }

    public override void SoftCap(float* x, long count, float cap)
    {
        for (long i = 0; i < count; i++)
            x[i] = cap * MathF.Tanh(x[i] / cap);
    }

    public override void Multiply(float* x, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] *= y[i];
    }

    public override void Gelu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] *= (float)NormalDistribution.Cumulative(x[i]);
    }
}
