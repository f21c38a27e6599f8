namespace Temoto.Grammars.Languages;

/// <summary>One text, perhaps the empty one; each character is a point. What is left of a text shares its characters.</summary>
internal sealed class TextLanguage : Language
{
    /// <summary>A long text is told from others by its length and these.</summary>
    private const int HashedCharacters = 16;

    private readonly string text;
    private readonly int start;

    public TextLanguage(string text, int start = 0)
    {
        this.text = text;
        this.start = start;
        IsNullable = start == text.Length;
        IsFinite = true;
    }

    public int Length => text.Length - start;

    public ReadOnlySpan<char> Text => text.AsSpan(start);

    protected override Language Derive(int point, LanguageTable table) => Length > 0 && text[start] == point ? table.Text(text, start + 1) : table.Nothing;

    public override bool IsLike(Language other) =>
        other is TextLanguage like && ((ReferenceEquals(like.text, text) && like.start == start) || like.Text.SequenceEqual(Text));

    public override int HashOfParts() => HashCode.Combine(2, Length, string.GetHashCode(Text[..Math.Min(Length, HashedCharacters)], StringComparison.Ordinal));

    protected override int[] MakeCuts() => Length == 0 ? [0] : text[start] == 0 ? [0, 1] : [0, text[start], text[start] + 1];
}
