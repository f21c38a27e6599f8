using Temoto.Grammars.Gbnf;
using Temoto.Grammars.Json;
using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars;

/// <summary>A form that answers are held to, over the tokens of a vocabulary. Made once and used by any number of answers, at the same time too.</summary>
public sealed class Grammar
{
    private const int MostSpace = 2;

    private Grammar(Lexicon lexicon, GrammarNode start)
    {
        Lexicon = lexicon;
        Start = start;
    }

    internal Lexicon Lexicon { get; }

    internal GrammarNode Start { get; }

    /// <summary>The vocabulary it was made for.</summary>
    public TokenVocabulary Vocabulary => Lexicon.Vocabulary;

    /// <summary>The values of a JSON schema (draft 4 to 2020-12), members in the order of the schema.</summary>
    /// <exception cref="GrammarException">It is no schema, uses what cannot be decided while a text is written, or no value is of it.</exception>
    /// <param name="vocabulary">Of the model.</param>
    /// <param name="schema">Its text.</param>
    /// <param name="style">How the value may be written.</param>
    /// <param name="followedBy">A text behind the value; a space or a line's end or two may stand around the value then.</param>
    public static Grammar FromJsonSchema(TokenVocabulary vocabulary, string schema, JsonStyle style = JsonStyle.Compact, string followedBy = "")
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(followedBy);
        return Make(vocabulary, table =>
        {
            var value = JsonGrammar.Read(schema, style, table);
            if (followedBy.Length == 0)
                return value;
            var space = table.Repeat(table.Points(PointSet.Of((' ', ' '), ('\n', '\n'))), 0, MostSpace);
            return new SequenceNode([new TextNode(space, table), value, new TextNode(table.Sequence(space, table.CodePoints(followedBy)), table)], table);
        });
    }

    /// <summary>A grammar as llama.cpp writes them; the rule <c>root</c> is the text.</summary>
    /// <exception cref="GrammarException">It is malformed, left-recursive, or no text is of it.</exception>
    public static Grammar FromGbnf(TokenVocabulary vocabulary, string grammar)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        return Make(vocabulary, table => GbnfGrammar.Read(grammar, table));
    }

    /// <summary>One of some texts.</summary>
    /// <exception cref="GrammarException">There is none.</exception>
    public static Grammar FromChoices(TokenVocabulary vocabulary, IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return Make(vocabulary, table => ChoiceGrammar.Read(choices, table));
    }

    /// <summary>A text that an expression (ECMA-262) matches as a whole.</summary>
    /// <exception cref="GrammarException">It is malformed, or uses what no automaton decides.</exception>
    public static Grammar FromExpression(TokenVocabulary vocabulary, string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Make(vocabulary, table => new TextNode(EcmaPattern.Whole(pattern, table), table));
    }

    /// <summary>Follows an answer.</summary>
    public GrammarMatcher NewMatcher() => new(this);

    internal static Grammar Make(TokenVocabulary vocabulary, Func<LanguageTable, GrammarNode> make)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var lexicon = vocabulary.Lexicon();
        using (lexicon.Use())
        {
            var start = make(lexicon.Table);
            lexicon.StartOf(start);
            return new Grammar(lexicon, start);
        }
    }
}
