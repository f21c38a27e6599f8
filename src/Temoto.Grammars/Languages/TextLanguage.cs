namespace Temoto.Grammars.Languages;

/// <summary>One text, perhaps the empty one; each character is a point.</summary>
internal sealed class TextLanguage : Language
{
    private readonly string text;

    public TextLanguage(string text)
    {
        this.text = text;
        IsNullable = text.Length == 0;
        IsFinite = true;
    }

    public string Text => text;

    public override Language After(int point, LanguageTable table) => text.Length > 0 && text[0] == point ? table.Text(text[1..]) : table.Nothing;

    public override bool IsLike(Language other) => other is TextLanguage like && like.text == text;

    public override int HashOfParts() => HashCode.Combine(2, text);

    protected override int[] MakeCuts() => text.Length == 0 ? [0] : text[0] == 0 ? [0, 1] : [0, text[0], text[0] + 1];
}
