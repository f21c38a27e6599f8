using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Json;

/// <summary>A value that is to reach a goal.</summary>
internal sealed class ValueNode : GrammarNode
{
    private readonly Goal goal;
    private readonly GoalTable goals;
    private readonly List<ArrayShape> arrays = [];
    private readonly List<ObjectShape> objects = [];

    private ValueNode(Goal goal, GoalTable goals)
    {
        this.goal = goal;
        this.goals = goals;
        foreach (var branch in goals.BranchesOf(goal))
        {
            if ((branch.Kinds & ValueKinds.Object) != 0 && ObjectShape.Of(branch, goals, inDoubt: false) is { } members)
                objects.Add(members.Writable());
            if ((branch.Kinds & ValueKinds.Array) != 0 && ArrayShape.Of(branch, goals, inDoubt: false) is { } array)
                arrays.Add(array.Writable());
        }
    }

    /// <summary>What its parts are to reach.</summary>
    public IEnumerable<Goal> Parts => objects.SelectMany(members => members.Parts).Concat(arrays.SelectMany(array => array.Parts));

    public static ValueNode Of(Goal goal, GoalTable goals) => goal.Node ??= new ValueNode(goal, goals);

    protected override IReadOnlyList<GrammarWay> MakeWays()
    {
        var ways = new List<GrammarWay>();
        var scalars = goals.Table.Union([.. goals.BranchesOf(goal).SelectMany(Scalars)]);
        if (scalars != goals.Table.Nothing)
            ways.Add(new GrammarWay(scalars, []));
        foreach (var array in arrays)
            ways.AddRange(array.NodeAt(ArrayState.First(array.Contains.Count)).Ways);
        foreach (var members in objects)
            ways.AddRange(members.NodeAt(ObjectState.First).Ways);
        return ways;
    }

    /// <summary>What a branch may be without parts, as it is written.</summary>
    private IEnumerable<Language> Scalars(Branch branch)
    {
        var table = goals.Table;
        if ((branch.Kinds & ValueKinds.Null) != 0)
            yield return table.Text("null");
        if ((branch.Kinds & ValueKinds.True) != 0)
            yield return table.Text("true");
        if ((branch.Kinds & ValueKinds.False) != 0)
            yield return table.Text("false");
        if ((branch.Kinds & ValueKinds.Number) != 0)
            yield return table.Spelled(branch.Number ?? DecimalLanguages.Any(table), TextSpelling.Plain);
        if ((branch.Kinds & ValueKinds.Text) != 0)
            yield return new JsonSpelling(goals).Text(branch.Text);
    }
}
