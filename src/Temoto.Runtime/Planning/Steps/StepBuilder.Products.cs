using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>Matrix products: rows of the weight a tile at a time, for all tokens.</summary>
internal sealed partial class StepBuilder
{
    /// <summary>Rows of the weight for all tokens, then as many columns of the output.</summary>
    private Step Linear(Op op, LinearOp linear, ResidualLinearOp? residual, Activation? function)
    {
        var scale = residual?.Scale ?? linear.Scale;
        var columns = new Axis(Dimension.Columns, linear.Output.Width, 1);
        var operands = new List<Operand> { weights.Matrix(OperandRole.Weight, linear.Weight, columns) };
        var epilogue = new List<Epilogue>();
        if (linear.Bias is not null)
        {
            operands.Add(weights.Vector(OperandRole.Bias, linear.Bias, linear.Output.Width, columns));
            epilogue.Add(Epilogue.Bias);
        }
        operands.Add(place.Activations(OperandRole.Input, linear.Input, StepOperands.Inputs(linear.Input)));
        if (function is not null)
            epilogue.Add(Epilogue.Activation);
        if (scale is not null)
            epilogue.Add(Epilogue.Scale);
        if (residual is not null)
        {
            operands.Add(place.Activations(OperandRole.Residual, residual.Residual));
            epilogue.Add(Epilogue.Residual);
        }
        if (op.Output.IsQuantized)
            epilogue.Add(Epilogue.Round);
        operands.Add(place.Activations(OperandRole.Output, op.Output));
        return new Step(
            op.Name,
            StepKind.Linear,
            "",
            [.. operands],
            [.. epilogue],
            EachProduct(op, linear,
            [
                .. Product(OperandRole.Weight, OperandRole.Bias, OperandRole.Input, linear.Weight, Dimension.Columns),
                new Loop(place.Rows, 1, [Read(OperandRole.Residual), Write(OperandRole.Output)]),
            ]))
        {
            Function = function,
            Scale = scale,
        };
    }

    private Step Gated(GatedLinearOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Gate.Output.Width, 1);
        var upInput = op.Up.Input.Id == op.Gate.Input.Id ? OperandRole.Input : OperandRole.Second;
        var operands = new List<Operand>
        {
            weights.Matrix(OperandRole.GateWeight, op.Gate.Weight, columns),
            weights.Matrix(OperandRole.UpWeight, op.Up.Weight, columns),
            place.Activations(OperandRole.Input, op.Gate.Input, StepOperands.Inputs(op.Gate.Input)),
        };
        if (upInput == OperandRole.Second)
            operands.Add(place.Activations(OperandRole.Second, op.Up.Input, StepOperands.Inputs(op.Up.Input)));
        operands.Add(place.Activations(OperandRole.Output, op.Output));
        return new Step(
            op.Name,
            StepKind.GatedLinear,
            "",
            [.. operands],
            op.Output.IsQuantized ? [Epilogue.Gate, Epilogue.Round] : [Epilogue.Gate],
            EachProduct(op, op.Gate,
            [
                .. Product(OperandRole.GateWeight, null, OperandRole.Input, op.Gate.Weight, Dimension.Columns),
                .. Product(OperandRole.UpWeight, null, upInput, op.Up.Weight, Dimension.Columns),
                new Loop(place.Rows, 1, [Elementwise(), Write(OperandRole.Output)]),
            ]))
        {
            Function = op.Function,
        };
    }

    /// <summary>Rows of the weight a tile at a time, for all tokens or for as many as stay on the chip.</summary>
    private Items<LoopNode> EachProduct(Op op, LinearOp linear, Items<LoopNode> body)
    {
        var rows = new Loop(Dimension.Columns, tiles.Rows(op, op.Linears, weights.Info), body) { Parallel = true };
        return !place.OnLogitRows && tiles.ProductTokens(linear) is > 0 and var tokens ? [new Loop(Dimension.Tokens, tokens, [rows])] : [rows];
    }

    /// <summary>Weight rows and bias are read, packed rows unpacked, then multiplied with all tokens of the tile.</summary>
    /// <param name="rows">The dimensions that count rows of the weight.</param>
    private List<LoopNode> Product(OperandRole weight, OperandRole? bias, OperandRole input, string name, params ReadOnlySpan<Dimension> rows)
    {
        var info = weights.Info(name);
        var nodes = new List<LoopNode> { Read(weight) };
        if (bias is { } role)
            nodes.Add(Read(role));
        nodes.Add(Read(input));
        if (info.IsPacked)
            nodes.Add(new Work(WorkKind.Unpack, weight, [.. rows], (int)Math.Min(int.MaxValue, info.PlainRowBytes)));
        nodes.Add(new Work(WorkKind.Product, weight, [place.Rows, .. rows, Dimension.Inputs], 2));
        return nodes;
    }
}
