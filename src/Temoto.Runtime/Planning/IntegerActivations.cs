using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Rounds the inputs of linear operations: to integers where the board multiplies integers with this weight, else to the grid that the weight asks for. Operations that share an input
/// and a rounding share the rounded value.
/// </summary>
internal static class IntegerActivations
{
    /// <param name="weightOf">A named weight.</param>
    /// <param name="formatFor">The integer format in which a weight's input is wanted, or null.</param>
    /// <param name="attended">Attention as the board computes it.</param>
    public static Graph Insert(Graph graph, Func<string, WeightInfo> weightOf, Func<WeightInfo, Format?> formatFor, Func<AttentionShape, AttentionShape> attended)
    {
        var ops = new List<Op>(graph.Ops.Count);
        var values = new List<Value>(graph.Values);
        var rounded = new Dictionary<Rounding, Value>();
        foreach (var op in graph.Ops)
        {
            if (op is AttentionOp attention)
            {
                ops.Add(attention with { Shape = attended(attention.Shape) });
                continue;
            }
            if (op is not LinearOp linear)
            {
                ops.Add(op);
                continue;
            }
            var weight = weightOf(linear.Weight);
            var integers = formatFor(weight);
            if (integers is null && weight.InputGrid is null)
            {
                ops.Add(op);
                continue;
            }
            // A group never extends beyond the row; a weight that asks for a grid knows better than the board.
            var rounding = new Rounding(linear.Input, integers is null
                ? Format.Single with { Grid = weight.InputGrid }
                : integers with { Group = Math.Min(integers.Group, linear.Input.Width), Grid = weight.InputGrid ?? integers.Grid });
            if (!rounded.TryGetValue(rounding, out var input))
            {
                input = new Value(values.Count, linear.Input.Name + (integers is null ? ".grid" : ".int8"), linear.Input.Width, rounding.Format);
                values.Add(input);
                rounded.Add(rounding, input);
                ops.Add(new RoundOp(integers is null ? "round_to_grid" : "quantize", linear.Layer, linear.Input, input));
            }
            ops.Add(linear with { Input = input });
        }
        return graph with { Ops = ops, Values = values };
    }

    /// <summary>What makes two roundings one. A class: dictionaries over structs of ours are compiled anew in every process.</summary>
    private sealed record Rounding(Value Input, Format Format);
}
