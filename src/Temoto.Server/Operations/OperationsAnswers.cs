using System.Text.Json.Serialization;

namespace Temoto.Server.Operations;

internal sealed record Health(string Status);

internal sealed record SlotState(int Id, bool IsProcessing, string State, int CachedTokens, int PromptTokens, int GeneratedTokens);

internal sealed record Props(
    string Model,
    string ModelType,
    string Format,
    long ParameterCount,
    int TotalSlots,
    int QueueLength,
    int ContextTokens,
    bool HasChatTemplate,
    string KernelSet,
    int Threads,
    string Version);

internal sealed record TokenIds(IReadOnlyList<int> Tokens);

internal sealed record TokenText(string Content);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(IReadOnlyList<SlotState>))]
[JsonSerializable(typeof(Props))]
[JsonSerializable(typeof(TokenIds))]
[JsonSerializable(typeof(TokenText))]
internal sealed partial class OperationsContext : JsonSerializerContext;
