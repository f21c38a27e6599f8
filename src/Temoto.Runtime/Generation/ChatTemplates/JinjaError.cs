namespace Temoto.Generation.ChatTemplates;

/// <summary>What went wrong inside a template; <see cref="ChatTemplate"/> turns it into an <see cref="InputException"/> with file and line.</summary>
internal sealed class JinjaError(string found, string expected, string next = JinjaError.FixTemplate, int line = 0) : Exception(found)
{
    public const string FixTemplate = "fix the chat template or give another";

    public string Found { get; } = found;

    public string Expected { get; } = expected;

    public string Next { get; } = next;

    /// <summary>1-based; 0 where the thrower does not know it.</summary>
    public int Line { get; } = line;
}
