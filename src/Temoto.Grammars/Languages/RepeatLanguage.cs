namespace Temoto.Grammars.Languages;

/// <summary>Texts of a language, from least to most of them one after the other; <see cref="Language.NoEnd"/> is without end.</summary>
internal sealed class RepeatLanguage : Language
{
    private readonly Language body;
    private readonly int least;
    private readonly int most;

    public RepeatLanguage(Language body, int least, int most)
    {
        this.body = body;
        this.least = least;
        this.most = most;
        IsNullable = least == 0 || body.IsNullable;
        IsDoubtful = least > 0 && body.IsDoubtful;
        IsFinite = most != NoEnd && body.IsFinite;
        var takesAll = body is PointLanguage { SafePoints: 1 };
        IsCofinite = body is PointLanguage points && most == NoEnd && points.Points.Covers(PointSet.All);
        SafePoints = takesAll ? most : 0;
        IsSafeExact = takesAll && most != NoEnd;
    }

    public Language Body => body;

    public int Least => least;

    public int Most => most;

    protected override Language Derive(int point, LanguageTable table) =>
        table.Sequence(body.After(point, table), table.Repeat(body, Math.Max(0, least - 1), most == NoEnd ? NoEnd : most - 1));

    public override bool IsLike(Language other) => other is RepeatLanguage like && like.body == body && like.least == least && like.most == most;

    public override int HashOfParts() => HashCode.Combine(8, body.Id, least, most);

    protected override bool RemembersAfter => true;

    protected override int[] MakeCuts() => body.Cuts();
}
