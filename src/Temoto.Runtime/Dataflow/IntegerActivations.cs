using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>Puts a <see cref="RoundToGridOp"/> in front of the linear operations whose weights ask for integer activations; those that share an input and a grid share it.</summary>
internal static class IntegerActivations
{
    /// <param name="gridOf">The grid of a named weight, or null.</param>
    public static ModelGraph Insert(ModelGraph graph, Func<string, InputGrid?> gridOf)
    {
        var ops = new List<Op>(graph.Ops.Count);
        var values = new List<Value>(graph.Values);
        var rounded = new Dictionary<(Value, InputGrid), Value>();
        foreach (var op in graph.Ops)
        {
            if (op is not LinearOp linear || gridOf(linear.Weight) is not { } grid)
            {
                ops.Add(op);
                continue;
            }
            if (!rounded.TryGetValue((linear.Input, grid), out var input))
            {
                input = new Value(values.Count, linear.Input.Name + ".grid", linear.Input.Width);
                values.Add(input);
                rounded.Add((linear.Input, grid), input);
                ops.Add(new RoundToGridOp("round_to_grid", linear.Layer, linear.Input, grid.StaticScale, input));
            }
            ops.Add(linear with { Input = input });
        }
        return rounded.Count == 0 ? graph : graph with { Ops = ops, Values = values };
    }
}
