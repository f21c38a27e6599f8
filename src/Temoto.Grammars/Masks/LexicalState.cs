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
    private LexicalState?[]? next;

    /// <summary>The way that is left behind a byte, where this state has several and the next has one.</summary>
    private readonly int[]? wayLeft;

    /// <param name="ways">Of each language, its number in the node; [0] where there is one.</param>
    public LexicalState(Language[] languages, int[] ways)
    {
        this.languages = languages;
        this.ways = ways;
        wayLeft = ways.Length > 1 ? new int[256] : null;
        Ended = [.. Enumerable.Range(0, languages.Length).Where(i => languages[i].IsNullable).Select(i => ways[i])];
        GoesOn = languages.Any(language => language is not TextLanguage { Length: 0 });
    }

    public IReadOnlyList<Language> Languages => languages;

    /// <summary>Of each language, its way; 0 where there is one.</summary>
    public IReadOnlyList<int> Ways => ways;

    public bool HasOneWay => wayLeft is null;

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
        var after = (next ??= new LexicalState?[256])[value] ?? Make(value, lexicon);
        return after == Dead ? null : after;
    }

    /// <summary>The way that a byte leaves, for a state that has several before it and one behind it.</summary>
    public int WayLeft(byte value) => wayLeft![value];

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
        next.AsSpan(first, last - first + 1).Fill(state);
        if (wayLeft is not null && open.Count == 1)
            wayLeft.AsSpan(first, last - first + 1).Fill(open[0]);
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
