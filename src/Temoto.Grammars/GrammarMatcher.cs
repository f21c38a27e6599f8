using Temoto.Grammars.Masks;

namespace Temoto.Grammars;

/// <summary>Follows an answer through a grammar, token by token, and says which tokens may come next. For one thread at a time.</summary>
public sealed class GrammarMatcher
{
    /// <summary>Readings of a text at the same time; beyond, the grammar is too ambiguous to follow.</summary>
    private const int MostPoints = 1 << 12;

    /// <summary>
    /// Readings of one mask that are looked up for all exits of a way together. Ways that differ only in how they came about are told apart there, and in some grammars they double with each letter; place by place of the token tree
    /// they are not: beyond, that is done.
    /// </summary>
    private const int MostJoined = 1 << 12;

    private readonly Grammar grammar;
    private readonly Lexicon lexicon;
    private readonly Frame bottom = new(null!, null);
    private readonly HashSet<MatchPoint> seen = [];
    private readonly HashSet<(StateMask Ended, int Way, MatchPoint After)> joined = [];
    private readonly Stack<(StateMask Ended, int Way, MatchPoint After)> toJoin = new();
    private readonly HashSet<(TokenTree Tree, int Place, MatchPoint Point)> walked = [];
    private readonly Stack<(TokenTree Tree, int Place, MatchPoint Point)> toWalk = new();
    private readonly List<MaskExit> exits = [];
    private readonly Stack<MatchPoint> toAdd = new();
    private readonly List<MatchPoint> behind = [];
    private List<MatchPoint> points = [];
    private List<MatchPoint> next = [];
    private bool canEnd;
    private int joins;

    internal GrammarMatcher(Grammar grammar)
    {
        this.grammar = grammar;
        lexicon = grammar.Lexicon;
        Restart();
    }

    /// <summary>Whose tokens it takes.</summary>
    public TokenVocabulary Vocabulary => lexicon.Vocabulary;

    /// <summary>Places of the token tree that one mask may begin again at, several times each: what may end anywhere (any text, then something else) ends at all of them.</summary>
    private int MostExits => (1 << 17) + (8 * lexicon.Vocabulary.Tree.Count);

    /// <summary>What has come is a whole text of the grammar.</summary>
    public bool CanEnd => canEnd;

    /// <summary>What has come is a whole text, and nothing can follow it.</summary>
    public bool IsOver => canEnd && points.Count == 0;

    /// <summary>From the beginning again.</summary>
    public void Restart()
    {
        using (lexicon.Use())
        {
            points.Clear();
            seen.Clear();
            canEnd = false;
            Continue([grammar.Start], bottom, points);
        }
    }

    /// <summary>Sets the bits of the tokens that may come next, and clears all others; end tokens may where <see cref="CanEnd"/>.</summary>
    /// <param name="mask">[<see cref="TokenVocabulary.MaskWords"/>]; token t is bit t % 64 of word t / 64.</param>
    public void ComputeMask(ulong[] mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfLessThan(mask.Length, lexicon.Vocabulary.MaskWords, nameof(mask));
        Array.Clear(mask);
        using (lexicon.Use())
        {
            joins = 0;
            joined.Clear();
            toJoin.Clear();
            walked.Clear();
            toWalk.Clear();
            foreach (var point in points)
                AddTokens(point, mask);
            while (toJoin.TryPop(out var join))
                JoinOn(join.Ended, join.Way, join.After, mask);
            while (toWalk.TryPop(out var walk))
                WalkOn(walk.Tree, walk.Place, walk.Point, mask);
        }
        if (!canEnd)
            return;
        foreach (var token in lexicon.Vocabulary.EndTokens)
            mask[token >> 6] |= 1UL << token;
    }

    /// <summary>Takes a token; false, and all stays as it was, where it may not come. An end token changes nothing.</summary>
    public bool Accept(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, lexicon.Vocabulary.Count);
        if (lexicon.Vocabulary.EndTokens.Contains(token))
            return canEnd;
        var bytes = lexicon.Vocabulary.BytesOf(token);
        return !bytes.IsEmpty && Accept(bytes);
    }

    /// <summary>Takes bytes; false, and all stays as it was, where they may not come.</summary>
    public bool Accept(ReadOnlySpan<byte> bytes)
    {
        using (lexicon.Use())
        {
            List<MatchPoint> before = [.. points];
            var couldEnd = canEnd;
            foreach (var value in bytes)
            {
                if (Take(value))
                    continue;
                (points, canEnd) = (before, couldEnd);
                return false;
            }
            return true;
        }
    }

    private bool Take(byte value)
    {
        next.Clear();
        seen.Clear();
        canEnd = false;
        foreach (var point in points)
        {
            if (point.State.After(value, lexicon) is { } state)
                Add(point with { State = state, Way = point.WayBehind(value, state) }, next);
        }
        (points, next) = (next, points);
        return canEnd || points.Count > 0;
    }

    /// <summary>Adds a reading, and those behind the ways that have ended there.</summary>
    private void Add(MatchPoint point, List<MatchPoint> into)
    {
        toAdd.Clear();
        toAdd.Push(point);
        AddAll(into);
    }

    private void Continue(IReadOnlyList<GrammarNode> then, Frame below, List<MatchPoint> into)
    {
        toAdd.Clear();
        GoOn(then, below);
        AddAll(into);
    }

    /// <summary>In a loop: nodes that may be empty can lie upon each other as deep as the text is long.</summary>
    private void AddAll(List<MatchPoint> into)
    {
        while (toAdd.TryPop(out var point))
        {
            if (!seen.Add(point))
                continue;
            if (seen.Count > MostPoints)
                throw new GrammarException("", "a text that can be read in thousands of ways", "a form whose alternatives differ early", "make the form less ambiguous");
            if (point.State.GoesOn)
                into.Add(point);
            foreach (var way in point.State.Ended)
                GoOn(point.Then(way), point.Below);
        }
    }

    /// <summary>What comes next is to be added, or there is nothing more to come.</summary>
    private void GoOn(IReadOnlyList<GrammarNode> then, Frame below)
    {
        for (var i = then.Count - 1; i >= 0; i--)
            below = below.Above(then[i]);
        if (below == bottom)
            canEnd = true;
        else
            toAdd.Push(new MatchPoint(lexicon.StartOf(below.Node), below.Node.StartWay, below.Node, below.Below!));
    }

    private void AddTokens(MatchPoint point, ulong[] mask)
    {
        var allowed = lexicon.MaskOf(point.State);
        allowed.Tokens.AddTo(mask);
        TokenSet.Add(allowed.Content, mask);
        JoinBehind(allowed, point);
    }

    /// <summary>Behind each way that ends at exits, tokens go on with what comes behind the point's node.</summary>
    private void JoinBehind(StateMask ended, MatchPoint point)
    {
        foreach (var way in ended.ExitWays)
        {
            FindBehind(point, way);
            joins += 1 + behind.Count;
            foreach (var after in behind)
            {
                if (joined.Add((ended, way, after)))
                    toJoin.Push((ended, way, after));
            }
        }
    }

    private void JoinOn(StateMask ended, int way, MatchPoint after, ulong[] mask)
    {
        if (joins > MostJoined || lexicon.Behind(ended, way, after.State) is not { } allowed)
        {
            WalkFrom(ended, way, after);
            return;
        }
        allowed.Tokens.AddTo(mask);
        JoinBehind(allowed, after);
    }

    private void WalkFrom(StateMask ended, int way, MatchPoint after)
    {
        foreach (var exit in ended.Exits)
        {
            if (exit.Way == way && walked.Add((ended.Tree, exit.Place, after)))
                toWalk.Push((ended.Tree, exit.Place, after));
        }
        RequireFewWalks();
    }

    /// <summary>The readings that go on when a way has ended.</summary>
    private void FindBehind(MatchPoint point, int way)
    {
        var couldEnd = canEnd;
        behind.Clear();
        seen.Clear();
        Continue(point.Then(way), point.Below, behind);
        canEnd = couldEnd;
    }

    /// <summary>Below an exit, tokens go on with what comes behind the point's node.</summary>
    private void WalkBehind(TokenTree tree, IReadOnlyList<MaskExit> found, MatchPoint point)
    {
        var last = -1;
        foreach (var (place, way) in found)
        {
            if (way != last || behind.Count == 0)
            {
                FindBehind(point, way);
                last = way;
            }
            foreach (var after in behind)
            {
                if (walked.Add((tree, place, after)))
                    toWalk.Push((tree, place, after));
            }
        }
        behind.Clear();
        RequireFewWalks();
    }

    private void RequireFewWalks()
    {
        if (walked.Count > MostExits)
            throw new GrammarException("", "tokens that can be read in thousands of ways", "a form whose alternatives differ early", "make the form less ambiguous");
    }

    private void WalkOn(TokenTree tree, int place, MatchPoint point, ulong[] mask)
    {
        exits.Clear();
        lexicon.Walk(tree, place, point.State, point.State.HasOneWay ? point.Way : -1, mask, exits);
        if (exits.Count > 0)
            WalkBehind(tree, exits, point);
    }
}
