namespace Temoto.Grammars.Languages;

/// <summary>Made of two or more languages whose order does not matter; they lie in the order of their numbers.</summary>
internal abstract class CombinedLanguage(Language[] parts) : Language
{
    private readonly Language[] parts = parts;

    public IReadOnlyList<Language> Parts => parts;

    public override bool IsLike(Language other) => other is CombinedLanguage like && like.parts.AsSpan().SequenceEqual(parts);

    public override int HashOfParts()
    {
        var code = new HashCode();
        code.Add(GetType());
        foreach (var part in parts)
            code.Add(part.Id);
        return code.ToHashCode();
    }

    protected override bool RemembersAfter => true;

    protected override int[] MakeCuts() => Merged(parts);
}
