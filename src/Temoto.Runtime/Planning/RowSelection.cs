using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Moves the selection of the rows whose logits are wanted to where only they matter: behind the attention of the last layer, since every operation from there on works on
/// each token by itself. A prompt then pays for the last layer's output projection and feed-forward with one token instead of all.
/// </summary>
internal static class RowSelection
{
    /// <summary>The same model with the selection moved up as far as it goes; the graph itself where there is not one selection, or nothing to gain.</summary>
    public static Graph Hoist(Graph graph)
    {
        if (graph.Ops.OfType<SelectRowsOp>().ToArray() is not [var select])
            return graph;
        // Who reads each value. Plain loops: queries over pairs and numbers would be compiled anew in every process.
        var readers = new List<Op>?[graph.Values.Count];
        foreach (var op in graph.Ops)
        {
            foreach (var input in op.Inputs)
                (readers[input.Id] ??= []).Add(op);
        }

        // From the selection backwards: an operation moves behind it if all who read its output have.
        var end = graph.Ops.Index().First(item => item.Item == select).Index;
        var moved = new HashSet<Op>(ReferenceEqualityComparer.Instance) { select };
        for (var index = end - 1; index >= 0; index--)
        {
            var op = graph.Ops[index];
            if (WorksOnEachRow(op) && (readers[op.Output.Id]?.TrueForAll(moved.Contains) ?? true))
                moved.Add(op);
        }
        var written = new bool[graph.Values.Count];
        foreach (var op in moved)
            written[op.Output.Id] = true;
        var cut = graph.Ops.Where(moved.Contains).SelectMany(op => op.Inputs).Where(input => !written[input.Id]).Distinct().ToArray();
        if (moved.Count == 1)
            return graph;
        var first = graph.Ops.Index().First(item => moved.Contains(item.Item)).Index;
        if (graph.Ops.Take(end).Skip(first).Any(op => !moved.Contains(op)))
            return graph;

        var values = new List<Value>(graph.Values);
        var selected = new Dictionary<int, Value>();
        var ops = new List<Op>(graph.Ops.Take(first));
        foreach (var value in cut)
        {
            var rows = value with { Id = values.Count, Name = value.Name + ".selected" };
            values.Add(rows);
            selected.Add(value.Id, rows);
            ops.Add(new SelectRowsOp(select.Name, value, rows, select.FirstRow));
        }
        foreach (var op in graph.Ops.Skip(first))
        {
            if (op == select)
            {
                // What the selection gave is now what it read.
                selected.Add(select.Output.Id, selected.GetValueOrDefault(select.Input.Id, select.Input));
                continue;
            }
            ops.Add(WithInputs(op, input => selected.GetValueOrDefault(input.Id, input)));
        }
        // Where the selection was the last operation, what it gave is what it read as well.
        return graph with { Ops = ops, Values = values, Logits = selected.GetValueOrDefault(graph.Logits.Id, graph.Logits) };
    }

    private static bool WorksOnEachRow(Op op) => op is LinearOp or RmsNormOp or LayerNormOp or ActivateOp or GateOp or AddOp or RouteOp or GatedExpertsOp or DownExpertsOp or ScaleRowsOp;

    private static Op WithInputs(Op op, Func<Value, Value> map) => op switch
    {
        LinearOp linear => linear with { Input = map(linear.Input) },
        RmsNormOp norm => norm with { Input = map(norm.Input) },
        LayerNormOp norm => norm with { Input = map(norm.Input) },
        ActivateOp activate => activate with { Input = map(activate.Input) },
        GateOp gate => gate with { Gate = map(gate.Gate), Up = map(gate.Up) },
        AddOp add => add with { Left = map(add.Left), Right = map(add.Right) },
        RouteOp route => route with { Input = map(route.Input) },
        GatedExpertsOp gated => gated with { Input = map(gated.Input), Routes = map(gated.Routes) },
        DownExpertsOp down => down with { Input = map(down.Input), Routes = map(down.Routes) },
        ScaleRowsOp scale => scale with { Input = map(scale.Input), Factors = map(scale.Factors) },
        AverageOp average => average with { Left = map(average.Left), Right = map(average.Right) },
        _ => op.Inputs.All(input => map(input) == input) ? op : throw new InvalidOperationException($"{op.GetType().Name} behind a selection of rows"),
    };
}
