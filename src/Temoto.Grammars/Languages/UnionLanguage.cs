namespace Temoto.Grammars.Languages;

/// <summary>The texts of two or more languages, none of them a union, in the order of their numbers.</summary>
internal sealed class UnionLanguage : Language
{
    private readonly Language[] parts;

    public UnionLanguage(Language[] parts)
    {
        this.parts = parts;
        IsNullable = parts.Any(part => part.IsNullable);
        IsDoubtful = parts.All(part => part.IsDoubtful);
        IsFinite = parts.All(part => part.IsFinite);
        IsCofinite = parts.Any(part => part.IsCofinite);
        SafePoints = parts.Max(part => part.SafePoints);
    }

    public IReadOnlyList<Language> Parts => parts;

    public override Language After(int point, LanguageTable table) => table.Union([.. parts.Select(part => part.After(point, table))]);

    public override bool IsLike(Language other) => other is UnionLanguage like && like.parts.AsSpan().SequenceEqual(parts);

    public override int HashOfParts()
    {
        var code = new HashCode();
        code.Add(5);
        foreach (var part in parts)
            code.Add(part.Id);
        return code.ToHashCode();
    }

    protected override int[] MakeCuts() => Merged(parts);
}
