using System.Text.Json.Serialization;

namespace Temoto.Server.Operations;

internal sealed record Health(string Status);

internal sealed record SlotState(int Id, bool IsProcessing, string State, int CachedTokens, int PromptTokens, int GeneratedTokens);

/// <param name="Models">The names of all, loaded or not.</param>
internal sealed record Props(
    string Model,
    IReadOnlyList<string> Models,
    string ModelType,
    string Format,
    long ParameterCount,
    int TotalSlots,
    int QueueLength,
    int ContextTokens,
    bool HasChatTemplate,
    bool WritesThoughts,
    bool SwitchesThoughts,
    SamplingDefaults Sampling,
    PlannedMemory Memory,
    PlannedTraffic Traffic,
    string KernelSet,
    int Threads,
    string Version);

/// <summary>What counts where a request says nothing.</summary>
internal sealed record SamplingDefaults(float Temperature, float TopP, int TopK, float MinP, float RepetitionPenalty);

/// <summary>What the server was planned to take, all slots together.</summary>
/// <param name="PrefixCacheBytes">At most.</param>
internal sealed record PlannedMemory(long WeightBytes, long KvBytes, long ActivationBytes, long PrefixCacheBytes, long AvailableBytes);

/// <summary>Bytes that one decoded token of a text that is alone moves, computed from the plan: behind one token, and in a full context.</summary>
internal sealed record PlannedTraffic(long WeightBytesPerToken, long LeastBytesPerToken, long MostBytesPerToken);

internal sealed record TokenIds(IReadOnlyList<int> Tokens);

internal sealed record TokenText(string Content);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(IReadOnlyList<SlotState>))]
[JsonSerializable(typeof(Props))]
[JsonSerializable(typeof(TokenIds))]
[JsonSerializable(typeof(TokenText))]
internal sealed partial class OperationsContext : JsonSerializerContext;
