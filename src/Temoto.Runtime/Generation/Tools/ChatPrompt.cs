namespace Temoto.Generation.Tools;

/// <summary>A conversation made ready for the model's answer, and how the answer is to be read.</summary>
/// <param name="Tokens">Of the prompt, with what the answer is made to begin with.</param>
/// <param name="Format">Of the model's template.</param>
/// <param name="IsThinking">The prompt ends within thoughts.</param>
/// <param name="Forced">What the answer begins with; null where the model begins it.</param>
internal sealed record ChatPrompt(int[] Tokens, ChatFormat Format, ChatOptions Chat, bool IsThinking, ForcedCall? Forced)
{
    /// <summary>Whether the model chooses between a text and calls.</summary>
    public bool MayCall => HasTools && Forced is null;

    private bool HasTools => Chat.TellTools.Count > 0;

    /// <summary>Special tokens that the text of the answer shows, for the parser.</summary>
    public IReadOnlySet<int> ShownTokens => HasTools ? Format.ShownCalls : Format.ShownThoughts;

    /// <summary>Reads one answer.</summary>
    /// <param name="idPrefix">What ids of calls begin with.</param>
    public AnswerParser NewParser(string idPrefix = "call_")
    {
        var thoughts = Format.Thoughts is { } marks && Forced is null ? new ThoughtSplitter(marks, IsThinking) : null;
        var calls = HasTools ? new CallParser(Format.Tools, Chat.Tools, idPrefix, !Chat.ParallelToolCalls) : null;
        var parser = new AnswerParser(thoughts, calls);
        if (Forced is not null)
            parser.Push(Forced.Opening);
        return parser;
    }
}
