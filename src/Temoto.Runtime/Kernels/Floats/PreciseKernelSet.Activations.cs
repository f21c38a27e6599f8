namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class PreciseKernelSet
{
    /// <summary>Exact in any precision.</summary>
    public override void Relu(float* x, long count) => specification.Relu(x, count);

    public override void Silu(float* x, long count, float slope = 1)
    {
        for (long i = 0; i < count; i++)
            x[i] = (float)(x[i] / (1 + Math.Exp(-(double)slope * x[i])));
    }

    public override void GeluTanh(float* x, long count)
    {
        var root = Math.Sqrt(2 / Math.PI);
        for (long i = 0; i < count; i++)
        {
            double value = x[i];
            x[i] = (float)(0.5 * value * (1 + Math.Tanh(root * (value + 0.044715 * value * value * value))));
        }
    }

    public override void SoftCap(float* x, long count, float cap)
    {
        for (long i = 0; i < count; i++)
            x[i] = (float)(cap * Math.Tanh((double)x[i] / cap));
    }

    public override void Xielu(float* x, long count, float positive, float negative, float slope, float most)
    {
        for (long i = 0; i < count; i++)
        {
            double value = x[i];
            x[i] = (float)((value > 0 ? positive * value * value : negative * (Math.Exp(Math.Min(value, most)) - 1 - value)) + slope * value);
        }
    }

    public override void Multiply(float* x, float* y, long count) => specification.Multiply(x, y, count);

    public override void Gelu(float* x, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = (float)(x[i] * NormalDistribution.Cumulative(x[i]));
    }
}
