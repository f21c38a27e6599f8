using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>Each row of the activations by itself: tables, norms, functions, and what is chosen of rows.</summary>
internal sealed partial class StepBuilder
{
    private Step Embed(EmbedOp op)
    {
        var table = weights.Matrix(OperandRole.Weight, op.Weight, new Axis(Dimension.TableRows, weights.Info(op.Weight).Rows, 1));
        return new Step(op.Name, StepKind.Embed, "", [run.TokenIds, table, place.Activations(OperandRole.Output, op.Output)], op.Scale is null ? [] : [Epilogue.Scale],
            [EachRow(Read(OperandRole.TokenIds), Gather(OperandRole.Weight), Elementwise(), Write(OperandRole.Output))])
        {
            Scale = op.Scale,
        };
    }

    private Step Patches(PatchesOp op) =>
        new(op.Name, StepKind.Patches, "", [run.Pixels(op.Grid), place.Activations(OperandRole.Output, op.Output)], [], [EachRow(Read(OperandRole.Pixels), Write(OperandRole.Output))]) { Patches = op.Grid };

    private Step LearnedTokens(LearnedTokensOp op) => new(
        op.Name,
        StepKind.LearnedTokens,
        "",
        [.. op.Weights.Select(name => weights.Vector(OperandRole.Weight, name, op.Output.Width)), place.Activations(OperandRole.Input, op.Input), place.Activations(OperandRole.Output, op.Output)],
        [],
        [EachRow(Read(OperandRole.Input), Read(OperandRole.Weight), Write(OperandRole.Output))]);

    private Step AddPositions(AddPositionsOp op)
    {
        var table = weights.Matrix(OperandRole.Weight, op.Weight, new Axis(Dimension.TableRows, weights.Info(op.Weight).Rows, 1));
        return new Step(op.Name, StepKind.AddPositions, "", [table, place.Activations(OperandRole.Input, op.Input), place.Activations(OperandRole.Output, op.Output)], [],
            [EachRow(Read(OperandRole.Input), Gather(OperandRole.Weight), Elementwise(), Write(OperandRole.Output))])
        {
            FirstRow = op.Offset,
        };
    }

    private Step Norm(Op op, Value output)
    {
        var (kind, norm, operands) = op switch
        {
            RmsNormOp rms => (StepKind.RmsNorm, new Norm(rms.Epsilon, rms.GroupWidth), (Operand[])[weights.Vector(OperandRole.Weight, rms.Weight, rms.GroupWidth)]),
            LayerNormOp layer => (StepKind.LayerNorm, new Norm(layer.Epsilon, layer.Input.Width),
                [.. Optional(OperandRole.Weight, layer.Weight), .. Optional(OperandRole.Bias, layer.Bias)]),
            _ => throw new InvalidOperationException($"{op.GetType().Name} is no norm"),
        };
        return new Step(
            op.Name,
            kind,
            "",
            [.. operands, place.Activations(OperandRole.Input, op.Inputs[0]), place.Activations(OperandRole.Output, output)],
            output.IsQuantized ? [Epilogue.Round] : [],
            [EachRow(
                Read(OperandRole.Input),
                Read(OperandRole.Weight),
                Read(OperandRole.Bias),
                new Work(WorkKind.Norm, OperandRole.Input, [place.Rows, Dimension.Columns], 1),
                Write(OperandRole.Output))])
        {
            Norm = norm,
        };

        Operand[] Optional(OperandRole role, string? name) => name is null ? [] : [weights.Vector(role, name, op.Inputs[0].Width)];
    }

    private Step Round(RoundOp op) =>
        RowByRow(op, op.Output.IsQuantized ? StepKind.Quantize : StepKind.RoundToGrid, [Epilogue.Round], op.Input, null);

    private Step Rope(RopeOp op)
    {
        var step = RowByRow(op, StepKind.Rope, [Epilogue.Rotary], op.Input, null);
        return step with { Operands = [.. step.Operands, run.Rotary(OperandRole.Rotary, op.Table)], HeadDim = op.HeadDim };
    }

    /// <summary>Each token by itself: what the ones before it were convolved from is worked out again, or in the cache.</summary>
    private Step ShortConv(ShortConvOp op)
    {
        var column = new Axis(Dimension.Columns, op.Output.Width, 1);
        return new Step(
            op.Name,
            StepKind.ShortConv,
            "",
            [
                weights.Vector(OperandRole.Weight, op.Weight, op.Taps * (long)op.Output.Width, new Axis(Dimension.HeadDim, op.Taps, op.Output.Width), column),
                .. op.Bias is null ? (Operand[])[] : [weights.Vector(OperandRole.Bias, op.Bias, op.Output.Width)],
                place.Activations(OperandRole.Input, op.Input, new Axis(Dimension.GroupHeads, 3, op.Output.Width), column),
                place.Convolved(),
                place.Activations(OperandRole.Output, op.Output),
            ],
            [],
            [EachRow(
                Read(OperandRole.Input),
                Read(OperandRole.Weight),
                Read(OperandRole.Bias),
                new Access(AccessKind.Append, OperandRole.Convolved),
                Read(OperandRole.Convolved),
                new Work(WorkKind.Elementwise, OperandRole.Output, [place.Rows, Dimension.Columns], op.Taps + 2),
                Write(OperandRole.Output))])
        {
            Taps = op.Taps,
        };
    }

    private Step Activate(ActivateOp op)
    {
        var step = RowByRow(op, StepKind.Activate, [], op.Input, null) with { Function = op.Function, Scale = op.Cap };
        return op.Parameters is null ? step : step with { Operands = [.. step.Operands, weights.Vector(OperandRole.Parameters, op.Parameters, 4)] };
    }

    private Step RowByRow(Op op, StepKind kind, Items<Epilogue> epilogue, Value first, Value? second) => new(
        op.Name,
        kind,
        "",
        second is null
            ? [place.Activations(OperandRole.Input, first), place.Activations(OperandRole.Output, op.Output)]
            : [place.Activations(OperandRole.Input, first), place.Activations(OperandRole.Second, second), place.Activations(OperandRole.Output, op.Output)],
        epilogue,
        [EachRow(Read(OperandRole.Input), Read(OperandRole.Second), Read(OperandRole.Rotary), Read(OperandRole.Parameters), Elementwise(), Write(OperandRole.Output))]);

    /// <summary>Those whose logits are wanted come to the front.</summary>
    private Step Select(SelectRowsOp op)
    {
        place.OnLogitRows = false;
        var input = place.Activations(OperandRole.Input, op.Input);
        place.OnLogitRows = true;
        return new Step(op.Name, StepKind.SelectRows, "", [input, place.Activations(OperandRole.Output, op.Output)], [], [new Loop(Dimension.LogitRows, 1, [Read(OperandRole.Input), Write(OperandRole.Output)])])
        {
            FirstRow = op.FirstRow,
        };
    }
}
