using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ScoresStep(StepBinding binding) : GemmAttentionStep(binding, OperandRole.Output)
{
    private readonly BoundPositionBias bias = new(binding);
    private readonly CachePlace keys = binding.Cache(OperandRole.Keys);

    public static long ScratchFloats(Step step, KernelSet kernels)
    {
        var shape = step.Attention!;
        var tokens = step.Tile(Dimension.Tokens);
        return (long)tokens * shape.GroupHeads * shape.HeadDim
            + (shape.Integers ? IntegerAttention.QueryBytes(tokens * shape.GroupHeads, shape.HeadDim) / sizeof(float) : kernels.KvScratchFloats(shape.HeadDim));
    }

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var count = tokens * Shape.GroupHeads;
        GroupQueries.Copy(Kernels, Input, Shape, kvHead, start, tokens, scratch);
        Kernels.Scale(scratch, count * Shape.HeadDim, Shape.ScoreScale);
        var view = State.Cache.At(keys, kvHead);
        var length = Length(start + tokens - 1);
        var first = FirstPanel(start);
        var scores = Output + Row(kvHead, start) + first;
        var more = scratch + (long)count * Shape.HeadDim;
        if (Integers is null)
        {
            Kernels.Scores(scratch, count, view, first, length, scores, Stride, more);
        }
        else
        {
            Integers.RoundQueries(scratch, count, Shape.HeadDim, (byte*)more);
            Integers.Scores((byte*)more, count, view, first, length, scores, Stride);
        }
        Kernels.Cap(Shape.SoftCap, scores, Stride, count, length - first);
        var added = bias.Of(kvHead);
        if (added.IsNone)
            return;
        for (var token = start; token < start + tokens; token++)
        {
            // Only what it sees: tokens of a tile may be of several texts.
            var from = FirstPanel(token);
            added.AddTo(Kernels, Output + Row(kvHead, token) + from, Stride, Shape.GroupHeads, Shape.GroupHeads, State.PlaceOf(token), from, Length(token) - from);
        }
    }
}
