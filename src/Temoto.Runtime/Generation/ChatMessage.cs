namespace Temoto;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user, assistant or tool (or what the model's template knows besides).</param>
/// <param name="Content">The text; of a tool, what it gave.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Of an assistant: the tools that it called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool: the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Of a tool: its name; of others, who speaks.</summary>
    public string? Name { get; init; }

    /// <summary>Of an assistant: what it thought before it answered.</summary>
    public string? Reasoning { get; init; }
}
