using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary>The document of a chat completion.</summary>
internal sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, Usage Usage, string SystemFingerprint);

internal sealed record ChatChoice(int Index, ChatAnswer Message, ChoiceLogprobs? Logprobs, string FinishReason);

/// <param name="Content">Null where there are calls and no text.</param>
internal sealed record ChatAnswer(
    string Role,
    string? Content,
    string? Refusal,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReasoningContent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChatToolCall>? ToolCalls = null);

/// <summary>A call of a tool; of a streamed one what comes new, under its index.</summary>
internal sealed record ChatToolCall(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type,
    ChatFunction Function);

internal sealed record ChatFunction([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, string Arguments);

/// <summary>A part of a chat completion, as it is streamed.</summary>
internal sealed record ChatChunk(
    string Id,
    string Object,
    long Created,
    string Model,
    string SystemFingerprint,
    IReadOnlyList<ChatChunkChoice> Choices,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Usage? Usage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AnswerFigures? Figures = null);

/// <summary>How the first of the texts was generated, where the request asks for it (<c>stream_options.include_figures</c>, a field of our own): times measured, bytes computed from the plan.</summary>
internal sealed record AnswerFigures(double TimeToFirstTokenSeconds, double DecodeSeconds, double DecodeTokensPerSecond, long BytesPerToken)
{
    public static AnswerFigures Of(GenerationStatistics figures) =>
        new(figures.TimeToFirstTokenSeconds, figures.DecodeSeconds, figures.DecodeTokensPerSecond, figures.BytesPerToken);
}

internal sealed record ChatChunkChoice(int Index, ChatDelta Delta, ChoiceLogprobs? Logprobs, string? FinishReason);

/// <summary>What comes new; what does not is left out.</summary>
internal sealed record ChatDelta(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReasoningContent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChatToolCall>? ToolCalls = null)
{
    /// <summary>Of a part of an answer; null for one that brings nothing new.</summary>
    public static ChatDelta? Of(AnswerPart part) => part.Kind switch
    {
        AnswerPartKind.Text or AnswerPartKind.CallFails => new ChatDelta(Content: part.Text),
        AnswerPartKind.Reasoning => new ChatDelta(ReasoningContent: part.Text),
        AnswerPartKind.CallBegins => new ChatDelta(ToolCalls: [new ChatToolCall(part.CallIndex, part.CallId, "function", new ChatFunction(part.CallName, ""))]),
        AnswerPartKind.CallArguments => new ChatDelta(ToolCalls: [new ChatToolCall(part.CallIndex, null, null, new ChatFunction(null, part.Text))]),
        _ => null,
    };
}

internal sealed record ChoiceLogprobs(IReadOnlyList<LogprobOfToken> Content);

/// <summary>A token, how likely it was, and what else was.</summary>
internal sealed record LogprobOfToken(string Token, float Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<LogprobOfOther> TopLogprobs);

internal sealed record LogprobOfOther(string Token, float Logprob, IReadOnlyList<int> Bytes);

/// <summary>Tokens of a request. Those of the prompt count once, however many texts were asked for.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails, CompletionTokensDetails CompletionTokensDetails)
{
    /// <summary>For the answer, and for the log.</summary>
    public static Usage Of(HttpContext context, int prompt, int reused, int generated, int reasoning = 0)
    {
        AccessLog.NoteTokens(context, prompt, reused, generated);
        return new Usage(prompt, generated, prompt + generated, new PromptTokensDetails(reused), new CompletionTokensDetails(reasoning));
    }
}

internal sealed record PromptTokensDetails(int CachedTokens);

internal sealed record CompletionTokensDetails(int ReasoningTokens);
