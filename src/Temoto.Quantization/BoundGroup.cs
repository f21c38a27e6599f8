using Temoto.Models;
using Temoto.Plans;

namespace Temoto.Quantization;

/// <summary>A <see cref="ScaleGroup"/> found in the operations of a layer.</summary>
/// <param name="FoldInto">Full name of what the scales fold into, without ".weight"; null where they cannot.</param>
/// <param name="FirstOp">The inspected module runs from this operation of the layer ...</param>
/// <param name="LastOp">... to this one.</param>
internal sealed record BoundGroup(IReadOnlyList<LinearOp> Linears, string? FoldInto, int FirstOp, int LastOp)
{
    /// <summary>What all its linear layers read.</summary>
    public Value Input => Linears[0].Input;

    public string Name => string.Join(" + ", Linears.Select(linear => linear.Name));

    /// <summary>The groups of a layer; every linear layer of it is in exactly one.</summary>
    public static IReadOnlyList<BoundGroup> Of(IReadOnlyList<Op> ops, IReadOnlyList<ScaleGroup> table, string modelType)
    {
        var byName = ops.OfType<LinearOp>().ToDictionary(linear => linear.Name);
        var bound = table.Select(group => Bind(group, ops, byName)).ToList();
        if (!bound.SelectMany(group => group.Linears).Select(linear => linear.Name).Order().SequenceEqual(byName.Keys.Order()))
            throw new InvalidOperationException($"the scaling table of {modelType} does not name each linear layer once");
        return bound;
    }

    /// <summary>
    /// A norm can be divided by the scales where these linear layers alone read it: not where it stands behind a residual sum (opt-350m), which the next sum reads too.
    /// </summary>
    private static bool NormFolds(string norm, LinearOp[] linears, IReadOnlyList<Op> ops) =>
        ops.Any(op => op is not LinearOp && op.Name == norm && op.Output.Id == linears[0].Input.Id)
        && ops.All(op => linears.Contains(op) || op.Inputs.All(input => input.Id != linears[0].Input.Id));

    private static BoundGroup Bind(ScaleGroup group, IReadOnlyList<Op> ops, Dictionary<string, LinearOp> byName)
    {
        LinearOp[] linears = [.. group.Linears.Select(name => byName[name])];
        if (linears.Any(linear => linear.Input.Id != linears[0].Input.Id))
            throw new InvalidOperationException($"{string.Join(", ", group.Linears)} do not read the same input");
        var prefix = linears[0].Weight[..^(linears[0].Name.Length + ".weight".Length)];
        var indices = ops.Select((op, index) => (op, index)).Where(item => item.op is LinearOp).ToDictionary(item => item.op.Name, item => item.index);
        var folds = group.FoldInto is not null && (byName.TryGetValue(group.FoldInto, out var before)
            ? !group.NeedsEqualShapes || before.Output.Width == linears[0].Output.Width && before.Input.Width == linears[0].Input.Width
            : NormFolds(group.FoldInto, linears, ops));
        return new BoundGroup(linears, folds ? prefix + group.FoldInto : null, linears.Min(linear => indices[linear.Name]), indices[group.InspectedEnd]);
    }
}
