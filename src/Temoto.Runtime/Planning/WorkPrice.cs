using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>How long the arithmetic of a step takes on its device.</summary>
internal static class WorkPrice
{
    /// <param name="work">All the step does in a run.</param>
    /// <param name="rows">Of them, those the step works on.</param>
    /// <param name="oneToken">Which rates hold: see <see cref="TokenCount"/>.</param>
    public static double Seconds(Board board, BoardDevice device, Step step, Items<WorkDone> work, RunShape run, int rows, bool oneToken)
    {
        if (step.Kind == StepKind.TphsAttention && device.Pipeline is { } pipeline)
            return PipelineSeconds(board, pipeline, step, work, run, oneToken);
        var seconds = PassPrice.Epilogues(board, step, rows);
        foreach (var done in work)
            seconds += Seconds(board, step, done, run, rows, oneToken);
        return seconds;
    }

    /// <summary>Of the shorter of moving bytes and computing, the share that hides behind the longer: the matter of a step's main work, products, else attention, else whatever it does.</summary>
    public static double HiddenShare(Board board, Step step, Items<WorkDone> work, bool oneToken) =>
        work.OrderBy(done => done.Kind).Select(done => UnitOf(board, step, done, oneToken)?.Overlap).FirstOrDefault()?.Value ?? 1;

    /// <summary>What units on the way from memory take for what passes them.</summary>
    public static double StreamSeconds(Board board, Step step, Items<WorkDone> work, bool oneToken)
    {
        var seconds = 0.0;
        foreach (var done in work)
        {
            if (OtherUnit(board, step, done.Kind, oneToken) is { InStream: true } unit)
                seconds += done.Operations / unit.Rate;
        }
        return seconds;
    }

    /// <summary>
    /// Tokens and heads follow each other through dot products, softmax and weighted rows: the slowest of the three counts, and the way of the first through the others.
    /// </summary>
    private static double PipelineSeconds(Board board, BoardPipeline pipeline, Step step, Items<WorkDone> work, RunShape run, bool oneToken)
    {
        var unit = AttentionUnit(board, step, step[OperandRole.Keys].Format, oneToken);
        var elementRate = 2 * (unit.LanesPerElement?.Value ?? unit.Tile!.Columns) * unit.ClockHz!.Value;
        double dot = 0, row = 0, softmax = 0, others = PassPrice.Epilogues(board, step, run.Tokens);
        foreach (var done in work)
        {
            if (done.Kind == WorkKind.Product || (done.Kind == WorkKind.Attention && done.Operand == OperandRole.Keys))
                dot += done.Operations / (pipeline.DotElements.Value * elementRate);
            else if (done.Kind == WorkKind.Attention)
                row += done.Operations / (pipeline.RowElements.Value * elementRate);
            else if (done.Kind == WorkKind.Softmax)
                softmax += Seconds(board, step, done, run, run.Tokens, oneToken);
            else
                others += Seconds(board, step, done, run, run.Tokens, oneToken);
        }
        var slowest = Math.Max(row, Math.Max(dot, softmax));
        var first = (dot + softmax + row - slowest) * pipeline.RowElements.Value / ((double)run.Tokens * step.Attention!.Heads);
        return slowest + first + others;
    }

    private static double Seconds(Board board, Step step, WorkDone done, RunShape run, int rows, bool oneToken)
    {
        var operand = step.Find(done.Operand);
        var format = operand?.Format;
        // Rows in the escape code are multiplied as they lie for one token, where a unit does that; else they are unpacked.
        var escapeUnit = rows == 1 && format is { Packing: RowPacking.Escape } && done.Kind is WorkKind.Product or WorkKind.Unpack
            ? board.UnitFor(step.Device, WorkKind.Product, format, operand!.Shape[1], step.InputOf(done.Operand).Format, oneToken: true)
            : null;
        switch (done.Kind)
        {
            case WorkKind.Product when escapeUnit is not null:
                return done.Operations / (PackedWeights.RateFromMemory * escapeUnit.RateOf(format!.EscapeShare ?? 0));
            case WorkKind.Product:
                var unit = UnitOf(board, step, done, oneToken)!;
                return unit.Tile is null ? done.Operations / unit.Rate : ProductSeconds(unit, operand!.Shape[0], operand.Shape[1], done.Operations);
            case WorkKind.Attention:
                var attends = AttentionUnit(board, step, format, oneToken);
                return attends.Tile is null ? AttentionPrice.Seconds(board, step, done, attends, run) : AttentionSeconds(attends, step.Attention!, rows, done.Operations);
            case WorkKind.Elementwise:
                return PassPrice.Work(board, step, done.Operations);
            case WorkKind.Unpack when escapeUnit is not null:
                return 0;
            case WorkKind.Unpack:
            case WorkKind.Softmax:
            case WorkKind.Norm:
                return OtherUnit(board, step, done.Kind, oneToken) is { InStream: false } other ? done.Operations / other.Rate : 0;
            default:
                throw new InvalidOperationException($"no price for {done.Kind}");
        }
    }

    /// <summary>Whole tiles of rows, columns and tokens; each row of tiles is begun once for as many tokens as a tile has.</summary>
    private static double ProductSeconds(BoardUnit unit, long weightRows, long columns, double operations)
    {
        var tile = unit.Tile!;
        var tokens = Math.Round(operations / (2.0 * weightRows * columns));
        var calls = Math.Ceiling(weightRows / (double)tile.Rows) * Math.Ceiling(tokens / tile.Tokens);
        var cycles = calls * (Math.Ceiling(columns / (double)tile.Columns) * tile.Cycles.Value + (tile.CallCycles?.Value ?? 0));
        return cycles / unit.ClockHz!.Value + calls * (tile.CallSeconds?.Value ?? 0);
    }

    /// <summary>The queries of a KV head meet a position together, as many as a tile has tokens; each pass sweeps the positions once.</summary>
    private static double AttentionSeconds(BoardUnit unit, AttentionShape shape, int rows, double operations)
    {
        var tile = unit.Tile!;
        var queries = (double)rows * shape.GroupHeads;
        var positions = operations / (2.0 * shape.HeadDim * queries);
        var cycles = positions / tile.Rows * Math.Ceiling(queries / tile.Tokens) * Math.Ceiling(shape.HeadDim / (double)tile.Columns) * tile.Cycles.Value;
        return cycles / unit.ClockHz!.Value;
    }

    /// <summary>The last device does what the step's has no unit for: products in float32.</summary>
    private static BoardUnit? UnitOf(Board board, Step step, WorkDone done, bool oneToken)
    {
        var format = step.Find(done.Operand)?.Format;
        return done.Kind switch
        {
            WorkKind.Product => board.UnitFor(step.Device, done.Kind, format! with { Packing = RowPacking.None }, step[done.Operand].Shape[1], step.InputOf(done.Operand).Format, oneToken) ?? FloatUnit(board, oneToken),
            WorkKind.Attention => AttentionUnit(board, step, format, oneToken),
            _ => OtherUnit(board, step, done.Kind, oneToken),
        };
    }

    /// <summary>The last device does what the step's has no unit for; a board without such a unit does it in passing.</summary>
    private static BoardUnit? OtherUnit(Board board, Step step, WorkKind kind, bool oneToken) => kind is WorkKind.Product or WorkKind.Attention
        ? null
        : board.UnitFor(step.Device, kind, null, 0, null, oneToken) ?? board.UnitFor(board.LastDevice.Name, kind, null, 0, null, oneToken);

    private static BoardUnit AttentionUnit(Board board, Step step, Format? cache, bool oneToken) =>
        board.UnitFor(step.Device, WorkKind.Attention, cache, step.Attention!.HeadDim, null, oneToken) ?? FloatUnit(board, oneToken);

    /// <summary>What the last device does with every weight.</summary>
    public static BoardUnit FloatUnit(Board board, bool oneToken) => board.UnitFor(board.LastDevice.Name, WorkKind.Product, Format.Single, 1, Format.Single, oneToken)!;
}
