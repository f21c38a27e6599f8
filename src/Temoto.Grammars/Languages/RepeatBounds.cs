namespace Temoto.Grammars.Languages;

/// <summary>Bounds of repeats as far as they are told apart: of repeats of one point (letters of a text), and of others (its words).</summary>
/// <param name="Points">0 where no bound of such repeats is looked at.</param>
/// <param name="Others">Likewise.</param>
internal readonly record struct RepeatBounds(int Points, int Others)
{
    private static readonly int[] PointSteps = [96, 24, 8], OtherSteps = [32, 8, 2];

    /// <summary>What a repeat's bound becomes; null where it stays.</summary>
    public int? Of(RepeatLanguage repeat)
    {
        var bound = repeat.Body is PointLanguage ? Points : Others;
        return bound > 0 && repeat.Most != Language.NoEnd && repeat.Most >= bound && repeat.Least <= bound ? bound : null;
    }

    /// <summary>The largest steps that no bound of a language lies below, of those that lie below none of the smallest step.</summary>
    public static RepeatBounds Below(IEnumerable<Language> languages)
    {
        var (points, others) = (Language.NoEnd, Language.NoEnd);
        foreach (var language in languages)
            Look(language, ref points, ref others, LanguageTable.MostReboundDepth);
        return new(points == Language.NoEnd ? 0 : PointSteps.First(step => step <= points), others == Language.NoEnd ? 0 : OtherSteps.First(step => step <= others));
    }

    private static void Look(Language language, ref int points, ref int others, int depth)
    {
        if (depth == 0)
            return;
        switch (language)
        {
            case SequenceLanguage sequence:
                Look(sequence.First, ref points, ref others, depth - 1);
                Look(sequence.Rest, ref points, ref others, depth - 1);
                break;
            case RepeatLanguage repeat:
                if (repeat.Body is PointLanguage)
                    Lower(ref points, repeat, PointSteps[^1]);
                else
                    Lower(ref others, repeat, OtherSteps[^1]);
                Look(repeat.Body, ref points, ref others, depth - 1);
                break;
            case CombinedLanguage combined:
                foreach (var part in combined.Parts)
                    Look(part, ref points, ref others, depth - 1);
                break;
            case SpelledLanguage spelled:
                Look(spelled.Body, ref points, ref others, depth - 1);
                break;
        }
    }

    private static void Lower(ref int smallest, RepeatLanguage repeat, int leastStep)
    {
        if (repeat.Most != Language.NoEnd && repeat.Most >= leastStep)
            smallest = Math.Min(smallest, repeat.Most);
    }
}
