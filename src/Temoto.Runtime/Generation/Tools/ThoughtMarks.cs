namespace Temoto.Generation.Tools;

/// <summary>Between what a model writes its thoughts.</summary>
internal sealed record ThoughtMarks(string Open, string Close)
{
    private static readonly ThoughtMarks[] Known = [new("<think>", "</think>"), new("[THINK]", "[/THINK]")];

    /// <summary>The marks that a chat template speaks of; null where it speaks of none.</summary>
    public static ThoughtMarks? Of(string template) => Array.Find(Known, marks => template.Contains(marks.Close, StringComparison.Ordinal) || template.Contains(marks.Open, StringComparison.Ordinal));

    /// <summary>Whether a prompt has begun the thoughts already.</summary>
    public bool AreOpenAtTheEndOf(string prompt) => prompt.AsSpan().TrimEnd().EndsWith(Open, StringComparison.Ordinal);
}
