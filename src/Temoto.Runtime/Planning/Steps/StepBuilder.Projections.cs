using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>Queries, keys and values head by head, and attention that projects its queries itself.</summary>
internal sealed partial class StepBuilder
{
    /// <summary>Each head of each projection for a tile of tokens: its rows of the weight, then a token after the other.</summary>
    private Step HeadProjections(HeadProjectionsOp op)
    {
        var operands = new List<Operand>();
        var bodies = new List<LoopNode>();
        if (op.Query is not null)
        {
            operands.AddRange(place.Projection(op.Query, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, StepOperands.HeadRows(Dimension.Heads, op.Shape)));
            operands.Add(place.Activations(OperandRole.Input, op.Query.Linear.Input, StepOperands.Inputs(op.Query.Linear.Input)));
            bodies.Add(Heads(op.Query, Dimension.Heads, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, OperandRole.Input, Write(OperandRole.Output)));
        }
        foreach (var (projection, key) in new[] { (op.Key, true), (op.Value, false) })
        {
            var (weight, bias, norm, rotary, input, cache) = key
                ? (OperandRole.KeyWeight, OperandRole.KeyBias, OperandRole.KeyNorm, OperandRole.KeyRotary, OperandRole.KeyInput, OperandRole.Keys)
                : (OperandRole.ValueWeight, OperandRole.ValueBias, OperandRole.ValueNorm, OperandRole.ValueRotary, OperandRole.ValueInput, OperandRole.Values);
            operands.AddRange(place.Projection(projection, weight, bias, norm, rotary, StepOperands.HeadRows(Dimension.KvHeads, op.Shape)));
            operands.Add(place.Activations(input, projection.Linear.Input, StepOperands.Inputs(projection.Linear.Input)));
            operands.Add(place.Cache(cache, op.Layer));
            bodies.Add(Heads(projection, Dimension.KvHeads, weight, bias, norm, rotary, input, new Access(AccessKind.Append, cache)));
        }
        if (op.Query is not null)
            operands.Add(place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.Heads, op.Shape)) with { IsIntermediate = true });
        var linears = op.Projections;
        return new Step(
            op.Name,
            StepKind.HeadProjections,
            "",
            [.. operands],
            Epilogues(linears.Any(projection => projection.Linear.Bias is not null), linears.Any(projection => projection.Norm is not null), linears.Any(projection => projection.Rope is not null), false),
            [new Loop(Dimension.Tokens, tiles.ProjectionTokens, [.. bodies]) { Parallel = true }])
        {
            Attention = op.Shape,
            Norm = linears.FirstOrDefault(projection => projection.Norm is not null)?.Norm is { } norms ? new Norm(norms.Epsilon, norms.GroupWidth) : null,
        };

        Loop Heads(HeadProjection projection, Dimension heads, OperandRole weight, OperandRole bias, OperandRole norm, OperandRole rotary, OperandRole input, Access store)
        {
            var product = Product(weight, bias, input, projection.Linear.Weight, heads, Dimension.HeadDim);
            return new Loop(heads, 1, [.. product, new Loop(Dimension.Tokens, 1, [Read(norm), Read(rotary), store])]) { Parallel = true };
        }
    }

    /// <summary>
    /// A KV head and a span of tokens at a time, later spans first since they see more: the queries of its group are projected, then tiles of tokens attended over tiles of positions.
    /// </summary>
    private Step Tphs(TphsAttentionOp op)
    {
        var shape = op.Shape;
        var input = op.Query.Linear.Input;
        Axis[] rows =
        [
            new(Dimension.KvHeads, shape.KvHeads, (long)shape.GroupHeads * shape.HeadDim), new(Dimension.GroupHeads, shape.GroupHeads, shape.HeadDim), new(Dimension.HeadDim, shape.HeadDim, 1),
        ];
        return new Step(
            op.Name,
            StepKind.TphsAttention,
            "",
            [
                .. place.Projection(op.Query, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, rows),
                place.Activations(OperandRole.Input, input, StepOperands.Inputs(input)),
                place.Cache(OperandRole.Keys, op.Layer),
                place.Cache(OperandRole.Values, op.Layer),
                .. PositionBias(op.PositionBias, shape),
                .. Sinks(op.Sinks, shape),
                place.Activations(OperandRole.Output, op.Output, rows),
            ],
            Epilogues(op.Query.Linear.Bias is not null, op.Query.Norm is not null, op.Query.Rope is not null, op.Output.IsQuantized),
            [new Loop(Dimension.Tokens, tiles.TphsTokens,
            [
                new Loop(Dimension.KvHeads, 1,
                [
                    new Loop(Dimension.GroupHeads, 1,
                    [
                        .. Product(OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.Input, op.Query.Linear.Weight, Dimension.GroupHeads, Dimension.HeadDim),
                        Read(OperandRole.QueryNorm),
                        Read(OperandRole.QueryRotary),
                    ]),
                    new Loop(Dimension.Tokens, tiles.AttentionTokens(shape),
                    [
                        .. ReadSinks(op.Sinks),
                        .. AttendPositions(op.PositionBias),
                        new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)]),
                    ]),
                ]) { Parallel = true },
            ]) { Parallel = true, Descending = true }])
        {
            Attention = shape,
            Norm = op.Query.Norm is { } norm ? new Norm(norm.Epsilon, norm.GroupWidth) : null,
        };
    }

    private static Items<Epilogue> Epilogues(bool bias, bool norm, bool rotary, bool round)
    {
        var epilogue = new List<Epilogue>(4);
        if (bias)
            epilogue.Add(Epilogue.Bias);
        if (norm)
            epilogue.Add(Epilogue.HeadNorm);
        if (rotary)
            epilogue.Add(Epilogue.Rotary);
        if (round)
            epilogue.Add(Epilogue.Round);
        return [.. epilogue];
    }
}
