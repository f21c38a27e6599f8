using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Gbnf;

/// <summary>Grammars in the form of llama.cpp, GBNF: lines of NAME ::= ALTERNATIVES; what the rule root says is the whole text.</summary>
internal static class GbnfGrammar
{
    private const string Root = "root";

    public static GrammarNode Read(string text, LanguageTable table)
    {
        var rules = GbnfReader.Read(text);
        if (!rules.TryGetValue(Root, out var root))
            throw new GrammarException("", rules.Count == 0 ? "no rules" : $"no rule {Root}", $"a line {Root} ::= ...", "say in it what the whole text is");
        GbnfMarks.Set([.. rules.Values]);
        if (!root.Whole!.CanEnd)
            throw new GrammarException($"line {root.Line}", $"the rule {Root}, of which no text can ever end", "a finite text", "give what leads back to itself an alternative that does not");
        return new GbnfNodes(table).NodeOf(root.Whole);
    }
}
