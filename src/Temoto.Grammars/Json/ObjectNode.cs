using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Json;

/// <summary>An object that has come to a place before its end.</summary>
internal sealed class ObjectNode(ObjectShape shape, ObjectState state) : GrammarNode
{
    protected override IReadOnlyList<GrammarWay> MakeWays()
    {
        var (spelling, ways) = (new JsonSpelling(shape.Goals), new List<GrammarWay>());
        var before = state.IsFirst ? spelling.Opening("{") : spelling.Between(",");
        for (var index = 0; index < shape.Named.Count; index++)
        {
            if (state.IsDone(index))
                continue;
            var member = shape.Named[index];
            var next = Next(member.Presents, isOther: false).WithDone(index, before: shape.IsInOrder);
            if (shape.CanEndFrom(next))
                ways.Add(new GrammarWay(spelling.Member(before, spelling.Name(member.Name)), [ValueNode.Of(member.Goal, shape.Goals), shape.NodeAt(next)]));
            if (shape.IsInOrder && member.IsRequired)
                break;
        }
        foreach (var others in shape.Others)
        {
            var next = Next(others.Presents, isOther: true);
            if (shape.CanEndFrom(next))
                ways.Add(new GrammarWay(spelling.Member(before, spelling.Text(others.Names)), [ValueNode.Of(others.Goal, shape.Goals), shape.NodeAt(next)]));
        }
        if (CanEnd())
            ways.Add(new GrammarWay(state.IsFirst ? spelling.Empty("{", "}") : spelling.Closing("}"), []));
        return ways;
    }

    private ObjectState Next(int presents, bool isOther)
    {
        // A name that comes again makes no member more.
        var isNew = !isOther || !state.HasOther;
        var count = !shape.Counts ? 0 : shape.Most < int.MaxValue || isNew ? state.Count + 1 : state.Count;
        return state with { IsFirst = false, Count = count, HasOther = shape.Counts && (state.HasOther || isOther), Presents = state.Presents | presents };
    }

    private bool CanEnd() =>
        !shape.Named.Where((member, i) => member.IsRequired && !state.IsDone(i)).Any() && state.Presents == shape.Presences && (shape.Least == 0 || state.Count >= shape.Least);
}
