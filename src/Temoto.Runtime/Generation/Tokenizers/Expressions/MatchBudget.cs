namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// The steps that matching one text may take. Expressions come from files and texts from anybody: one that tries exponentially many ways ends here. Published expressions take
/// about three for a character of prose.
/// </summary>
internal sealed class MatchBudget
{
    private const long Steps = 1_000_000, StepsPerCharacter = 1_000;

    private long granted;
    private long left;

    /// <summary>Steps since the beginning.</summary>
    public long Taken => granted - left;

    public void Begin(int characters) => left = granted = Steps + StepsPerCharacter * characters;

    /// <summary>False when there are no more.</summary>
    public bool Take(int steps = 1) => (left -= steps) >= 0;
}
