using System.Text.Json;
using System.Text.Json.Serialization;

namespace Temoto.Server.Ollama;

/// <summary>A line of an answer: a part of it, or the last with the figures. Durations are in nanoseconds.</summary>
internal sealed record OllamaAnswer
{
    public required string Model { get; init; }

    public required string CreatedAt { get; init; }

    /// <summary>Of /api/chat.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OllamaMessage? Message { get; init; }

    /// <summary>Of /api/generate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Response { get; init; }

    /// <summary>Of /api/generate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thinking { get; init; }

    public required bool Done { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DoneReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TotalDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LoadDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PromptEvalCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PromptEvalDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EvalCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? EvalDuration { get; init; }
}

internal sealed record OllamaMessage(string Role, string Content)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thinking { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OllamaCall>? ToolCalls { get; init; }
}

internal sealed record OllamaCall(string Id, OllamaFunction Function);

/// <param name="Arguments">An object.</param>
internal sealed record OllamaFunction(int Index, string Name, JsonElement Arguments);

internal sealed record OllamaTags(IReadOnlyList<OllamaModel> Models);

internal sealed record OllamaModel
{
    public required string Name { get; init; }

    public required string Model { get; init; }

    public required long Size { get; init; }

    public required string Digest { get; init; }

    public required OllamaDetails Details { get; init; }

    /// <summary>Of /api/tags.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModifiedAt { get; init; }

    /// <summary>Of /api/ps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExpiresAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeVram { get; init; }
}

internal sealed record OllamaDetails(string ParentModel, string Format, string Family, IReadOnlyList<string> Families, string ParameterSize, string QuantizationLevel);

internal sealed record OllamaShow(
    string Modelfile,
    string Parameters,
    string Template,
    OllamaDetails Details,
    OllamaModelInfo ModelInfo,
    IReadOnlyList<string> Capabilities,
    string ModifiedAt);

internal sealed record OllamaModelInfo(
    [property: JsonPropertyName("general.architecture")] string Architecture,
    [property: JsonPropertyName("general.parameter_count")] long ParameterCount,
    [property: JsonPropertyName("general.context_length")] int ContextLength);

/// <summary>Durations are in nanoseconds.</summary>
internal sealed record OllamaVectors(string Model, IReadOnlyList<float[]> Embeddings, long TotalDuration, long LoadDuration, int PromptEvalCount);

internal sealed record OllamaVector(float[] Embedding);

internal sealed record OllamaVersion(string Version);
