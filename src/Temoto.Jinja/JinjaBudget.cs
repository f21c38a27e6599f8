namespace Temoto.Jinja;

/// <summary>
/// What one rendering may spend. A template comes from the internet: without a limit three lines of it loop for ever or fill the memory.
/// </summary>
internal sealed class JinjaBudget(long steps, long characters)
{
    /// <summary>Deepest nesting of evaluations (statements, expressions, macro calls together).</summary>
    public const int MaxDepth = 1000;

    private const string Smaller = "use a smaller conversation or another chat template";

    private long stepsLeft = steps;
    private long charactersLeft = characters;

    /// <summary>
    /// Real templates spend some hundred steps a message and write each message a few times: 10 M steps (about a second) and 32 M
    /// characters beyond what the input justifies are far from them.
    /// </summary>
    public static JinjaBudget ForInput(long weight) => new(10_000_000 + (64 * weight), (32L << 20) + (64 * weight));

    /// <summary>Pays for work: one step is about one node visited or one element copied.</summary>
    public void Step(long count = 1)
    {
        stepsLeft -= count;
        if (stepsLeft < 0)
            throw new JinjaException("a template that does not come to an end within the allowed steps", "a template that visits each message a few times", Smaller);
    }

    /// <summary>Pays for text before it is made.</summary>
    public void Characters(long count)
    {
        charactersLeft -= count;
        if (charactersLeft < 0)
            throw new JinjaException("a template that makes more text than is allowed", "text of about the length of the messages", Smaller);
        Step(count >> 6);
    }
}
