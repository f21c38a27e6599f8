using System.Text;
using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Gbnf;

/// <summary>One of given texts, character by character.</summary>
internal static class ChoiceGrammar
{
    public static GrammarNode Read(IReadOnlyList<string> choices, LanguageTable table)
    {
        if (choices.Count == 0)
            throw new GrammarException("", "no choices", "at least one", "name the texts to choose from");
        var texts = new List<string>(choices.Count);
        foreach (var choice in choices)
            texts.Add(BytesOf(choice ?? throw Wrong("null"), choice));
        texts.Sort(string.CompareOrdinal);
        string[] sorted = [.. texts.Distinct()];
        return new ChoiceNode(sorted, 0, sorted.Length, 0, table);
    }

    /// <summary>The bytes of UTF-8, each as one character.</summary>
    private static string BytesOf(string choice, string shown)
    {
        try
        {
            return Encoding.Latin1.GetString(new UTF8Encoding(false, true).GetBytes(choice));
        }
        catch (EncoderFallbackException)
        {
            throw Wrong($"half a surrogate pair in \"{shown}\"");
        }
    }

    private static GrammarException Wrong(string found) => new("", found, "texts of Unicode", "leave it out");
}
