namespace Temoto.Grammars.Languages;

/// <summary>All texts but those of a language, which is neither a complement nor <see cref="NothingLanguage"/>.</summary>
internal sealed class ComplementLanguage : Language
{
    private readonly Language body;

    public ComplementLanguage(Language body)
    {
        this.body = body;
        IsNullable = !body.IsNullable;
        IsDoubtful = !body.IsFinite;
        IsCofinite = body.IsFinite;
        IsFinite = body.IsCofinite;
        SafePoints = body.IsFinite ? NoEnd : 0;
    }

    public Language Body => body;

    protected override Language Derive(int point, LanguageTable table) => table.Complement(body.After(point, table));

    public override bool IsLike(Language other) => other is ComplementLanguage like && like.body == body;

    public override int HashOfParts() => HashCode.Combine(7, body.Id);

    protected override bool RemembersAfter => true;

    /// <summary>Surrogates are in no text, of a complement neither.</summary>
    protected override int[] MakeCuts() => Merged(body.Cuts(), [PointSet.FirstSurrogate, PointSet.LastSurrogate + 1]);
}
