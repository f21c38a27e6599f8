using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>
/// Writes operations down as steps: operands with their places, loops, epilogue, device. One method per kind, in which its loop nest stands as data: what the executor's step of that
/// kind does, in the order in which it does it.
/// </summary>
/// <param name="place">Where the operands of steps lie.</param>
/// <param name="firstTiles">Of the board's first device.</param>
internal sealed partial class StepBuilder(StepOperands place, WeightPlaces weights, RunMemory run, Tiles firstTiles)
{
    /// <summary>Sizes of the device that carries out the step that is being built.</summary>
    private Tiles tiles = null!;

    /// <summary>What a step multiplies says which device carries it out, and the device how it is cut.</summary>
    public Step Build(Op op)
    {
        tiles = firstTiles;
        var step = Cut(op);
        var device = tiles.DeviceOf(step);
        if (device != tiles.Device)
        {
            tiles = tiles.On(device);
            step = Cut(op);
        }
        return step with { Device = device.Name };
    }

    private Step Cut(Op op) => op switch
    {
        EmbedOp embed => Embed(embed),
        PatchesOp patches => Patches(patches),
        LearnedTokensOp tokens => LearnedTokens(tokens),
        AddPositionsOp positions => AddPositions(positions),
        RmsNormOp or LayerNormOp => Norm(op, op.Output),
        NormRoundOp norm => Norm(norm.Norm, norm.Output),
        LinearOp linear => Linear(linear, linear, null, null),
        ResidualLinearOp residual => Linear(residual, residual.Linear, residual, null),
        ActivatedLinearOp activated => Linear(activated, activated.Linear, null, activated.Function),
        GatedLinearOp gated => Gated(gated),
        RoundOp round => Round(round),
        RopeOp rope => Rope(rope),
        HeadProjectionsOp heads => HeadProjections(heads),
        TphsAttentionOp tphs => Tphs(tphs),
        ScoresOp scores => Scores(scores),
        SoftmaxOp softmax => Softmax(softmax),
        WeightedValuesOp values => WeightedValues(values),
        SplitAttentionOp split => Split(split),
        MergePiecesOp merge => Merge(merge),
        StoreKvOp store => StoreKv(store),
        AttentionOp attention => Attention(attention),
        ActivateOp activate => Activate(activate),
        GateOp gate => RowByRow(gate, StepKind.ActivateMultiply, [], gate.Gate, gate.Up) with { Function = gate.Function },
        RouteOp route => RowByRow(route, StepKind.Route, [], route.Input, null) with { Routing = route.Routing },
        GatedExpertsOp gated => GatedExperts(gated),
        DownExpertsOp down => DownExperts(down),
        ShortConvOp conv => ShortConv(conv),
        ScaleRowsOp scale => RowByRow(scale, StepKind.ScaleRows, [], scale.Input, scale.Factors),
        AddOp add => RowByRow(add, StepKind.Add, add.Scale is null ? [] : [Epilogue.Scale], add.Left, add.Right) with { Scale = add.Scale },
        AverageOp average => RowByRow(average, StepKind.Average, [], average.Left, average.Right),
        SelectRowsOp select => Select(select),
        _ => throw new InvalidOperationException($"no step for {op.GetType().Name}"),
    };

    /// <summary>The logits as readers find them after a run.</summary>
    public Operand Logits(Value logits)
    {
        place.OnLogitRows = true;
        return place.Activations(OperandRole.Output, logits);
    }

    private Loop EachRow(params ReadOnlySpan<LoopNode> body) => new(place.Rows, 1, Items.Of(body)) { Parallel = true };

    private static Access Read(OperandRole role) => new(AccessKind.Read, role);

    private static Access Write(OperandRole role) => new(AccessKind.Write, role);

    private static Access Gather(OperandRole role) => new(AccessKind.Gather, role);

    private Work Elementwise() => new(WorkKind.Elementwise, OperandRole.Output, [place.Rows, Dimension.Columns], 1);
}
