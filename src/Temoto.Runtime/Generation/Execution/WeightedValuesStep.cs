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
        var weights = Input(0) + Row(kvHead, start);
        var values = State.Cache.Values(op.Layer, kvHead);
        var length = Length(start + tokens - 1);
        if (Integers is null)
            State.Kernels.AddValues(weights, Stride, tokens * Shape.GroupHeads, values, 0, length, scratch, scratch + (long)tokens * group);
        else
            Integers.AddValues(weights, Stride, tokens * Shape.GroupHeads, values, 0, length, scratch);
        for (var token = 0; token < tokens; token++)
            State.Kernels.Copy(scratch + (long)token * group, Output + (start + token) * width + kvHead * group, group);
    }
}
