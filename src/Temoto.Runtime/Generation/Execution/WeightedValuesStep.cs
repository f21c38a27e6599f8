using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

internal sealed unsafe class WeightedValuesStep(PlanStep step, WeightedValuesOp op, ForwardState state) : GemmAttentionStep(step, op.Shape, op.Input, state)
{
    public static long ScratchFloats(PlanStep step, WeightedValuesOp op, KernelSet kernels) =>
        (long)step.TileTokens * op.Shape.GroupHeads * op.Shape.HeadDim + kernels.KvScratchFloats(op.Shape.HeadDim);

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var group = Shape.GroupHeads * Shape.HeadDim;
        var width = (long)Shape.Heads * Shape.HeadDim;
        new Span<float>(scratch, tokens * group).Clear();
        State.Kernels.AddValues(Input(0) + Row(kvHead, start), Stride, tokens * Shape.GroupHeads, State.Cache.Values(op.Layer, kvHead), 0, Length(start + tokens - 1), scratch, scratch + (long)tokens * group);
        for (var token = 0; token < tokens; token++)
            State.Kernels.Copy(scratch + (long)token * group, Output + (start + token) * width + kvHead * group, group);
    }
}
