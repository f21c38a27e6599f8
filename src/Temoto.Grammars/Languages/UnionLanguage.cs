namespace Temoto.Grammars.Languages;

/// <summary>The texts of two or more languages, none of them a union.</summary>
internal sealed class UnionLanguage : CombinedLanguage
{
    public UnionLanguage(Language[] parts)
        : base(parts)
    {
        IsNullable = parts.Any(part => part.IsNullable);
        IsDoubtful = parts.All(part => part.IsDoubtful);
        IsFinite = parts.All(part => part.IsFinite);
        IsCofinite = parts.Any(part => part.IsCofinite);
        SafePoints = parts.Max(part => part.SafePoints);
    }

    protected override Language Derive(int point, LanguageTable table) => table.Union([.. Parts.Select(part => part.After(point, table))]);
}
