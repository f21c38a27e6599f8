using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>
/// Rounds the inputs of linear operations: to integers (<see cref="QuantizeOp"/>) where the product is computed in integers, else to the grid that the weight asks
/// for (<see cref="RoundToGridOp"/>). Operations that share an input and a rounding share the rounded value.
/// </summary>
internal static class IntegerActivations
{
    /// <param name="gridOf">The grid of a named weight, or null.</param>
    /// <param name="isInteger">Whether the product with a named weight is computed in integers.</param>
    /// <param name="attends">Whether attention is computed in integers.</param>
    public static ModelGraph Insert(ModelGraph graph, Func<string, InputGrid?> gridOf, Func<string, bool> isInteger, bool attends)
    {
        var ops = new List<Op>(graph.Ops.Count);
        var values = new List<Value>(graph.Values);
        var rounded = new Dictionary<Rounding, Value>();
        foreach (var op in graph.Ops)
        {
            if (op is AttentionOp attention)
            {
                ops.Add(attention with { Shape = attention.Shape with { Integers = attends } });
                continue;
            }
            if (op is not LinearOp linear)
            {
                ops.Add(op);
                continue;
            }
            var grid = gridOf(linear.Weight);
            var quantized = isInteger(linear.Weight);
            if (grid is null && !quantized)
            {
                ops.Add(op);
                continue;
            }
            var rounding = new Rounding(linear.Input, grid, quantized);
            if (!rounded.TryGetValue(rounding, out var input))
            {
                input = new Value(values.Count, linear.Input.Name + (quantized ? ".int8" : ".grid"), linear.Input.Width, quantized);
                values.Add(input);
                rounded.Add(rounding, input);
                ops.Add(quantized
                    ? new QuantizeOp("quantize", linear.Layer, linear.Input, grid, input)
                    : new RoundToGridOp("round_to_grid", linear.Layer, linear.Input, grid!.StaticScale, input));
            }
            ops.Add(linear with { Input = input });
        }
        return graph with { Ops = ops, Values = values };
    }

    /// <summary>What makes two roundings one. A class: dictionaries over structs of ours are compiled anew in every process.</summary>
    private sealed record Rounding(Value Input, InputGrid? Grid, bool Quantized);
}
