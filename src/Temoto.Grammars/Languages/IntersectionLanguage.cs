namespace Temoto.Grammars.Languages;

/// <summary>The texts that two or more languages have in common; none of them is an intersection.</summary>
internal sealed class IntersectionLanguage : CombinedLanguage
{
    public IntersectionLanguage(Language[] parts)
        : base(parts)
    {
        IsNullable = parts.All(part => part.IsNullable);
        IsDoubtful = true;
        IsFinite = parts.Any(part => part.IsFinite);
        IsCofinite = parts.All(part => part.IsCofinite);
        SafePoints = SafePointsOf(parts);
    }

    protected override Language Derive(int point, LanguageTable table) => table.Intersection([.. Parts.Select(part => part.After(point, table))]);

    /// <summary>What lacks finitely many texts only meets every language that goes on for ever. Of two others nothing is known; one that ends, ends a point earlier, since its last text may be lacking.</summary>
    private static int SafePointsOf(Language[] parts)
    {
        if (parts.Any(part => part.IsCofinite && part.SafePoints != NoEnd) || parts.Count(part => !part.IsCofinite) > 1)
            return 0;
        var other = parts.FirstOrDefault(part => !part.IsCofinite);
        if (other is null || other.SafePoints == NoEnd)
            return NoEnd;
        return parts.All(part => part == other || part is ComplementLanguage { Body: var body } && IsTexts(body)) ? Math.Max(0, other.SafePoints - 1) : 0;
    }

    /// <summary>One text or some: never all of a length.</summary>
    private static bool IsTexts(Language language) => language is TextLanguage || (language is UnionLanguage union && union.Parts.All(part => part is TextLanguage));
}
