using System.Runtime.InteropServices;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>
/// The states of grammars over one vocabulary, each but once, with what they allow. Shared by the grammars that are made while it is small; a vocabulary begins another when it has grown.
/// </summary>
internal sealed class Lexicon
{
    /// <summary>Each has 2 KB of what follows each byte.</summary>
    private const int MostStates = 1 << 16;

    /// <summary>Of one use: about half a second.</summary>
    private const int MostEffort = 1 << 20;

    /// <summary>What is kept of <see cref="Behind"/>.</summary>
    private const int MostBehind = 1 << 14;

    /// <summary>Of states that differ in bounds alone, from which on two masks more are worth it.</summary>
    private const int LeastBetween = 3;

    private readonly Lock gate = new();
    private readonly TokenVocabulary vocabulary;

    /// <summary>The states on the way to each depth of a walk, and the way that is left there.</summary>
    private readonly LexicalState[] path;
    private readonly int[] lefts;

    /// <summary>Bits of the tokens of one walk.</summary>
    private readonly ulong[] found;
    private readonly Dictionary<StateKey, LexicalState> states = [];
    private readonly Dictionary<(StateMask Ended, int Way, LexicalState After), StateMask> behinds = [];

    /// <summary>By the state without bounds, and those that were taken away.</summary>
    private readonly Dictionary<(LexicalState Loose, RepeatBounds Bounds), (int States, BoundReach? Reach)> reaches = [];

    public Lexicon(TokenVocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        path = new LexicalState[vocabulary.Tree.MostBytes + 1];
        lefts = new int[path.Length];
        found = new ulong[vocabulary.MaskWords];
    }

    public LanguageTable Table { get; } = new();

    /// <summary>Begins a use by one caller: held while anything of it is used, since what a text first leads to is made then, and bounded, since sources from others can ask for more than there is time for.</summary>
    public Lock.Scope Use()
    {
        var turn = gate.EnterScope();
        Table.AllowEffort(MostEffort);
        return turn;
    }

    public TokenVocabulary Vocabulary => vocabulary;

    /// <summary>States made so far.</summary>
    public int States => states.Count;

    /// <summary>Places of token trees looked at so far.</summary>
    public long Visited { get; private set; }

    public LexicalState StartOf(GrammarNode node)
    {
        return node.Start ??= Make();

        LexicalState Make()
        {
            var open = Enumerable.Range(0, node.Ways.Count).Where(way => node.Ways[way].Bytes != Table.Nothing).ToArray();
            node.StartWay = open is [var only] ? only : -1;
            return State([.. open.Select(way => node.Ways[way].Bytes)], open);
        }
    }

    /// <summary>The state of these languages; where there is one, whichever way it belongs to.</summary>
    public LexicalState State(Language[] languages, int[] ways)
    {
        if (ways.Length == 1)
            ways = [0];
        var key = new StateKey(languages, ways);
        if (states.TryGetValue(key, out var state))
            return state;
        if (states.Count >= MostStates)
            throw new GrammarException("", "a form with more states than can be followed", "fewer combinations, or smaller numbers of repeats", "make the form simpler");
        states.Add(key, state = new LexicalState(languages, ways));
        return state;
    }

    /// <summary>What a state allows, whatever comes behind its node.</summary>
    public StateMask MaskOf(LexicalState state) => state.Mask ??= MaskOfContent(state) ?? MaskOfNear(state) ?? MaskBetween(state) ?? Walked(state, vocabulary.Tree);

    /// <summary>
    /// What tokens allow whose beginning ends a way, at any of its exits, and that go on from a state: where a text can be read in many ways, most of them end at the same exits and go on alike. Null where it is not known and no more
    /// is kept.
    /// </summary>
    public StateMask? Behind(StateMask ended, int way, LexicalState after)
    {
        if (behinds.TryGetValue((ended, way, after), out var known))
            return known;
        if (behinds.Count >= MostBehind)
            return null;
        Array.Clear(found);
        var exits = new List<MaskExit>();
        foreach (var exit in ended.Exits)
        {
            if (exit.Way == way)
                Walk(ended.Tree, exit.Place, after, 0, found, exits);
        }
        // Exits lie below one another, so that ways meet.
        var mask = new StateMask(null, new TokenSet(found), ended.Tree, [.. exits.Distinct()]);
        behinds.Add((ended, way, after), mask);
        return mask;
    }

    /// <summary>Of the inside of a string that takes any content; else null.</summary>
    private StateMask? MaskOfContent(LexicalState state)
    {
        var content = vocabulary.Content;
        if (ContentOf(state, content.MostPoints) is not { } points)
            return null;
        // What else a string allows depends on its bounds only where they are near.
        var alike = WithoutFarBounds(state, content.Others);
        var others = alike.OthersMask ??= Walked(alike, content.Others);
        return new StateMask(content.UpTo(points), others.Tokens, others.Tree, others.Exits);
    }

    /// <summary>Where bounds are farther away than the longest token: what is allowed without them, which is the same for many states. Null where none is.</summary>
    private StateMask? MaskOfNear(LexicalState state) => WithoutFarBounds(state, vocabulary.Tree) is var near && near != state ? MaskOf(near) : null;

    private LexicalState WithoutFarBounds(LexicalState state, TokenTree tree) => State([.. state.Languages.Select(language => Table.WithoutFarBounds(language, tree.MostBytes))], [.. state.Ways]);

    /// <summary>
    /// What a state allows whose repeats have bounds: (\S+\s+){0,199} is another state after each word, and all of them allow nearly the same. Only what bounds may take away is looked at (<see cref="BoundReach"/>).
    /// Null where that cannot be done, or is not worth it.
    /// </summary>
    private StateMask? MaskBetween(LexicalState state)
    {
        var bounds = RepeatBounds.Below(state.Languages);
        if (bounds == default)
            return null;
        var loose = Rebound(state, bounds, toAny: true);
        if (loose == state)
            return null;
        ref var reach = ref CollectionsMarshal.GetValueRefOrAddDefault(reaches, (loose, bounds), out _);
        if (++reach.States < LeastBetween)
            return null;
        if (reach.States == LeastBetween)
        {
            var (least, most) = (OwnMask(Rebound(state, bounds, toAny: false)), OwnMask(loose));
            reach.Reach = BoundReach.Takes(least, most) ? new BoundReach(least, most) : null;
        }
        return reach.Reach is not { } between ? null : between.IsAlike ? between.Most : between.With(Walked(state, between.Most.Tree, between));
    }

    private LexicalState Rebound(LexicalState state, RepeatBounds bounds, bool toAny) => State([.. state.Languages.Select(language => bounds.Apply(language, Table, toAny))], [.. state.Ways]);

    private StateMask OwnMask(LexicalState state) => state.Mask ??= MaskOfContent(state) ?? Walked(state, vocabulary.Tree);

    /// <param name="between">What is known beforehand; null where nothing is.</param>
    private StateMask Walked(LexicalState state, TokenTree tree, BoundReach? between = null)
    {
        Array.Clear(found);
        between?.Tokens.AddTo(found);
        var exits = new List<MaskExit>();
        Walk(tree, 0, state, 0, found, exits, between is null ? default : between.Places);
        return new StateMask(null, new TokenSet(found), tree, [.. exits]);
    }

    /// <summary>How many code points of content are allowed here, and no more; null where that has to be looked up token by token.</summary>
    private static int? ContentOf(LexicalState state, int mostPoints)
    {
        foreach (var language in state.Languages)
        {
            if ((language is SequenceLanguage sequence ? sequence.First : language) is not SpelledLanguage { IsBetweenPoints: true, Spelling: not TextSpelling.Plain } text)
                continue;
            if (text.Body.SafePoints >= mostPoints)
                return mostPoints;
            if (text.Body.IsSafeExact && state.HasOneWay)
                return text.Body.SafePoints;
        }
        return null;
    }

    /// <summary>Follows the tokens below a place of a tree: sets the bits of those that can be taken from a state, and finds where ways end with tokens behind.</summary>
    /// <param name="way">The state's, where it has one.</param>
    /// <param name="only">Places, in order, that are of interest: others are passed over; all are where there are none.</param>
    public void Walk(TokenTree tree, int root, LexicalState start, int way, ulong[] tokens, List<MaskExit> exits, ReadOnlySpan<int> only = default)
    {
        var (isWhole, nextOnly) = (only.IsEmpty, 0);
        var (place, end) = (root + 1, tree.End(root));
        path[tree.Depth(root)] = start;
        lefts[tree.Depth(root)] = way;
        while (place < end)
        {
            if (!isWhole)
            {
                while (nextOnly < only.Length && only[nextOnly] < place)
                    nextOnly++;
                if (nextOnly == only.Length)
                    return;
                if (only[nextOnly] >= tree.End(place))
                {
                    place = tree.End(place);
                    continue;
                }
            }
            Visited++;
            var depth = tree.Depth(place);
            var (before, value) = (path[depth - 1], tree.Value(place));
            if (before.LoopsOver(tree.BytesFrom(place), this))
            {
                tree.SetAll(place, tokens);
                place = tree.End(place);
                continue;
            }
            if (before.After(value, this) is not { } state)
            {
                place = tree.End(place);
                continue;
            }
            path[depth] = state;
            lefts[depth] = before.HasOneWay || !state.HasOneWay ? lefts[depth - 1] : before.WayLeft(value);
            tree.Set(place, tokens);
            if (state.Ended.Length > 0 && tree.HasMore(place))
            {
                foreach (var ended in state.Ended)
                    exits.Add(new MaskExit(place, state.HasOneWay ? lefts[depth] : ended));
            }
            place++;
        }
    }

    private readonly struct StateKey(Language[] languages, int[] ways) : IEquatable<StateKey>
    {
        private readonly Language[] languages = languages;
        private readonly int[] ways = ways;

        public bool Equals(StateKey other) => languages.AsSpan().SequenceEqual(other.languages) && ways.AsSpan().SequenceEqual(other.ways);

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            var code = new HashCode();
            for (var i = 0; i < ways.Length; i++)
            {
                code.Add(languages[i].Id);
                code.Add(ways[i]);
            }
            return code.ToHashCode();
        }
    }
}
