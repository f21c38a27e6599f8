using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>A norm of whole rows with its weights.</summary>
internal sealed unsafe class BoundNorm
{
    private readonly KernelSet kernels;
    private readonly int width;
    private readonly float epsilon;
    private readonly float* weight;

    /// <summary>Null for an RMS norm.</summary>
    private readonly float* bias;

    public BoundNorm(Op op, BoundWeights weights, KernelSet kernels)
    {
        this.kernels = kernels;
        width = op.Output.Width;
        switch (op)
        {
            case RmsNormOp norm:
                epsilon = norm.Epsilon;
                weight = weights.Vector(norm.Weight);
                break;
            case LayerNormOp norm:
                epsilon = norm.Epsilon;
                weight = weights.Vector(norm.Weight);
                bias = weights.Vector(norm.Bias);
                break;
            default:
                throw new InvalidOperationException($"{op.GetType().Name} is no norm");
        }
    }

    public void Compute(float* x, float* y)
    {
        if (bias is null)
            kernels.RmsNorm(x, weight, epsilon, y, width);
        else
            kernels.LayerNorm(x, weight, bias, epsilon, y, width);
    }
}
