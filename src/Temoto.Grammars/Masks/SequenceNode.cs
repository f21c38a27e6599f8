using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>Nodes one after the other.</summary>
internal sealed class SequenceNode(IReadOnlyList<GrammarNode> nodes, LanguageTable table) : GrammarNode
{
    protected override IReadOnlyList<GrammarWay> MakeWays() => [new GrammarWay(table.Empty, nodes)];
}
