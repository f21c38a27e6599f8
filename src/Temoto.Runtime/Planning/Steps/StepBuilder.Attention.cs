using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>Attention over keys and values that are in the cache, whole or in parts, and what it reads beside them.</summary>
internal sealed partial class StepBuilder
{
    private Step Scores(ScoresOp op) => EachGroup(
        op,
        StepKind.Scores,
        [place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)) with { IsIntermediate = true }, place.Cache(OperandRole.Keys, op.Layer), .. PositionBias(op.PositionBias, op.Shape), place.StoredScores(OperandRole.Output, op.Output, op.Shape)],
        op.Shape,
        [new Loop(Dimension.Tokens, 1, [Read(OperandRole.Input)]), Read(OperandRole.Keys), AttentionWork(OperandRole.Keys), .. ReadBias(op.PositionBias), Write(OperandRole.Output)]);

    private Step Softmax(SoftmaxOp op) => EachGroup(
        op,
        StepKind.Softmax,
        [place.StoredScores(OperandRole.Input, op.Input, op.Shape), .. Sinks(op.Sinks, op.Shape), place.StoredScores(OperandRole.Output, op.Output, op.Shape)],
        op.Shape,
        [Read(OperandRole.Input), .. ReadSinks(op.Sinks), SoftmaxWork(), Write(OperandRole.Output)]);

    private Step WeightedValues(WeightedValuesOp op) => EachGroup(
        op,
        StepKind.WeightedValues,
        [place.StoredScores(OperandRole.Input, op.Input, op.Shape), place.Cache(OperandRole.Values, op.Layer), place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape))],
        op.Shape,
        [Read(OperandRole.Input), Read(OperandRole.Values), AttentionWork(OperandRole.Values), new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)])]);

    private Step EachGroup(Op op, StepKind kind, Items<Operand> operands, AttentionShape shape, Items<LoopNode> body) => new(
        op.Name,
        kind,
        "",
        operands,
        [],
        [new Loop(Dimension.Tokens, tiles.GemmTokens, [new Loop(Dimension.KvHeads, 1, body) { Parallel = true }]) { Parallel = true }])
    {
        Attention = shape,
    };

    /// <summary>One sequence after the other; its cache in pieces, each KV head of a piece by itself.</summary>
    private Step Split(SplitAttentionOp op) => new(
        op.Name,
        StepKind.SplitAttention,
        "",
        [
            place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)) with { IsIntermediate = true },
            place.Cache(OperandRole.Keys, op.Layer),
            place.Cache(OperandRole.Values, op.Layer),
            .. PositionBias(op.PositionBias, op.Shape),
            place.Pieces(OperandRole.Output, op.Output, op.Shape, op.PiecePositions),
        ],
        [],
        [new Loop(Dimension.Tokens, 1,
        [
            new Loop(Dimension.Positions, op.PiecePositions,
            [
                new Loop(Dimension.KvHeads, 1, [Read(OperandRole.Input), .. AttendPositions(op.PositionBias), Write(OperandRole.Output)]) { Parallel = true },
            ]) { Parallel = true },
        ]) { Parallel = true }])
    {
        Attention = op.Shape,
    };

    private Step Merge(MergePiecesOp op) => new(
        op.Name,
        StepKind.MergePieces,
        "",
        [place.Pieces(OperandRole.Input, op.Input, op.Shape, op.PiecePositions), .. Sinks(op.Sinks, op.Shape), place.Activations(OperandRole.Output, op.Output)],
        op.Output.IsQuantized ? [Epilogue.Round] : [],
        [EachRow([Read(OperandRole.Input), .. ReadSinks(op.Sinks), Elementwise(), Write(OperandRole.Output)])])
    {
        Attention = op.Shape,
    };

    private Step StoreKv(StoreKvOp op) => new(op.Name, StepKind.StoreKv, "", [.. NewKeysAndValues(op.Key, op.Value, op.Shape), .. Caches(op.Layer)], [], [StoreEachHead()])
    {
        Attention = op.Shape,
    };

    private IEnumerable<Operand> NewKeysAndValues(Value key, Value value, AttentionShape shape) =>
    [
        place.Activations(OperandRole.NewKeys, key, StepOperands.HeadRows(Dimension.KvHeads, shape)),
        place.Activations(OperandRole.NewValues, value, StepOperands.HeadRows(Dimension.KvHeads, shape)),
    ];

    private IEnumerable<Operand> Caches(int layer) => [place.Cache(OperandRole.Keys, layer), place.Cache(OperandRole.Values, layer)];

    private static Loop StoreEachHead() => new(Dimension.KvHeads, 1,
    [
        new Loop(Dimension.Tokens, 1,
        [
            Read(OperandRole.NewKeys), new Access(AccessKind.Append, OperandRole.Keys), Read(OperandRole.NewValues), new Access(AccessKind.Append, OperandRole.Values),
        ]),
    ]);

    /// <summary>As a model writes it down.</summary>
    private Step Attention(AttentionOp op) => new(
        op.Name,
        StepKind.Attention,
        "",
        [
            place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)),
            .. NewKeysAndValues(op.Key, op.Value, op.Shape),
            .. Caches(op.Layer),
            .. PositionBias(op.PositionBias, op.Shape),
            .. Sinks(op.Sinks, op.Shape),
            place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)),
        ],
        [],
        [
            StoreEachHead(),
            new Loop(Dimension.Tokens, tiles.GemmTokens,
            [
                new Loop(Dimension.KvHeads, 1,
                [
                    new Loop(Dimension.Tokens, tiles.AttentionTokens(op.Shape),
                    [
                        new Loop(Dimension.Tokens, 1, [Read(OperandRole.Input)]),
                        .. ReadSinks(op.Sinks),
                        .. AttendPositions(op.PositionBias),
                        new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)]),
                    ]),
                ]) { Parallel = true },
            ]) { Parallel = true },
        ])
    {
        Attention = op.Shape,
    };

    /// <summary>[Heads], those of a group side by side; nothing where there are none.</summary>
    private IEnumerable<Operand> Sinks(string? name, AttentionShape shape) => name is null
        ? []
        : [weights.Vector(OperandRole.Sinks, name, shape.Heads, new Axis(Dimension.KvHeads, shape.KvHeads, shape.GroupHeads), new Axis(Dimension.GroupHeads, shape.GroupHeads, 1))];

    private static IEnumerable<LoopNode> ReadSinks(string? name) => name is null ? [] : [Read(OperandRole.Sinks)];

    /// <summary>[Heads, 2 * BiasReach - 1], those of a group side by side; nothing where there are none.</summary>
    private IEnumerable<Operand> PositionBias(string? name, AttentionShape shape)
    {
        if (name is null)
            yield break;
        var row = 2L * shape.BiasReach!.Value - 1;
        yield return weights.Vector(
            OperandRole.PositionBias, name, shape.Heads * row, new Axis(Dimension.KvHeads, shape.KvHeads, shape.GroupHeads * row), new Axis(Dimension.GroupHeads, shape.GroupHeads, row), new Axis(Dimension.Columns, row, 1));
    }

    private static IEnumerable<LoopNode> ReadBias(string? name) => name is null ? [] : [Read(OperandRole.PositionBias)];

    /// <summary>Keys, then values, of a tile of positions at a time.</summary>
    /// <param name="bias">What scores get by distance, or null.</param>
    private List<LoopNode> AttendPositions(string? bias) =>
    [
        .. ReadBias(bias),
        new Loop(Dimension.Positions, tiles.AttentionPositions,
        [
            Read(OperandRole.Keys), AttentionWork(OperandRole.Keys), SoftmaxWork(), Read(OperandRole.Values), AttentionWork(OperandRole.Values),
        ]),
    ];

    private static Work AttentionWork(OperandRole cache) => new(WorkKind.Attention, cache, [Dimension.Tokens, Dimension.Positions, Dimension.KvHeads, Dimension.GroupHeads, Dimension.HeadDim], 2);

    private static Work SoftmaxWork() => new(WorkKind.Softmax, OperandRole.Output, [Dimension.Tokens, Dimension.Positions, Dimension.KvHeads, Dimension.GroupHeads], 1);
}
