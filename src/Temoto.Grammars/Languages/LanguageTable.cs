using System.Numerics;

namespace Temoto.Grammars.Languages;

/// <summary>
/// Makes languages, each but once: what is made alike is the same object, which is what keeps the derivatives of a language few. Laws that need no search (a union with everything, an intersection with
/// nothing, the complement of a complement) are applied when one is made. Not for several threads.
/// </summary>
internal sealed class LanguageTable
{
    private readonly Dictionary<Language, Language> known = new(new Likeness());
    private readonly int mostLanguages;
    private int effort = int.MaxValue;

    /// <summary>Parts of the union or intersection that is being made.</summary>
    private readonly List<Language> gathered = [];

    /// <param name="mostLanguages">Beyond, the source is refused: expressions can be written that have more states than there is memory.</param>
    public LanguageTable(int mostLanguages = 1 << 18)
    {
        this.mostLanguages = mostLanguages;
        Nothing = Known(new NothingLanguage());
        Empty = Text("");
        Anything = Repeat(Points(PointSet.All), 0, Language.NoEnd);
    }

    /// <summary>Languages made so far; a union counts for several, by its parts, which are what it takes of time and memory.</summary>
    public int Count { get; private set; }

    /// <summary>No text.</summary>
    public Language Nothing { get; }

    /// <summary>The empty text.</summary>
    public Language Empty { get; }

    /// <summary>Every text of code points.</summary>
    public Language Anything { get; }

    /// <summary>Bounds the work until it is called again: sources from others can ask for more than there is time for.</summary>
    /// <param name="units">Parts of unions and intersections looked at, and steps of who reads a source: a microsecond or less each.</param>
    public void AllowEffort(int units) => effort = units;

    /// <summary>Of what was allowed.</summary>
    public int EffortLeft => effort;

    public void Spend(int units)
    {
        if ((effort -= units) < 0)
            throw TooMany();
    }

    /// <summary>One text, whose characters are the points.</summary>
    public Language Text(string text, int start = 0) => Known(new TextLanguage(text, start));

    /// <summary>One text by its code points.</summary>
    public Language CodePoints(string text)
    {
        if (!text.Any(char.IsSurrogate))
            return Text(text);
        var language = Empty;
        foreach (var rune in text.EnumerateRunes().Reverse())
            language = Sequence(Points(PointSet.One(rune.Value)), language);
        return language;
    }

    public Language Points(PointSet points) => points.IsEmpty ? Nothing : Known(new PointLanguage(points));

    public Language Sequence(Language first, Language rest)
    {
        if (first == Nothing || rest == Nothing)
            return Nothing;
        if (first == Empty)
            return rest;
        if (rest == Empty)
            return first;
        if (first is TextLanguage before && rest is TextLanguage after)
            return Text(string.Concat(before.Text, after.Text));
        return first is SequenceLanguage sequence ? Sequence(sequence.First, Sequence(sequence.Rest, rest)) : Known(new SequenceLanguage(first, rest));
    }

    public Language Sequence(params ReadOnlySpan<Language> parts)
    {
        var language = Empty;
        for (var i = parts.Length - 1; i >= 0; i--)
            language = Sequence(parts[i], language);
        return language;
    }

    public Language Union(params ReadOnlySpan<Language> parts)
    {
        Spend(parts.Length);
        gathered.Clear();
        PointSet? points = null;
        foreach (var part in parts)
        {
            if (part is not UnionLanguage union)
            {
                Gather(part, ref points);
                continue;
            }
            foreach (var within in union.Parts)
                Gather(within, ref points);
        }
        if (points is not null)
            gathered.Add(Points(points));
        SortGathered();
        if (gathered.Contains(Anything))
            return Anything;
        // The empty text is in what holds it already.
        if (gathered.Count > 1 && gathered.Contains(Empty) && gathered.Exists(part => part != Empty && part.IsNullable))
            gathered.Remove(Empty);
        return gathered.Count switch { 0 => Nothing, 1 => gathered[0], _ => Known(new UnionLanguage([.. gathered])) };
    }

    public Language Intersection(params ReadOnlySpan<Language> parts)
    {
        Spend(parts.Length);
        gathered.Clear();
        foreach (var part in parts)
        {
            if (part is IntersectionLanguage intersection)
                gathered.AddRange(intersection.Parts);
            else if (part != Anything)
                gathered.Add(part);
        }
        MergeRepeats();
        SortGathered();
        if (gathered.Contains(Nothing))
            return Nothing;
        if (gathered.Contains(Empty))
            return gathered.TrueForAll(part => part.IsNullable) ? Empty : Nothing;
        foreach (var part in gathered)
        {
            if (part is ComplementLanguage complement && gathered.Contains(complement.Body))
                return Nothing;
        }
        return gathered.Count switch { 0 => Anything, 1 => gathered[0], _ => Known(new IntersectionLanguage([.. gathered])) };
    }

    /// <summary>A part of a union; points are gathered into one set.</summary>
    private void Gather(Language part, ref PointSet? points)
    {
        if (part is PointLanguage set)
            points = points is null ? set.Points : points.Or(set.Points);
        else if (part != Nothing)
            gathered.Add(part);
    }

    /// <summary>In the order of their numbers, each once.</summary>
    private void SortGathered()
    {
        gathered.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        var count = 0;
        for (var i = 0; i < gathered.Count; i++)
        {
            if (count == 0 || gathered[i] != gathered[count - 1])
                gathered[count++] = gathered[i];
        }
        gathered.RemoveRange(count, gathered.Count - count);
    }

    /// <summary>Texts of points of a set, at least so many, and texts of points of another, at most so many: texts of points of both sets, from so many to so many. Their length is known, that of an intersection is not.</summary>
    private void MergeRepeats()
    {
        if (gathered.FindIndex(IsOfPoints) is var first && (first < 0 || gathered.FindIndex(first + 1, IsOfPoints) < 0))
            return;
        PointSet? points = null;
        var (least, most) = (0, Language.NoEnd);
        foreach (var part in gathered)
        {
            if (part is RepeatLanguage { Body: PointLanguage body } repeat)
                (points, least, most) = (points?.And(body.Points) ?? body.Points, Math.Max(least, repeat.Least), Math.Min(most, repeat.Most));
        }
        gathered.RemoveAll(IsOfPoints);
        gathered.Add(least <= most ? Repeat(Points(points!), least, most) : Nothing);
    }

    private static bool IsOfPoints(Language language) => language is RepeatLanguage { Body: PointLanguage };

    /// <summary>All texts of code points but those.</summary>
    public Language Complement(Language body)
    {
        if (body == Nothing)
            return Anything;
        if (body == Anything)
            return Nothing;
        return body is ComplementLanguage complement ? complement.Body : Known(new ComplementLanguage(body));
    }

    public Language Except(Language body, Language without) => Intersection(body, Complement(without));

    public Language Repeat(Language body, int least, int most)
    {
        if (most == 0 || body == Empty)
            return Empty;
        if (body == Nothing)
            return least == 0 ? Empty : Nothing;
        if (least == 1 && most == 1)
            return body;
        if (body is RepeatLanguage { Least: 0, Most: Language.NoEnd } && most == Language.NoEnd)
            return body;
        return Known(new RepeatLanguage(body, body.IsNullable ? 0 : least, most));
    }

    public Language Optional(Language body) => Repeat(body, 0, 1);

    public Language Multiple(BigInteger unit, int places, BigInteger remainder, int behindPoint) =>
        MultipleLanguage.CanEnd(unit, places, remainder, behindPoint) ? Known(new MultipleLanguage(unit, places, remainder, behindPoint)) : Nothing;

    /// <summary>The bytes of texts; nothing where there is no text.</summary>
    public Language Spelled(Language body, TextSpelling spelling, PartialPoint part = default)
    {
        // A plain text has no byte of its own for its end, so that where it is over can be seen.
        if (body == Empty && spelling == TextSpelling.Plain && part.IsNone)
            return Empty;
        return HasText(body) ? Known(new SpelledLanguage(body, spelling, part)) : Nothing;
    }

    /// <summary>A language that takes the same of texts of at most so many points: the length of a string of any points is bounded no more where the bound is farther away than that.</summary>
    public Language WithoutFarBounds(Language language, int points)
    {
        if (language is SequenceLanguage sequence)
            return Sequence(WithoutFarBounds(sequence.First, points), sequence.Rest);
        if (language is not SpelledLanguage { IsBetweenPoints: true, Body: RepeatLanguage { Body: PointLanguage } repeat } spelled || repeat.Most == Language.NoEnd || repeat.Most <= points)
            return language;
        return Spelled(Repeat(repeat.Body, Math.Min(repeat.Least, points + 1), Language.NoEnd), spelled.Spelling);
    }

    /// <summary>Whether a language holds a text at all.</summary>
    public bool HasText(Language language)
    {
        if (language == Nothing)
            return false;
        if (HasTextAtSight(language))
            return true;
        return language.HoldsText ??= Search(language);
    }

    /// <summary>So many bytes that continue a code point.</summary>
    public Language Continuation(int bytes) => Repeat(Points(PointSet.Of((0x80, 0xBF))), bytes, bytes);

    /// <summary>Whether the same follows all points of a range.</summary>
    public static bool IsAlike(Language language, int first, int last)
    {
        var (cuts, next) = (language.Cuts(), language.CutBefore(first) + 1);
        return next == cuts.Length || cuts[next] > last;
    }

    /// <summary>Whether a point of a range can come, and something behind it.</summary>
    public bool HasTextAfter(Language language, int first, int last)
    {
        if (last < first)
            return false;
        if (language.SafePoints > 0 && first > 0x2029 && last < PointSet.FirstSurrogate)
            return true;
        var cuts = language.Cuts();
        for (var i = language.CutBefore(first); i < cuts.Length && cuts[i] <= last; i++)
        {
            var point = Math.Max(first, cuts[i]);
            if (point is >= PointSet.FirstSurrogate and <= PointSet.LastSurrogate)
                point = PointSet.LastSurrogate + 1;
            if (point <= last && (i + 1 == cuts.Length || point < cuts[i + 1]) && HasText(language.After(point, this)))
                return true;
        }
        return false;
    }

    private bool HasTextAtSight(Language language) => !language.IsDoubtful || language.IsNullable || language.SafePoints == Language.NoEnd || TakesDigitsOfMultiple(language);

    /// <summary>A multiple of a number, and else any digits: there are some that make one. A search would look at as many states as the number has remainders.</summary>
    private bool TakesDigitsOfMultiple(Language language) =>
        language is IntersectionLanguage { Parts: var parts } && parts.Count(part => part is MultipleLanguage) == 1 && parts.All(part => part is MultipleLanguage || TakesDigits(part));

    /// <summary>Any digits may follow, for ever, and nothing may, too.</summary>
    private bool TakesDigits(Language language)
    {
        if (!language.IsNullable)
            return false;
        for (var digit = '0'; digit <= '9'; digit++)
        {
            if (language.After(digit, this) != language)
                return false;
        }
        return true;
    }

    /// <summary>Looks for a text, the shortest first; all that are met on the way to none hold none.</summary>
    private bool Search(Language language)
    {
        const int mostSearched = 1 << 15;
        var met = new HashSet<Language> { language };
        var next = new Queue<Language>(met);
        while (next.TryDequeue(out var here))
        {
            if (here.HoldsText == true || (here != Nothing && HasTextAtSight(here)))
                return true;
            if (here.HoldsText == false)
                continue;
            foreach (var cut in here.Cuts())
            {
                if (cut > PointSet.LastPoint || cut is >= PointSet.FirstSurrogate and <= PointSet.LastSurrogate)
                    continue;
                var after = here.After(cut, this);
                if (after != Nothing && met.Add(after))
                    next.Enqueue(after);
            }
            if (met.Count > mostSearched)
                throw TooMany();
        }
        foreach (var one in met)
            one.HoldsText = false;
        return false;
    }

    private Language Known(Language language)
    {
        if (known.TryGetValue(language, out var same))
            return same;
        if (Count >= mostLanguages)
            throw TooMany();
        language.Id = known.Count;
        known.Add(language, language);
        Count += 1 + (language is UnionLanguage union ? union.Parts.Count / 4 : 0);
        return language;
    }

    private static GrammarException TooMany() => new("", "expressions with more states than can be followed", "fewer combinations, or smaller numbers of repeats", "make the patterns simpler");

    private sealed class Likeness : IEqualityComparer<Language>
    {
        public bool Equals(Language? x, Language? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.GetType() == y.GetType() && x.IsLike(y));

        public int GetHashCode(Language obj) => obj.HashOfParts();
    }
}
