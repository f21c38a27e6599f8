using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>A <see cref="HeadProjection"/> with its addresses.</summary>
internal sealed unsafe class BoundHeads(HeadProjection projection, BoundLinear linear, float* norm, int headDim, bool ropeInterleaved, ForwardState state)
{
    private readonly float* norm = norm;

    public int Heads => projection.Heads;

    /// <summary>One head of some tokens: projected, normed, turned. y is [tokens, yStride], of which HeadDim floats are written.</summary>
    public void Compute(int head, int tokenStart, int tokens, float* y, long yStride, float* scratch)
    {
        linear.Multiply((long)head * headDim, (head + 1L) * headDim, tokenStart, tokens, y, yStride, scratch);
        for (var token = 0; token < tokens; token++, y += yStride)
        {
            if (projection.Norm is not null)
                state.Kernels.RmsNorm(y, norm, projection.Norm.Epsilon, y, headDim);
            if (projection.Rope is not null)
            {
                var angle = (long)(tokenStart + token) * (headDim / 2);
                state.Kernels.Rope(y, state.Cosines + angle, state.Sines + angle, headDim, ropeInterleaved);
            }
        }
    }
}
