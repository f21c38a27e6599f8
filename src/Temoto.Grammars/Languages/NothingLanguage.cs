namespace Temoto.Grammars.Languages;

/// <summary>No text.</summary>
internal sealed class NothingLanguage : Language
{
    public NothingLanguage()
    {
        IsFinite = true;
    }

    protected override Language Derive(int point, LanguageTable table) => this;

    public override bool IsLike(Language other) => other is NothingLanguage;

    public override int HashOfParts() => 1;

    protected override int[] MakeCuts() => [0];
}
