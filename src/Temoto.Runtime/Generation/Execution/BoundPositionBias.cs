using System.Runtime.CompilerServices;
using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>What the scores of a step get by head and distance: slopes of its shape, a table of its operands, or nothing.</summary>
internal sealed unsafe class BoundPositionBias
{
    private readonly AttentionShape shape;
    private readonly float* table;
    private readonly long row;

    /// <summary>Held, so that the pointers into them stay good: pinned.</summary>
    private readonly float[]? slopes;
    private readonly float[]? distances;

    public BoundPositionBias(StepBinding binding)
    {
        shape = binding.Step.Attention!;
        if (shape.BiasReach is { } reach)
        {
            row = 2L * reach - 1;
            table = binding.Vector(OperandRole.PositionBias) + reach - 1;
        }
        if (shape.Slopes is { } given)
        {
            slopes = GC.AllocateUninitializedArray<float>(given.Count, pinned: true);
            given.Span.CopyTo(slopes);
            distances = binding.State.Distances(binding.Plan.ContextTokens);
            table = Start(distances) + distances.Length / 2;
        }
    }

    /// <summary>Of the heads that share a KV head.</summary>
    public PositionBias Of(int kvHead)
    {
        var head = kvHead * shape.GroupHeads;
        return table is null ? default : slopes is null ? new(table + head * row, row, null) : new(table, 0, Start(slopes) + head);
    }

    private static float* Start(float[] pinned) => (float*)Unsafe.AsPointer(ref pinned[0]);
}
