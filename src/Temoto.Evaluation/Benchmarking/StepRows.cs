using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>Which row of a profile each step of a plan belongs to: steps of one name and kind are one row, over all layers; those of no layer make rows of their own.</summary>
/// <param name="Rows">In the order in which they first run.</param>
/// <param name="RowOf">The row of each step, in the order of the plan.</param>
internal sealed record StepRows(IReadOnlyList<StepRow> Rows, IReadOnlyList<int> RowOf)
{
    public static StepRows Of(Plan plan)
    {
        var rows = new List<StepRow>();
        var rowOf = new List<int>();
        var known = new Dictionary<(string Name, StepKind Kind, bool InLayers), int>();
        var layers = new List<HashSet<int>>();
        foreach (var placed in plan.Steps)
        {
            var key = (placed.Step.Name, placed.Step.Kind, placed.Layer >= 0);
            if (!known.TryGetValue(key, out var row))
            {
                known.Add(key, row = rows.Count);
                rows.Add(new StepRow(placed.Step.Name, placed.Step.Kind, 0));
                layers.Add([]);
            }
            layers[row].Add(placed.Layer);
            rowOf.Add(row);
        }
        return new StepRows([.. rows.Select((row, index) => row with { Layers = layers[index].Count })], rowOf);
    }

    /// <summary>Sums over the steps of each row.</summary>
    /// <param name="values">Of the first steps of the plan, in its order.</param>
    public double[] Sums(IEnumerable<double> values)
    {
        var sums = new double[Rows.Count];
        foreach (var (step, value) in values.Index())
            sums[RowOf[step]] += value;
        return sums;
    }
}

/// <summary>Steps of one name and kind.</summary>
/// <param name="Layers">That have one; 1 for what stands before or behind the layers.</param>
internal sealed record StepRow(string Name, StepKind Kind, int Layers);
