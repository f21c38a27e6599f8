namespace Temoto.Grammars.Languages;

/// <summary>The texts of one point of a set, which is not empty.</summary>
internal sealed class PointLanguage : Language
{
    private readonly PointSet points;

    public PointLanguage(PointSet points)
    {
        this.points = points;
        IsFinite = true;
        SafePoints = points.Covers(PointSet.Content) ? 1 : 0;
        IsSafeExact = SafePoints == 1;
    }

    public PointSet Points => points;

    protected override Language Derive(int point, LanguageTable table) => points.Contains(point) ? table.Empty : table.Nothing;

    public override bool IsLike(Language other) => other is PointLanguage like && like.points.Equals(points);

    public override int HashOfParts() => HashCode.Combine(3, points);

    protected override int[] MakeCuts()
    {
        var all = new List<int> { 0 };
        foreach (var (first, last) in points.Ranges)
            all.AddRange(first > 0 ? [first, last + 1] : [last + 1]);
        return [.. all];
    }
}
