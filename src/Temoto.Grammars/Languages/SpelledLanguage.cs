namespace Temoto.Grammars.Languages;

/// <summary>
/// The bytes in which texts of a language over code points are spelled. Between two bytes of one code point it knows which code points can still come of them, and takes none that the language has no
/// use for.
/// </summary>
internal sealed class SpelledLanguage : Language
{
    private static readonly int[] AllBytes = [.. Enumerable.Range(0, 257)];

    /// <summary>Bytes that JSON does not take as they are, and those that are a part of a code point.</summary>
    private static readonly int[] Marks = [0, 0x20, '"', '"' + 1, '\\', '\\' + 1, .. Enumerable.Range(0x80, 0x81)];

    private readonly Language body;
    private readonly TextSpelling spelling;
    private readonly PartialPoint part;

    /// <param name="part">What has come of a code point that is not whole.</param>
    public SpelledLanguage(Language body, TextSpelling spelling, PartialPoint part)
    {
        this.body = body;
        this.spelling = spelling;
        this.part = part;
        IsNullable = spelling == TextSpelling.Plain && part.IsNone && body.IsNullable;
        IsFinite = body.IsFinite;
    }

    public Language Body => body;

    public TextSpelling Spelling => spelling;

    /// <summary>What has come of a code point.</summary>
    public PartialPoint Part => part;

    /// <summary>No code point has begun.</summary>
    public bool IsBetweenPoints => part.IsNone;

    protected override Language Derive(int point, LanguageTable table)
    {
        if (part.IsNone && spelling != TextSpelling.Plain && point == '"')
            return body.IsNullable ? table.Empty : table.Nothing;
        var next = part.After(point, spelling);
        if (next.Mode == PartialMode.Wrong)
            return table.Nothing;
        if (next.Mode == PartialMode.Whole)
            return table.Spelled(body.After(next.Value, table), spelling);
        if (next.TakesAnyContinuation && next.Range(spelling) is var (first, last) && LanguageTable.IsAlike(body, first, last))
            return table.Sequence(table.Continuation(next.Left), table.Spelled(body.After(first, table), spelling));
        return CanBecome(next, table) ? table.Spelled(body, spelling, next) : table.Nothing;
    }

    private bool CanBecome(PartialPoint next, LanguageTable table)
    {
        if (next.Mode == PartialMode.Escape && spelling == TextSpelling.JsonNeeded)
            return table.HasTextAfter(body, 0, 0x1F) || table.HasTextAfter(body, '"', '"') || table.HasTextAfter(body, '\\', '\\');
        var (first, last) = next.Range(spelling);
        return table.HasTextAfter(body, first, last);
    }

    public override bool IsLike(Language other) => other is SpelledLanguage like && like.body == body && like.spelling == spelling && like.part == part;

    public override int HashOfParts() => HashCode.Combine(10, body.Id, spelling, part);

    /// <summary>Bytes that begin no code point of several, nor an escape, stand for themselves.</summary>
    protected override int[] MakeCuts()
    {
        if (!part.IsNone)
            return AllBytes;
        var ascii = body.Cuts().AsSpan();
        var end = ascii.BinarySearch(0x80);
        return Merged(ascii[..(end >= 0 ? end : ~end)], Marks);
    }
}
