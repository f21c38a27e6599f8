using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>
/// A state of the automaton over bytes within a node: what may follow in each of its ways that are still open. Where one way is left the state is that of its language, whichever node it belongs to: the
/// inside of a string is the same state in every schema, and what it allows is worked out once.
/// </summary>
internal sealed class LexicalState
{
    /// <summary>A way that is followed no further: the bytes lead nowhere.</summary>
    private static readonly LexicalState Dead = new([], []);

    private readonly Language[] languages;
    private readonly int[] ways;
    private StateTransitions next;

    /// <summary>Bytes that lead back here, as far as they were met (<see cref="ByteSets"/>).</summary>
    private UInt128 loop;
    private bool isWideKnown;

    /// <param name="ways">Of each language, its number in the node; [0] where there is one.</param>
    public LexicalState(Language[] languages, int[] ways)
    {
        this.languages = languages;
        this.ways = ways;
        Ended = [.. Enumerable.Range(0, languages.Length).Where(i => languages[i].IsNullable).Select(i => ways[i])];
        GoesOn = languages.Any(language => language is not TextLanguage { Length: 0 });
    }

    public IReadOnlyList<Language> Languages => languages;

    /// <summary>Of each language, its way; 0 where there is one.</summary>
    public IReadOnlyList<int> Ways => ways;

    public bool HasOneWay => ways.Length <= 1;

    /// <summary>The ways that may end here.</summary>
    public int[] Ended { get; }

    /// <summary>Whether a byte may follow.</summary>
    public bool GoesOn { get; }

    /// <summary>What it allows of tokens that are not content, where it takes any content.</summary>
    public StateMask? OthersMask { get; set; }

    /// <summary>What it allows, once worked out.</summary>
    public StateMask? Mask { get; set; }

    /// <summary>The state behind a byte; null where there is none.</summary>
    public LexicalState? After(byte value, Lexicon lexicon)
    {
        var after = next.Behind(value) ?? Make(value, lexicon);
        return after == Dead ? null : after;
    }

    /// <summary>Whether texts of these bytes all lead back here, so that every token of them is taken and none has to be followed, not even where the node may end between. What is not known yet is no.</summary>
    public bool LoopsOver(UInt128 bytes, Lexicon lexicon)
    {
        var unknown = bytes & ~loop;
        if (unknown == UInt128.Zero)
            return true;
        if (unknown != ByteSets.Wide || isWideKnown || loop == UInt128.Zero)
            return false;
        isWideKnown = true;
        if (!ByteSets.LoopsOverWide(this, lexicon))
            return false;
        loop |= ByteSets.Wide;
        return true;
    }

    /// <summary>The way that a byte leaves, for a state that has several before it and one behind it.</summary>
    public int WayLeft(byte value) => next.WayLeft(value);

    /// <summary>Makes the state behind a byte, which is that behind all bytes that its languages do not tell apart from it.</summary>
    private LexicalState Make(byte value, Lexicon lexicon)
    {
        var (after, open) = (new List<Language>(languages.Length), new List<int>(languages.Length));
        var (first, last) = (0, 255);
        for (var i = 0; i < languages.Length; i++)
        {
            Narrow(languages[i], value, ref first, ref last);
            var language = languages[i].After(value, lexicon.Table);
            if (language == lexicon.Table.Nothing)
                continue;
            after.Add(language);
            open.Add(ways[i]);
        }
        var state = open.Count == 0 ? Dead : lexicon.State([.. after], [.. open]);
        next.Add((byte)first, (byte)last, state, open.Count == 1 ? open[0] : 0);
        if (state == this)
            loop |= ByteSets.Ascii(first, last);
        return state;
    }

    private static void Narrow(Language language, byte value, ref int first, ref int last)
    {
        var (cuts, at) = (language.Cuts(), language.CutBefore(value));
        first = Math.Max(first, cuts[at]);
        if (at + 1 < cuts.Length)
            last = Math.Min(last, cuts[at + 1] - 1);
    }
}
