using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>A text of a language over code points, in UTF-8.</summary>
internal sealed class TextNode(Language texts, LanguageTable table) : GrammarNode
{
    protected override IReadOnlyList<GrammarWay> MakeWays() => table.HasText(texts)
        ? [new GrammarWay(table.Spelled(texts, TextSpelling.Plain), [])]
        : throw new GrammarException("", "a form that no text has", "one that some text has", "mend the form");
}
