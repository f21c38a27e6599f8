using System.Text.Json.Serialization;

namespace Temoto.Server.OpenAi;

/// <summary>The document of /v1/responses. Clients want every field, those that say nothing here too.</summary>
internal sealed record ResponseDocument
{
    public required string Id { get; init; }

    public string Object { get; } = "response";

    public required long CreatedAt { get; init; }

    /// <summary>in_progress, completed or incomplete.</summary>
    public required string Status { get; init; }

    public string? Error { get; }

    public IncompleteDetails? IncompleteDetails { get; init; }

    public string? Instructions { get; init; }

    public int? MaxOutputTokens { get; init; }

    public required string Model { get; init; }

    public IReadOnlyList<OutputMessage> Output { get; init; } = [];

    public bool ParallelToolCalls { get; } = true;

    public string? PreviousResponseId { get; }

    public bool Store { get; }

    public float? Temperature { get; init; }

    public ResponseText Text { get; } = new(new ResponseFormat("text"));

    public string ToolChoice { get; } = "auto";

    public IReadOnlyList<string> Tools { get; } = [];

    public float? TopP { get; init; }

    public string Truncation { get; } = "disabled";

    public ResponseUsage? Usage { get; init; }
}

internal sealed record IncompleteDetails(string Reason);

internal sealed record ResponseText(ResponseFormat Format);

internal sealed record ResponseFormat(string Type);

internal sealed record OutputMessage(string Id, string Type, string Status, string Role, IReadOnlyList<OutputText> Content);

internal sealed record OutputText(string Type, string Text, IReadOnlyList<string> Annotations)
{
    public static OutputText Of(string text) => new("output_text", text, []);
}

internal sealed record ResponseUsage(int InputTokens, InputTokensDetails InputTokensDetails, int OutputTokens, CompletionTokensDetails OutputTokensDetails, int TotalTokens);

internal sealed record InputTokensDetails(int CachedTokens);

/// <summary>An event of a stream; what its type does not have is left out.</summary>
internal sealed record ResponseEvent(string Type, int SequenceNumber)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResponseDocument? Response { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ItemId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OutputIndex { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ContentIndex { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputMessage? Item { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputText? Part { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Delta { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Logprobs { get; init; }
}
