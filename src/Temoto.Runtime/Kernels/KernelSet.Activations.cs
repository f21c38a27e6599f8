namespace Temoto.Kernels;

internal abstract unsafe partial class KernelSet
{
    /// <summary>x[i] = max(x[i], 0). NaN stays NaN.</summary>
    public abstract void Relu(float* x, long count);

    /// <summary>x[i] = x[i] * Phi(x[i]), Phi the normal distribution: the exact form, 0.5 x (1 + erf(x / sqrt 2)). Hendrycks and Gimpel, arXiv 1606.08415.</summary>
    public abstract void Gelu(float* x, long count);

    /// <summary>x[i] = x[i] / (1 + exp(-slope x[i])): silu for a slope of 1, Hendrycks and Gimpel's sigmoid approximation of GELU for 1.702.</summary>
    public abstract void Silu(float* x, long count, float slope = 1);

    /// <summary>x[i] = 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): the approximation of GELU by Hendrycks and Gimpel, arXiv 1606.08415.</summary>
    public abstract void GeluTanh(float* x, long count);

    /// <summary>x[i] = max(x[i], 0)^2. So et al., arXiv 2109.08668.</summary>
    public virtual void ReluSquared(float* x, long count)
    {
        Relu(x, count);
        Multiply(x, x, count);
    }

    /// <summary>x[i] = cap tanh(x[i] / cap): what lies far beyond the cap comes close to it. Gemma Team, arXiv 2408.00118.</summary>
    /// <param name="cap">More than 0.</param>
    public abstract void SoftCap(float* x, long count, float cap);

    /// <summary>x[i] = positive x[i]^2 + slope x[i] where x[i] is more than 0, elsewhere negative (exp(min(x[i], most)) - 1 - x[i]) + slope x[i]. Huang and Schlag, arXiv 2411.13010.</summary>
    public virtual void Xielu(float* x, long count, float positive, float negative, float slope, float most)
    {
        for (long i = 0; i < count; i++)
            x[i] = (x[i] > 0 ? positive * x[i] * x[i] : negative * (MathF.Exp(MathF.Min(x[i], most)) - 1 - x[i])) + slope * x[i];
    }

    /// <summary>gate[i] = min(gate[i], limit); up[i] = max(min(up[i], limit), -limit) + offset.</summary>
    /// <param name="limit">More than 0.</param>
    public virtual void Bound(float* gate, float* up, long count, float limit, float offset)
    {
        for (long i = 0; i < count; i++)
        {
            gate[i] = MathF.Min(gate[i], limit);
            up[i] = Math.Clamp(up[i], -limit, limit) + offset;
        }
    }

    /// <summary>x[i] *= y[i]. y may be x.</summary>
    public abstract void Multiply(float* x, float* y, long count);
}
