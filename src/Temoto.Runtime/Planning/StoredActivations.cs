using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>Gives the activations of a graph the format in which a board stores them between steps.</summary>
internal static class StoredActivations
{
    /// <summary>The same graph; the logits stay as they are, for whoever reads them is no step.</summary>
    public static Graph Apply(Graph graph, Format format)
    {
        var values = graph.Values.Select(value => value.Id == graph.Logits.Id ? value : value with { Format = format }).ToList();
        return graph with { Ops = [.. graph.Ops.Select(With)], Values = values };

        Value Stored(Value value) => values[value.Id];

        Op With(Op op) => op switch
        {
            EmbedOp embed => embed with { Output = Stored(embed.Output) },
            PatchesOp patches => patches with { Output = Stored(patches.Output) },
            LearnedTokensOp tokens => tokens with { Input = Stored(tokens.Input), Output = Stored(tokens.Output) },
            AddPositionsOp positions => positions with { Input = Stored(positions.Input), Output = Stored(positions.Output) },
            RmsNormOp norm => norm with { Input = Stored(norm.Input), Output = Stored(norm.Output) },
            LayerNormOp norm => norm with { Input = Stored(norm.Input), Output = Stored(norm.Output) },
            LinearOp linear => linear with { Input = Stored(linear.Input), Output = Stored(linear.Output) },
            RopeOp rope => rope with { Input = Stored(rope.Input), Output = Stored(rope.Output) },
            AttentionOp attention => attention with { Query = Stored(attention.Query), Key = Stored(attention.Key), Value = Stored(attention.Value), Output = Stored(attention.Output) },
            StoreKvOp store => store with { Key = Stored(store.Key), Value = Stored(store.Value), Output = Stored(store.Output) },
            ActivateOp activate => activate with { Input = Stored(activate.Input), Output = Stored(activate.Output) },
            GateOp gate => gate with { Gate = Stored(gate.Gate), Up = Stored(gate.Up), Output = Stored(gate.Output) },
            RouteOp route => route with { Input = Stored(route.Input), Output = Stored(route.Output) },
            GatedExpertsOp gated => gated with { Input = Stored(gated.Input), Routes = Stored(gated.Routes), Output = Stored(gated.Output) },
            DownExpertsOp down => down with { Input = Stored(down.Input), Routes = Stored(down.Routes), Output = Stored(down.Output) },
            ShortConvOp conv => conv with { Input = Stored(conv.Input), Output = Stored(conv.Output) },
            ScaleRowsOp scale => scale with { Input = Stored(scale.Input), Factors = Stored(scale.Factors), Output = Stored(scale.Output) },
            AddOp add => add with { Left = Stored(add.Left), Right = Stored(add.Right), Output = Stored(add.Output) },
            AverageOp average => average with { Left = Stored(average.Left), Right = Stored(average.Right), Output = Stored(average.Output) },
            SelectRowsOp select => select with { Input = Stored(select.Input), Output = Stored(select.Output) },
            _ => throw new InvalidOperationException($"no stored format for {op.GetType().Name}"),
        };
    }
}
