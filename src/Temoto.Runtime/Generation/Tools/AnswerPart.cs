namespace Temoto;

/// <summary>What a part of an answer is.</summary>
public enum AnswerPartKind
{
    /// <summary>Text for the reader.</summary>
    Text,

    /// <summary>What the model thinks before it answers.</summary>
    Reasoning,

    /// <summary>A call of a tool begins: its index, id and name.</summary>
    CallBegins,

    /// <summary>A fragment of the call's arguments.</summary>
    CallArguments,

    /// <summary>The call is whole; the text holds all of its arguments, a JSON object.</summary>
    CallEnds,

    /// <summary>What had begun as a call is none; the text is all that the model wrote of it, and belongs to the answer.</summary>
    CallFails,

    /// <summary>There is no more; why, and the figures.</summary>
    End,
}

/// <summary>A part of an answer as it is generated: text, thoughts, calls of tools.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, or a fragment of arguments.</param>
public sealed record AnswerPart(AnswerPartKind Kind, string Text = "")
{
    /// <summary>Which of the answer's calls, from 0.</summary>
    public int CallIndex { get; init; }

    /// <summary>The call's id; null where it is no part of one.</summary>
    public string? CallId { get; init; }

    /// <summary>The tool's name; null where it is no part of a call.</summary>
    public string? CallName { get; init; }

    /// <summary>Why generation ended, in the last part.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>Figures of the generation, in the last part.</summary>
    public GenerationStatistics? Statistics { get; init; }
}
