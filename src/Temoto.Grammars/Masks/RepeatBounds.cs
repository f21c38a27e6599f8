using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>Bounds of repeats as far as they are told apart: of repeats of one point (letters of a text), and of others (its words).</summary>
/// <param name="Points">0 where no bound of such repeats is looked at.</param>
/// <param name="Others">Likewise.</param>
internal readonly record struct RepeatBounds(int Points, int Others)
{
    /// <summary>Of a language, to where bounds are looked for; farther in they stay.</summary>
    private const int MostDepth = 64;

    private static readonly int[] PointSteps = [96, 24, 8], OtherSteps = [32, 8, 2];

    /// <summary>The largest steps that no bound of a language lies below, of those that lie below none of the smallest step.</summary>
    public static RepeatBounds Below(IEnumerable<Language> languages)
    {
        var (points, others) = (Language.NoEnd, Language.NoEnd);
        foreach (var language in languages)
            Look(language, ref points, ref others, MostDepth);
        return new(points == Language.NoEnd ? 0 : PointSteps.First(step => step <= points), others == Language.NoEnd ? 0 : OtherSteps.First(step => step <= others));
    }

    /// <summary>
    /// A language whose repeats of at most so many times or more (but not of any number) are of at most so many, or of any number. With a larger bound it holds more texts, with a smaller one fewer: complements, where it
    /// would be the other way round, keep their bounds.
    /// </summary>
    public Language Apply(Language language, LanguageTable table, bool toAny) => Apply(language, table, toAny, MostDepth);

    private Language Apply(Language language, LanguageTable table, bool toAny, int depth)
    {
        if (depth == 0)
            return language;
        table.Spend(1);
        var bounds = this;
        Language Within(Language part) => bounds.Apply(part, table, toAny, depth - 1);
        return language switch
        {
            SequenceLanguage sequence => table.Sequence(Within(sequence.First), Within(sequence.Rest)),
            RepeatLanguage repeat => table.Repeat(Within(repeat.Body), repeat.Least, Of(repeat) is { } bound ? toAny ? Language.NoEnd : bound : repeat.Most),
            UnionLanguage union => table.Union([.. union.Parts.Select(Within)]),
            IntersectionLanguage intersection => table.Intersection([.. intersection.Parts.Select(Within)]),
            SpelledLanguage spelled => table.Spelled(Within(spelled.Body), spelled.Spelling, spelled.Part),
            _ => language,
        };
    }

    /// <summary>What a repeat's bound becomes; null where it stays.</summary>
    private int? Of(RepeatLanguage repeat)
    {
        var bound = repeat.Body is PointLanguage ? Points : Others;
        return bound > 0 && repeat.Most != Language.NoEnd && repeat.Most >= bound && repeat.Least <= bound ? bound : null;
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
