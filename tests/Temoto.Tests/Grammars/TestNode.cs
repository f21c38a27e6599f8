using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars;

/// <summary>A node whose ways are given, or added until they are first asked for.</summary>
internal sealed class TestNode(params GrammarWay[] ways) : GrammarNode
{
    private readonly List<GrammarWay> all = [.. ways];

    public void Add(GrammarWay way) => all.Add(way);

    protected override IReadOnlyList<GrammarWay> MakeWays() => all;
}
