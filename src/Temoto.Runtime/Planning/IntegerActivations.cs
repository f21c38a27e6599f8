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
            ops.Add(op switch
            {
                AttentionOp attention => attention with { Shape = attended(attention.Shape) },
                LinearOp linear => linear with { Input = Rounded(linear.Layer, linear.Input, linear.Input.Width, [linear.Weight]) },
                GatedExpertsOp gated => gated with { Input = Rounded(gated.Layer, gated.Input, gated.Input.Width, [.. gated.Gates, .. gated.Ups]) },
                DownExpertsOp down => down with { Input = Rounded(down.Layer, down.Input, down.Width, down.Downs) },
                _ => op,
            });
        }
        return graph with { Ops = ops, Values = values };

        // The input as these weights want it; as it is where they do not want the same.
        Value Rounded(int layer, Value input, int width, IReadOnlyList<string> weights)
        {
            var weight = weightOf(weights[0]);
            var integers = formatFor(weight);
            if (integers is null && weight.InputGrid is null || weights.Skip(1).Any(name => weightOf(name).InputGrid != weight.InputGrid || formatFor(weightOf(name)) != integers))
                return input;
            // A group never extends beyond the row; a weight that asks for a grid knows better than the board.
            var rounding = new Rounding(input, integers is null
                ? Format.Single with { Grid = weight.InputGrid }
                : integers with { Group = Math.Min(integers.Group, width), Grid = weight.InputGrid ?? integers.Grid });
            // Rows that hold several one after the other: their groups are nobody else's.
            if (width != input.Width && (rounding.Format.Grid is not null || width % Math.Max(1, rounding.Format.Group) != 0))
                return input;
            if (rounded.TryGetValue(rounding, out var known))
                return known;
            var value = new Value(values.Count, input.Name + (integers is null ? ".grid" : ".int8"), input.Width, rounding.Format);
            values.Add(value);
            rounded.Add(rounding, value);
            ops.Add(new RoundOp(integers is null ? "round_to_grid" : "quantize", layer, input, value));
            return value;
        }
    }

    /// <summary>What makes two roundings one. A class: dictionaries over structs of ours are compiled anew in every process.</summary>
    private sealed record Rounding(Value Input, Format Format);
}
