using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Gbnf;

/// <summary>A place of a grammar; its ways are looked for when a text first leads there.</summary>
internal sealed class GbnfNode(Func<IReadOnlyList<GrammarWay>> makeWays) : GrammarNode
{
    protected override IReadOnlyList<GrammarWay> MakeWays() => makeWays();
}
