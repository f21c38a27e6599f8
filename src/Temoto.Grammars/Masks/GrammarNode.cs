using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>
/// What a text may go on with at a place of a grammar: the bytes of a regular language, then other nodes, as one of its ways (Greibach's normal form, with regular languages in place of single symbols).
/// Nodes come into being when a text first leads to them.
/// </summary>
internal abstract class GrammarNode
{
    private IReadOnlyList<GrammarWay>? ways;

    /// <summary>At least one, unless nothing can stand here; each can be followed to an end.</summary>
    public IReadOnlyList<GrammarWay> Ways => ways ??= MakeWays();

    /// <summary>The state before the first byte; the lexicon's.</summary>
    public LexicalState? Start { get; set; }

    /// <summary>The way that <see cref="Start"/> is of, where it is one.</summary>
    public int StartWay { get; set; }

    protected abstract IReadOnlyList<GrammarWay> MakeWays();
}

/// <summary>Bytes, then nodes one after the other.</summary>
internal readonly record struct GrammarWay(Language Bytes, IReadOnlyList<GrammarNode> Then);
