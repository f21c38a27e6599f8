using Temoto.Planning.Steps;
using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Turns a graph into a plan: operations joined, a place for every operand, loops for every step, layers that are alike in one section. Pure: the same graph, weights, board and wish
/// give the same plan on every machine.
/// </summary>
internal static class Planner
{
    /// <summary>
    /// The graph as this board computes it: activations lie as the board stores them, rows without wanted logits end early, and activations are rounded where a unit multiplies integers.
    /// </summary>
    /// <param name="keepsAllRows">Rows without wanted logits run to the end as well.</param>
    public static Graph Prepare(Graph graph, Board board, NumberType kv, bool keepsAllRows, Func<string, WeightInfo> weightOf)
    {
        var stored = board.Storage is { } storage ? StoredActivations.Apply(graph, storage.Activations) : graph;
        return IntegerActivations.Insert(
            keepsAllRows ? stored : RowSelection.Hoist(stored),
            weightOf,
            weight => IntegerFormat(board.UnitFor(null, WorkKind.Product, weight.Plain.Format, weight.Columns, null, oneToken: true)),
            attention =>
            {
                var unit = board.UnitFor(null, WorkKind.Attention, new Format(kv, 8), attention.HeadDim, null, oneToken: true);
                return attention with { Integers = IntegerFormat(unit) is not null, ComputesUnseen = unit is { ComputesUnseen: true } };
            });
    }

    /// <param name="graph">From <see cref="Prepare"/>.</param>
    /// <param name="weightOf">A named weight as it will lie in memory.</param>
    public static Plan Plan(Graph graph, PlanWish wish, Board board, Func<string, WeightInfo> weightOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wish.MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(wish.MaxLogitRows, 1);
        var mode = wish.Phase == Phase.Decode ? DataflowMode.Gemm : wish.Dataflow ?? Decide(graph, wish, board, weightOf)?.Mode ?? DataflowMode.Gemm;
        var piece = Math.Min(board.Devices[0].Tiling.PiecePositions, KvLayout.WholePanels(wish.ContextTokens));
        var joined = Fusion.Apply(graph, wish.Phase, mode, wish.ContextTokens, piece, board.Storage?.Intermediates ?? Format.Single);
        var offsets = Placement.Values(joined.Ops, joined.Values.Count, joined.Logits.Id, wish.MaxTokens, wish.MaxLogitRows, out var arenaBytes);
        return Write(joined, wish, board, weightOf, offsets, arenaBytes);
    }

    /// <summary>A plan of operations as the model writes them down, none joined and none carried out in another way, every value in a place of its own: what calibration runs.</summary>
    /// <param name="offsets">Of each value in the arena, by its id; -1 for those that no operation reads or writes.</param>
    public static Plan PlanAsWritten(Graph graph, PlanWish wish, Board board, Func<string, WeightInfo> weightOf, out long[] offsets)
    {
        offsets = Placement.Apart(graph.Ops, graph.Values.Count, wish.MaxTokens, out var arenaBytes);
        return Write(graph, wish, board, weightOf, offsets, arenaBytes);
    }

    /// <summary>Compares the dataflows of a prompt; null for a model without attention.</summary>
    public static DataflowDecision? Decide(Graph graph, PlanWish wish, Board board, Func<string, WeightInfo> weightOf)
    {
        if (graph.Ops.OfType<AttentionOp>().FirstOrDefault() is not { } attention)
            return null;
        // The query projection lies behind norm and rotary positions.
        var writers = graph.Ops.ToDictionary(op => op.Output.Id);
        var writer = writers[attention.Query.Id];
        while (writer is RopeOp or RmsNormOp)
            writer = writers[writer.Inputs[0].Id];
        if (writer is not LinearOp query)
            return DataflowDecision.Of(attention.Shape, wish.MaxTokens, wish.ContextTokens, board.Devices[0].Tiling.TphsTokens, 0);
        var weight = weightOf(query.Weight);
        var decision = DataflowDecision.Of(attention.Shape, wish.MaxTokens, wish.ContextTokens, board.Devices[0].Tiling.TphsTokens, weight.Bytes);
        return Tiles.SameDevice(board, weight, query.Input.Format, wish.Kv, attention.Shape.HeadDim) ? decision : decision with { Mode = DataflowMode.Gemm, IsSplit = true };
    }

    private static Plan Write(Graph graph, PlanWish wish, Board board, Func<string, WeightInfo> weightOf, long[] offsets, long arenaBytes)
    {
        var kv = LayoutOf(graph, wish);
        var weights = new WeightPlaces(weightOf);
        var run = new RunMemory(graph.RotaryTables, wish.MaxTokens);
        var builder = new StepBuilder(new StepOperands(offsets, weights, run, kv, wish), weights, run, new Tiles(board, board.Devices[0], wish));
        var steps = new List<PlacedStep>(graph.Ops.Count);
        foreach (var op in graph.Ops)
            steps.Add(new PlacedStep(builder.Build(op), op.Layer, Repeat: 0));
        return new Plan(
            Plans.Plan.CurrentVersion,
            board.Name,
            wish.Phase,
            wish.MaxTokens,
            wish.MaxLogitRows,
            wish.ContextTokens,
            graph.VocabSize,
            [
                new PlanMemory(MemoryRegion.Activations, arenaBytes), new PlanMemory(MemoryRegion.Weights, weights.Bytes),
                new PlanMemory(MemoryRegion.KvCache, kv?.Bytes ?? 0), new PlanMemory(MemoryRegion.Run, run.Bytes),
            ],
            kv,
            [.. graph.RotaryTables],
            Sections.Of(steps),
            builder.Logits(graph.Logits));
    }

    private static KvLayout? LayoutOf(Graph graph, PlanWish wish)
    {
        AttentionShape? shape = null;
        var layers = new HashSet<int>();
        var convolutions = graph.Ops.OfType<ShortConvOp>().ToList();
        foreach (var op in graph.Ops)
        {
            var own = op switch
            {
                HeadProjectionsOp heads => heads.Shape,
                AttentionOp attention => attention.Shape,
                StoreKvOp store => store.Shape,
                _ => null,
            };
            if (own is null)
                continue;
            if (shape is not null && (own.KvHeads, own.HeadDim) != (shape.KvHeads, shape.HeadDim))
                throw new InputException(op.Name, null, $"{own.KvHeads} KV heads of {own.HeadDim}", $"{shape.KvHeads} of {shape.HeadDim} as in the layers before", "use a model whose layers are alike");
            shape = own;
            layers.Add(op.Layer);
        }
        return shape is null && convolutions.Count == 0
            ? null
            : new KvLayout(wish.Kv, layers.Count, shape?.KvHeads ?? 0, shape?.HeadDim ?? 0, wish.ContextTokens)
            {
                ConvLayers = convolutions.Count,
                ConvWidth = convolutions.Count == 0 ? 0 : convolutions[0].Output.Width,
            };
    }

    private static Format? IntegerFormat(BoardUnit? unit) => unit is { Activations: [{ IsInteger: true } format, ..] } ? format : null;
}
