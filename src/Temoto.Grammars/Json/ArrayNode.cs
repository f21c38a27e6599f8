using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Json;

/// <summary>An array that has come to a place before its end.</summary>
internal sealed class ArrayNode(ArrayShape shape, ArrayState state) : GrammarNode
{
    protected override IReadOnlyList<GrammarWay> MakeWays()
    {
        var (spelling, ways) = (new JsonSpelling(shape.Goals), new List<GrammarWay>());
        var before = state.IsFirst ? spelling.Opening("[") : spelling.Between(",");
        foreach (var (goal, next) in shape.ItemsFrom(state))
            ways.Add(new GrammarWay(before, [ValueNode.Of(goal, shape.Goals), shape.NodeAt(next)]));
        if (shape.CanEndAt(state))
            ways.Add(new GrammarWay(state.IsFirst ? spelling.Empty("[", "]") : spelling.Closing("]"), []));
        return ways;
    }
}
