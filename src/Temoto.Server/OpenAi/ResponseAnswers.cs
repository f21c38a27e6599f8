using System.Text.Json;
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

    public IReadOnlyList<OutputItem> Output { get; init; } = [];

    public bool ParallelToolCalls { get; init; } = true;

    public string? PreviousResponseId { get; }

    public bool Store { get; }

    public float? Temperature { get; init; }

    public ResponseText Text { get; } = new(new ResponseFormat("text"));

    /// <summary>As the request has it.</summary>
    public JsonElement ToolChoice { get; init; }

    public JsonElement Tools { get; init; }

    public float? TopP { get; init; }

    public string Truncation { get; } = "disabled";

    public ResponseUsage? Usage { get; init; }
}

internal sealed record IncompleteDetails(string Reason);

internal sealed record ResponseText(ResponseFormat Format);

internal sealed record ResponseFormat(string Type);

/// <summary>An item of an answer: a message, thoughts or a call; what its type does not have is left out.</summary>
internal sealed record OutputItem(string Id, string Type, string Status)
{
    /// <summary>Of a message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>Of a message, or of thoughts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OutputText>? Content { get; init; }

    /// <summary>Of thoughts; always empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Summary { get; init; }

    /// <summary>Of a call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Arguments { get; init; }
}

internal sealed record OutputText(string Type, string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Annotations)
{
    public static OutputText Of(string text) => new("output_text", text, []);

    public static OutputText OfThoughts(string text) => new("reasoning_text", text, null);
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
    public OutputItem? Item { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputText? Part { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Delta { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Arguments { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Logprobs { get; init; }
}
