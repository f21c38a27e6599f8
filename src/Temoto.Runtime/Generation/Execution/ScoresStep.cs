using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ScoresStep(PlanStep step, ScoresOp op, ForwardState state) : GemmAttentionStep(step, op.Shape, op.Output, state)
{
    public static long ScratchFloats(PlanStep step, ScoresOp op, KernelSet kernels) =>
        (long)step.TileTokens * op.Shape.GroupHeads * op.Shape.HeadDim + kernels.KvScratchFloats(op.Shape.HeadDim);

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var count = tokens * Shape.GroupHeads;
        GroupQueries.Copy(State.Kernels, Input(0), Shape, kvHead, start, tokens, scratch);
        State.Kernels.Scale(scratch, count * Shape.HeadDim, 1 / MathF.Sqrt(Shape.HeadDim));
        State.Kernels.Scores(scratch, count, State.Cache.Keys(op.Layer, kvHead), 0, Length(start + tokens - 1), Output + Row(kvHead, start), Stride, scratch + (long)count * Shape.HeadDim);
    }
}
