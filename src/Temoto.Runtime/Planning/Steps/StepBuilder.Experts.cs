using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>Products with the experts that a token is sent to.</summary>
internal sealed partial class StepBuilder
{
    /// <summary>An expert after the other: rows of its gate and its up for the tokens that are sent to it.</summary>
    private Step GatedExperts(GatedExpertsOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Width, 1);
        var tile = tiles.Rows(Alone(op), Alone(op).Linears, weights.Info);
        return new Step(
            op.Name,
            StepKind.GatedExperts,
            "",
            [
                .. op.Gates.Select(name => weights.Matrix(OperandRole.GateWeight, name, columns)),
                .. op.Ups.Select(name => weights.Matrix(OperandRole.UpWeight, name, columns)),
                .. Biases(OperandRole.GateBias, op.GateBiases, columns),
                .. Biases(OperandRole.UpBias, op.UpBiases, columns),
                place.Activations(OperandRole.Input, op.Input, StepOperands.Inputs(op.Input)),
                place.Activations(OperandRole.Routes, op.Routes),
                place.Activations(OperandRole.Output, op.Output, new Axis(Dimension.Experts, op.Routing.Chosen, op.Width), columns),
            ],
            op.Output.IsQuantized ? [Epilogue.Gate, Epilogue.Round] : [Epilogue.Gate],
            [
                new Loop(place.Rows, 1, [Read(OperandRole.Routes)]),
                new Loop(Dimension.Experts, 1,
                [
                    new Loop(Dimension.Columns, tile,
                    [
                        .. Product(OperandRole.GateWeight, RoleOf(op.GateBiases, OperandRole.GateBias), OperandRole.Input, op.Gates[0], Dimension.Columns),
                        .. Product(OperandRole.UpWeight, RoleOf(op.UpBiases, OperandRole.UpBias), OperandRole.Input, op.Ups[0], Dimension.Columns),
                        new Loop(place.Rows, 1, [Elementwise(), Write(OperandRole.Output)]),
                    ]) { Parallel = true },
                ]),
            ])
        {
            Function = op.Function,
            Routing = op.Routing,
            Bounds = op.Bounds,
        };
    }

    /// <summary>Rows of the output a tile at a time; in it an expert after the other adds its part.</summary>
    private Step DownExperts(DownExpertsOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Output.Width, 1);
        var alone = new LinearOp(op.Name, op.Layer, op.Input with { Width = op.Width }, op.Downs[0], null, null, op.Output);
        return new Step(
            op.Name,
            StepKind.DownExperts,
            "",
            [
                .. op.Downs.Select(name => weights.Matrix(OperandRole.Weight, name, columns)),
                .. Biases(OperandRole.Bias, op.Biases, columns),
                place.Activations(OperandRole.Input, op.Input, new Axis(Dimension.Experts, op.Routing.Chosen, op.Width), new Axis(Dimension.Inputs, op.Width, 1)),
                place.Activations(OperandRole.Routes, op.Routes),
                place.Activations(OperandRole.Output, op.Output),
            ],
            [],
            [
                new Loop(place.Rows, 1, [Read(OperandRole.Routes)]),
                // A chunk reads its rows of each expert that a token asks.
                new Loop(Dimension.Columns, tiles.Rows(alone, [.. Enumerable.Repeat(alone, op.Routing.Chosen)], weights.Info),
                [
                    new Loop(Dimension.Experts, 1, [.. Product(OperandRole.Weight, RoleOf(op.Biases, OperandRole.Bias), OperandRole.Input, op.Downs[0], Dimension.Columns), Elementwise()]),
                    new Loop(place.Rows, 1, [Write(OperandRole.Output)]),
                ]) { Parallel = true },
            ])
        {
            Routing = op.Routing,
        };
    }

    private static OperandRole? RoleOf(Items<string> biases, OperandRole role) => biases.Count == 0 ? null : role;

    private IEnumerable<Operand> Biases(OperandRole role, Items<string> names, Axis columns) => names.Select(name => weights.Vector(role, name, columns.Extent, columns));

    /// <summary>One expert as a gated pair of its own: what sizes are worked out from.</summary>
    private static GatedLinearOp Alone(GatedExpertsOp op)
    {
        var output = op.Output with { Width = op.Width };
        return new GatedLinearOp(
            op.Name, op.Layer, new LinearOp(op.Name, op.Layer, op.Input, op.Gates[0], null, null, output), new LinearOp(op.Name, op.Layer, op.Input, op.Ups[0], null, null, output), op.Function, output);
    }
}
