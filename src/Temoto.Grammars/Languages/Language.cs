namespace Temoto.Grammars.Languages;

/// <summary>
/// A regular language: a set of texts over points (code points, or bytes), as an expression. Taking a point leaves the language of what may follow it, its derivative
/// (Brzozowski, <see href="https://doi.org/10.1145/321239.321249">Derivatives of regular expressions</see>), so that intersections and complements are as easy as unions, and states of an automaton come into being
/// when a text first leads there. Made by a <see cref="LanguageTable"/> only: languages that are made alike are one object.
/// </summary>
internal abstract class Language
{
    /// <summary>For <see cref="SafePoints"/>: as many as you like.</summary>
    public const int NoEnd = int.MaxValue;

    /// <summary>Ranges of alike points whose derivatives are remembered: a language of more has pages of them.</summary>
    private const int MostRemembered = 512;

    private int[]? cuts;
    private (Language? Language, int Effort)[]? afters;

    /// <summary>Counts the languages of a table.</summary>
    public int Id { get; set; } = -1;

    /// <summary>Whether the empty text is in it.</summary>
    public bool IsNullable { get; protected init; }

    /// <summary>It may hold no text at all although it is not written so: an intersection or a complement is within. Every other language but <see cref="NothingLanguage"/> holds one.</summary>
    public bool IsDoubtful { get; protected init; }

    /// <summary>Its texts can be counted.</summary>
    public bool IsFinite { get; protected init; }

    /// <summary>All texts but finitely many are in it.</summary>
    public bool IsCofinite { get; protected init; }

    /// <summary>At least so many points of <see cref="PointSet.Content"/>, whichever, can be taken and something may still follow.</summary>
    public int SafePoints { get; protected init; }

    /// <summary>One point more than <see cref="SafePoints"/>, whichever, and nothing may follow.</summary>
    public bool IsSafeExact { get; protected init; }

    /// <summary>Whether it holds a text; null until somebody looked. Only a doubtful one is asked.</summary>
    public bool? HoldsText { get; set; }

    /// <summary>What may follow a point. Remembered for the points that are alike, with the effort that it took: looking for texts comes back to the same languages, and what a source may spend does not hang on others before it.</summary>
    public Language After(int point, LanguageTable table)
    {
        if (!RemembersAfter || Cuts().Length > MostRemembered)
            return Derive(point, table);
        ref var after = ref (afters ??= new (Language?, int)[Cuts().Length])[CutBefore(point)];
        if (after.Language is { } known)
        {
            table.Spend(after.Effort);
            return known;
        }
        var left = table.EffortLeft;
        var language = Derive(point, table);
        after = (language, left - table.EffortLeft);
        return language;
    }

    /// <summary>Made alike; the parts of both are objects of one table.</summary>
    public abstract bool IsLike(Language other);

    /// <summary>Of what <see cref="IsLike"/> compares.</summary>
    public abstract int HashOfParts();

    /// <summary>Where ranges of points begin that are alike to it: the same follows all points from one cut to the next. The first is 0.</summary>
    public int[] Cuts() => cuts ??= MakeCuts();

    /// <summary>The cut that the alike points around a point begin with, by its place among <see cref="Cuts"/>.</summary>
    public int CutBefore(int point)
    {
        var at = Array.BinarySearch(Cuts(), point);
        return at >= 0 ? at : ~at - 1;
    }

    protected abstract int[] MakeCuts();

    /// <summary>Whether a derivative costs more than to look it up.</summary>
    protected virtual bool RemembersAfter => false;

    /// <summary>Of one point (Brzozowski's derivative).</summary>
    protected abstract Language Derive(int point, LanguageTable table);

    /// <summary>Both, in order, each once.</summary>
    protected static int[] Merged(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var (merged, count) = (new int[left.Length + right.Length], 0);
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var takesLeft = right.IsEmpty || (!left.IsEmpty && left[0] <= right[0]);
            var next = takesLeft ? left[0] : right[0];
            if (takesLeft)
                left = left[1..];
            else
                right = right[1..];
            if (count == 0 || merged[count - 1] != next)
                merged[count++] = next;
        }
        return merged[..count];
    }

    protected static int[] Merged(IEnumerable<Language> languages)
    {
        int[] all = [0];
        foreach (var language in languages)
            all = Merged(all, language.Cuts());
        return all;
    }
}
