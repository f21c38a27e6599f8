using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What a plan moves, computed from its operands: every byte once, wherever it lies. (What goes beyond the on-chip level is the matter of <see cref="TrafficLedger"/>.)</summary>
internal sealed class PlanFigures
{
    private readonly Plan plan;
    private readonly List<ExpertBytes> experts = [];
    private readonly long tableRowBytes;
    private readonly long activationBytesPerToken;
    private readonly long bytesPerPiece;
    private readonly int piecePositions = int.MaxValue;

    public PlanFigures(Plan plan)
    {
        this.plan = plan;
        var beforeLogits = true;
        foreach (var section in plan.Sections)
        {
            foreach (var step in section.Steps)
            {
                beforeLogits &= step.Kind != StepKind.SelectRows;
                var isTable = step.Kind is StepKind.Embed or StepKind.AddPositions;
                var weightBytes = WeightBytesOf(step, isTable) * section.Layers;
                if (step.Routing is { } routing && weightBytes > 0)
                {
                    // A token reads those of its experts.
                    experts.Add(new ExpertBytes(routing, weightBytes));
                    weightBytes = weightBytes / routing.Experts * routing.Chosen;
                }
                WeightBytes += weightBytes;
                if (beforeLogits)
                    WeightBytesWithoutLogits += weightBytes;
                if (isTable)
                    tableRowBytes += weightBytes;
                activationBytesPerToken += ActivationBytesOf(step) * section.Layers;
                if (step.Kind != StepKind.SplitAttention)
                    continue;
                piecePositions = step.Tile(Dimension.Positions);
                bytesPerPiece += step.Attention!.KvHeads * step.Attention.PieceFloats * sizeof(float) * section.Layers;
            }
        }
    }

    /// <summary>Weight bytes read by one run of a token: the whole model once, one row of the tables, and of experts those that a token is sent to.</summary>
    public long WeightBytes { get; }

    /// <summary>The same of a run without logits, which ends where their rows would be selected.</summary>
    public long WeightBytesWithoutLogits { get; }

    /// <summary>
    /// Bytes moved to generate one token when <paramref name="position"/> tokens are cached: all weights, the cache read once, the new
    /// position written, activations written and read. Computed from the plan, not measured.
    /// </summary>
    public long BytesPerToken(int position) => BytesPerRun(1, position);

    /// <summary>
    /// The same of a decode run that generates a token for each of several sequences with <paramref name="position"/> tokens cached: the weights are read once, all else for
    /// each sequence.
    /// </summary>
    public long BytesPerRun(int sequences, int position) => WeightBytesPerRun(sequences) + sequences * BytesPerSequence(position);

    /// <summary>What each sequence of a decode run moves for itself: its cache and its activations.</summary>
    public long BytesPerSequence(int position) =>
        (plan.Kv?.BytesPerPosition ?? 0) * (position + 1L) + activationBytesPerToken + 2 * bytesPerPiece * ((position + (long)piecePositions) / piecePositions);

    /// <summary>Weight bytes of a run with logits: tables give each token a row of its own.</summary>
    public long WeightBytesPerRun(int tokens)
    {
        var bytes = WeightBytes + (tokens - 1L) * tableRowBytes;
        // Asked for at every token: nothing is allocated.
        foreach (var step in experts)
            bytes += step.Bytes / step.Routing.Experts * (step.Routing.Asked(tokens) - step.Routing.Chosen);
        return bytes;
    }

    /// <summary>Weights of all experts of a step, in all of its layers.</summary>
    private sealed record ExpertBytes(Routing Routing, long Bytes);

    private static long WeightBytesOf(Step step, bool isTable)
    {
        var bytes = 0L;
        foreach (var operand in step.Operands)
        {
            if (operand.Memory == MemoryRegion.Weights)
                bytes += isTable ? (operand.Bytes + operand.Shape[0] - 1) / operand.Shape[0] : operand.Bytes;
        }
        return bytes;
    }

    /// <summary>Rows written and read for one token; the pieces of split attention, of which there are as many as the cache is long, not included.</summary>
    private static long ActivationBytesOf(Step step)
    {
        var bytes = 0L;
        // By whether they are written, and their offset.
        var counted = new HashSet<long>();
        foreach (var operand in step.Operands)
        {
            var isPieces = (step.Kind, operand.Role) is (StepKind.SplitAttention, OperandRole.Output) or (StepKind.MergePieces, OperandRole.Input);
            if (operand.Memory == MemoryRegion.Activations && !isPieces && counted.Add(operand.Role == OperandRole.Output ? -1 - operand.Elements.OffsetBytes : operand.Elements.OffsetBytes))
                bytes += operand.Format.RowBytes(operand.Shape[1]);
        }
        return bytes;
    }
}
