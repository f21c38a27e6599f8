using Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>Makes updates of the parts of one answer.</summary>
/// <param name="tellsThoughts">Whether thoughts are told.</param>
internal sealed class AnswerUpdates(string modelId, bool tellsThoughts)
{
    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly DateTimeOffset created = DateTimeOffset.UtcNow;
    private bool hasCalls;

    /// <summary>Null for a part that nobody is told of.</summary>
    public ChatResponseUpdate? Of(AnswerPart part)
    {
        switch (part.Kind)
        {
            case AnswerPartKind.Text or AnswerPartKind.CallFails when part.Text.Length > 0:
                return Update(part, new TextContent(part.Text));
            case AnswerPartKind.Reasoning when tellsThoughts:
                return Update(part, new TextReasoningContent(part.Text));
            case AnswerPartKind.CallEnds:
                hasCalls = true;
                return Update(part, new FunctionCallContent(part.CallId!, part.CallName!, ToolTexts.Read(part.Text)));
            case AnswerPartKind.End:
                var update = Update(part, new UsageContent(Usage(part.Statistics!)));
                update.FinishReason = Reason(part.FinishReason);
                return update;
            default:
                return null; // Fragments of calls: they come when they are whole.
        }
    }

    private ChatResponseUpdate Update(AnswerPart part, AIContent content) => new(ChatRole.Assistant, [content])
    {
        ResponseId = id,
        MessageId = id,
        ModelId = modelId,
        CreatedAt = created,
        RawRepresentation = part,
    };

    private static UsageDetails Usage(GenerationStatistics statistics) => new()
    {
        InputTokenCount = statistics.PromptTokens,
        OutputTokenCount = statistics.GeneratedTokens,
        TotalTokenCount = statistics.PromptTokens + statistics.GeneratedTokens,
        CachedInputTokenCount = statistics.ReusedTokens,
    };

    private ChatFinishReason Reason(FinishReason reason) => reason switch
    {
        FinishReason.Stop => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        _ => ChatFinishReason.Length,
    };
}
