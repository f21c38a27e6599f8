using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Kernels.Attention;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ScoresStep(PlanStep step, ScoresOp op, ForwardState state) : GemmAttentionStep(step, op.Shape, op.Output, state)
{
    public static long ScratchFloats(PlanStep step, ScoresOp op, KernelSet kernels) =>
        (long)step.TileTokens * op.Shape.GroupHeads * op.Shape.HeadDim
        + (op.Shape.Integers ? IntegerAttention.QueryBytes(step.TileTokens * op.Shape.GroupHeads, op.Shape.HeadDim) / sizeof(float) : kernels.KvScratchFloats(op.Shape.HeadDim));

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var count = tokens * Shape.GroupHeads;
        GroupQueries.Copy(State.Kernels, Input(0), Shape, kvHead, start, tokens, scratch);
        State.Kernels.Scale(scratch, count * Shape.HeadDim, 1 / MathF.Sqrt(Shape.HeadDim));
        var keys = State.Cache.Keys(op.Layer, kvHead);
        var length = Length(start + tokens - 1);
        var scores = Output + Row(kvHead, start);
        var more = scratch + (long)count * Shape.HeadDim;
        if (Integers is null)
        {
            State.Kernels.Scores(scratch, count, keys, 0, length, scores, Stride, more);
            return;
        }
        Integers.RoundQueries(scratch, count, Shape.HeadDim, (byte*)more);
        Integers.Scores((byte*)more, count, keys, 0, length, scores, Stride);
    }
}
