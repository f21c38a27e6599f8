using System.Runtime.CompilerServices;

namespace Temoto.Plans;

/// <summary>How large one run of a plan is.</summary>
/// <param name="Tokens">Of the run: in decode, sequences with a token each.</param>
/// <param name="LogitRows">Rows of logits wanted; without any, a run ends where they would be selected.</param>
/// <param name="Positions">What the cache holds: in prefill one number, in decode one for each sequence.</param>
public sealed record RunShape(int Tokens, int LogitRows, Items<int> Positions)
{
    /// <summary>A run of one sequence; in a decode plan, of as many sequences as tokens that are all alike.</summary>
    public static RunShape Of(Plan plan, int tokens, int position, int logitRows = 1) => plan.Phase == Phase.Decode
        ? new RunShape(tokens, tokens, [.. Enumerable.Repeat(position, tokens)])
        : new RunShape(tokens, logitRows, [position]);
}

/// <summary>Bytes an access touches, one after the other, in a part of an operand.</summary>
/// <param name="Sequence">Whose cache it is; 0 elsewhere.</param>
/// <param name="Offset">In the operand's memory.</param>
public readonly record struct Touch(Operand Operand, Part Part, AccessKind Kind, int Sequence, long Offset, long Bytes);

/// <summary>Hears what a step does, in the order in which it is done.</summary>
public interface IPlanListener
{
    /// <summary>Bytes are read or written.</summary>
    void Touch(in Touch touch);

    /// <summary>The same at several places, one after the other.</summary>
    /// <param name="strideBytes">From one place to the next.</param>
    /// <param name="count">How many places there are.</param>
    void Touch(in Touch first, long strideBytes, long count)
    {
        for (var index = 0L; index < count; index++)
            Touch(first with { Offset = first.Offset + index * strideBytes });
    }

    /// <summary>Something is computed.</summary>
    void Compute(Work work, double operations);

    /// <summary>A loop comes to one of its tiles. Tells how many, it and those behind it, the listener need not hear: it knows what they do.</summary>
    long PassOver(Loop loop, long tile, long tiles) => 0;
}

/// <summary>
/// The one reader of <see cref="Step.Loops"/>: carries out a step's loops for a run of some size and tells a listener every access and every piece of work in order. What counts bytes,
/// prices steps or models cycles listens; nobody else knows the order.
/// </summary>
public sealed class PlanWalk
{
    private readonly Plan plan;
    private readonly RunShape run;
    private readonly IPlanListener listener;
    private readonly long[] starts = new long[Dimensions];
    private readonly long[] ends = new long[Dimensions];

    /// <summary>Where in the step's list the first operand of each role is, or its end.</summary>
    private readonly int[] firstOf = new int[Roles];

    private PlacedStep placed = null!;
    private Step step = null!;
    private bool insidePositions;

    /// <summary>One more than the last.</summary>
    private const int Dimensions = (int)Dimension.Experts + 1;

    /// <summary>One more than the last.</summary>
    private const int Roles = (int)OperandRole.Parameters + 1;

    /// <summary>A walk through runs of one size.</summary>
    public PlanWalk(Plan plan, RunShape run, IPlanListener listener)
    {
        this.plan = plan;
        this.run = run;
        this.listener = listener;
    }

    /// <summary>Carries out one step.</summary>
    public void Walk(PlacedStep next)
    {
        placed = next;
        step = next.Step;
        Array.Clear(starts);
        Array.Clear(ends);
        Array.Fill(firstOf, step.Operands.Count);
        for (var index = step.Operands.Count - 1; index >= 0; index--)
        {
            var operand = step.Operands[index];
            firstOf[(int)operand.Role] = index;
            foreach (var part in operand.Parts.Span)
            {
                foreach (var axis in part.Axes.Span)
                {
                    // How many experts are asked depends on the run.
                    if (axis.Dimension != Dimension.Experts)
                        ends[(int)axis.Dimension] = Math.Max(ends[(int)axis.Dimension], axis.Extent);
                }
            }
        }
        if (step.Attention is { } attention)
            (ends[(int)Dimension.HeadDim], ends[(int)Dimension.GroupHeads]) = (attention.HeadDim, attention.GroupHeads);
        ends[(int)Dimension.Tokens] = run.Tokens;
        ends[(int)Dimension.LogitRows] = run.LogitRows;
        insidePositions = false;
        Walk(step.Loops);
    }

    private void Walk(Items<LoopNode> nodes)
    {
        foreach (var node in nodes.Span)
        {
            switch (node)
            {
                case Loop loop:
                    Walk(loop);
                    break;
                case Access access:
                    Touch(access);
                    break;
                case Work work:
                    listener.Compute(work, Operations(work));
                    break;
            }
        }
    }

    private void Walk(Loop loop)
    {
        var over = (int)loop.Over;
        var (start, end) = Range(loop.Over);
        var (outerStart, outerEnd, outerInside) = (starts[over], ends[over], insidePositions);
        var (tokenStart, tokenEnd) = (starts[(int)Dimension.Tokens], ends[(int)Dimension.Tokens]);
        insidePositions |= loop.Over == Dimension.Positions;
        var rows = step.OnLogitRows ? (int)Dimension.LogitRows : (int)Dimension.Tokens;
        var (rowStart, rowEnd) = (starts[rows], ends[rows]);
        // Experts share the tokens among themselves.
        if (loop.Over == Dimension.Experts)
            ends[rows] = rowStart + ((rowEnd - rowStart) * step.Routing!.Chosen + end - 1) / Math.Max(1, end);
        var tiles = (end - start + loop.Tile - 1) / loop.Tile;
        for (var tile = 0L; (tile += listener.PassOver(loop, tile, tiles)) < tiles; tile++)
        {
            var first = start + (loop.Descending ? tiles - 1 - tile : tile) * loop.Tile;
            (starts[over], ends[over]) = (first, Math.Min(end, first + loop.Tile));
            if (loop.Over == Dimension.LogitRows)
            {
                // The tokens whose logits these are.
                var token = (step.FirstRow is { } row && step.Kind == StepKind.SelectRows ? row : run.Tokens - run.LogitRows) + first;
                (starts[(int)Dimension.Tokens], ends[(int)Dimension.Tokens]) = (token, token + ends[over] - first);
            }
            Walk(loop.Body);
        }
        if (loop.Over == Dimension.Experts)
            ends[rows] = rowEnd;
        (starts[over], ends[over], insidePositions) = (outerStart, outerEnd, outerInside);
        (starts[(int)Dimension.Tokens], ends[(int)Dimension.Tokens]) = loop.Over == Dimension.Tokens ? (outerStart, outerEnd) : (tokenStart, tokenEnd);
    }

    private (long Start, long End) Range(Dimension dimension) => dimension switch
    {
        Dimension.Positions when !insidePositions => Visible(),
        Dimension.Experts when ends[(int)dimension] == 0 => (0, step.Routing!.Asked(step.OnLogitRows ? run.LogitRows : run.Tokens)),
        _ => (starts[(int)dimension], ends[(int)dimension]),
    };

    /// <summary>Positions that the tokens in reach see, together.</summary>
    private (long Start, long End) Visible()
    {
        var first = starts[(int)Dimension.Tokens];
        var last = ends[(int)Dimension.Tokens] - 1;
        return (SeenFrom(first), SeenTo(last));
    }

    private long SeenTo(long token)
    {
        if (plan.Phase == Phase.Decode)
            return run.Positions[(int)token] + 1L;
        var end = run.Positions[0] + run.Tokens;
        return step.Attention is not { } attention ? PositionOf(token) + 1 : attention.ComputesUnseen ? end : attention.SeenTo(PositionOf(token), end);
    }

    private long SeenFrom(long token) => step.Attention?.SeenFrom(PositionOf(token)) ?? Math.Max(0, PositionOf(token) + 1 - (step.Taps ?? int.MaxValue));

    private int PositionOf(long token) => plan.Phase == Phase.Decode ? run.Positions[(int)token] : run.Positions[0] + (int)token;

    private double Operations(Work work)
    {
        double operations = work.PerElement;
        var tokens = 1L;
        var pairs = false;
        foreach (var dimension in work.Over.Span)
        {
            var inReach = ends[(int)dimension] - starts[(int)dimension];
            switch (dimension)
            {
                case Dimension.Positions:
                    pairs = true;
                    break;
                case Dimension.Tokens:
                    tokens = inReach;
                    break;
                default:
                    operations *= inReach;
                    break;
            }
        }
        // Tokens see positions each for itself.
        return operations * (pairs ? Pairs() : tokens);
    }

    /// <summary>Pairs of a token in reach and a position it sees, among the positions in reach.</summary>
    private long Pairs()
    {
        var (start, end) = Range(Dimension.Positions);
        long pairs = 0;
        for (var token = starts[(int)Dimension.Tokens]; token < ends[(int)Dimension.Tokens]; token++)
            pairs += Math.Max(0, Math.Min(end, SeenTo(token)) - Math.Max(start, SeenFrom(token)));
        return pairs;
    }

    private void Touch(Access access)
    {
        var operands = step.Operands.Span;
        // Of weights of experts, that of the expert in reach: those that are asked lie anywhere among all.
        var only = ends[(int)Dimension.Experts] > 0 && access.Operand is OperandRole.GateWeight or OperandRole.UpWeight or OperandRole.Weight or OperandRole.GateBias or OperandRole.UpBias or OperandRole.Bias
            ? starts[(int)Dimension.Experts] * step.Routing!.Experts / step.Routing.Asked(step.OnLogitRows ? run.LogitRows : run.Tokens)
            : -1;
        var number = 0L;
        for (var index = firstOf[(int)access.Operand]; index < operands.Length; index++)
        {
            if (operands[index].Role != access.Operand || only >= 0 && number++ != only)
                continue;
            foreach (var part in operands[index].Parts.Span)
                Touch(operands[index], part, access.Kind);
        }
    }

    [SkipLocalsInit]
    private void Touch(Operand operand, Part part, AccessKind kind)
    {
        // One level of repetition per axis, two where it has tiles.
        const int most = 16;
        Span<long> strides = stackalloc long[most];
        Span<long> counts = stackalloc long[most];
        var levels = 0;
        var offset = placed.Offset(part);
        foreach (var axis in part.Axes.Span)
        {
            var (start, end) = Reach(axis, kind);
            if (end <= start)
                return;
            if (axis.Tile > 1)
            {
                var tile = start / axis.Tile;
                offset += tile * axis.TileStrideBytes;
                if (kind == AccessKind.Append && axis.Dimension == Dimension.Positions)
                {
                    offset += start % axis.Tile * axis.StrideBytes;
                    continue;
                }
                Add(strides, counts, ref levels, axis.TileStrideBytes, (end + axis.Tile - 1) / axis.Tile - tile);
                Add(strides, counts, ref levels, axis.StrideBytes, axis.Tile);
                continue;
            }
            offset += start * axis.StrideBytes;
            Add(strides, counts, ref levels, axis.StrideBytes, end - start);
        }
        var run = Joined(part.RunBytes, strides, counts, ref levels);
        Emit(operand, part, kind, offset, run, strides[..levels], counts[..levels]);
    }

    private static void Add(Span<long> strides, Span<long> counts, ref int levels, long stride, long count)
    {
        if (stride == 0 || count <= 1)
            return;
        strides[levels] = stride;
        counts[levels++] = count;
    }

    /// <summary>Joins what lies side by side: the bytes that follow each other, whatever axis they come from.</summary>
    private static long Joined(long run, Span<long> strides, Span<long> counts, ref int levels)
    {
        for (var level = 0; level < levels; level++)
        {
            if (strides[level] != run)
                continue;
            run *= counts[level];
            levels--;
            (strides[level], counts[level]) = (strides[levels], counts[levels]);
            level = -1;
        }
        return run;
    }

    private void Emit(Operand operand, Part part, AccessKind kind, long offset, long bytes, ReadOnlySpan<long> strides, ReadOnlySpan<long> counts)
    {
        if (strides.Length > 1)
        {
            for (var index = 0L; index < counts[0]; index++)
                Emit(operand, part, kind, offset + index * strides[0], bytes, strides[1..], counts[1..]);
            return;
        }
        var sequence = operand.Memory == MemoryRegion.KvCache && plan.Phase == Phase.Decode ? (int)starts[(int)Dimension.Tokens] : 0;
        var touch = new Touch(operand, part, kind, sequence, offset, bytes);
        if (strides.IsEmpty)
            listener.Touch(touch);
        else
            listener.Touch(touch, strides[0], counts[0]);
    }

    private (long Start, long End) Reach(Axis axis, AccessKind kind)
    {
        var token = starts[(int)Dimension.Tokens];
        switch (axis.Dimension)
        {
            case Dimension.TableRows:
                // A row of its own for each token, none twice.
                return (token % axis.Extent, token % axis.Extent + 1);
            case Dimension.Positions when kind == AccessKind.Append:
                var position = plan.Phase == Phase.Decode ? run.Positions[(int)token] : run.Positions[0] + token;
                return (position, position + 1);
            case Dimension.Experts:
                // A token's experts in their order, wherever they lie among all.
                var (expert, lastExpert) = Range(axis.Dimension);
                return lastExpert - expert == 1 ? (expert % axis.Extent, expert % axis.Extent + 1) : (0, axis.Extent);
            case Dimension.Tokens:
                // Tokens beyond the axis have nothing there: those of a picture that are no patches.
                var (first, last) = Range(axis.Dimension);
                return (first, Math.Min(last, axis.Extent));
            default:
                return Range(axis.Dimension);
        }
    }
}
