using System.Text.Json.Serialization;
using Temoto.Machine;

namespace Temoto.Cli;

/// <summary>
/// The figures of a generation, for people (stderr) and for scripts (JSON). Times and memory are measured, bytes per token computed from the plan.
/// </summary>
internal static class Figures
{
    public static string Line(GenerationStatistics s) =>
        $"[ttft {s.TimeToFirstTokenSeconds * 1000:0.0} ms | prefill {s.PromptTokens - s.ReusedTokens} tokens, {s.PrefillTokensPerSecond:0.0} tokens/s"
        + $" | decode {s.GeneratedTokens} tokens, {s.DecodeTokensPerSecond:0.0} tokens/s | {s.BytesPerToken / 1e6:0.00} MB moved per token (computed)"
        + $" | peak memory {PhysicalMemory.PeakResidentBytes() / 1048576.0:0} MiB{Ending(s)}]";

    public static string Name(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.Context => "context",
        _ => "cancelled",
    };

    /// <summary>Why the text is not whole; nothing where the model ended it.</summary>
    private static string Ending(GenerationStatistics s) => s.FinishReason switch
    {
        FinishReason.Stop => "",
        FinishReason.Length => $" | stopped: the limit of {s.GeneratedTokens} tokens is reached (--max-tokens)",
        FinishReason.Context => $" | stopped: the context of {s.ContextTokens} tokens is full",
        FinishReason.Cancelled => " | stopped: interrupted",
        _ => " | stopped: nobody reads on",
    };
}

/// <param name="Proposed">Tokens that were guessed and computed ahead.</param>
/// <param name="Accepted">How many of them were right.</param>
internal sealed record DraftFigures(int Proposed, int Accepted);

/// <summary>The figures as JSON has them: behind the members of what was asked for.</summary>
internal abstract record GenerationFigures([property: JsonIgnore] GenerationStatistics Statistics)
{
    [JsonPropertyOrder(1)]
    public int PromptTokens => Statistics.PromptTokens;

    [JsonPropertyOrder(1)]
    public int GeneratedTokens => Statistics.GeneratedTokens;

    [JsonPropertyOrder(1)]
    public string FinishReason => Figures.Name(Statistics.FinishReason);

    [JsonPropertyOrder(1)]
    public double TimeToFirstTokenSeconds => Statistics.TimeToFirstTokenSeconds;

    [JsonPropertyOrder(1)]
    public double PrefillTokensPerSecond => Statistics.PrefillTokensPerSecond;

    [JsonPropertyOrder(1)]
    public double DecodeTokensPerSecond => Statistics.DecodeTokensPerSecond;

    [JsonPropertyOrder(1)]
    public long WeightBytesPerToken => Statistics.WeightBytesPerToken;

    [JsonPropertyOrder(1)]
    public long BytesPerToken => Statistics.BytesPerToken;

    /// <summary>Tokens that were computed ahead, and how many of them were right; null where none was.</summary>
    [JsonPropertyOrder(1)]
    public DraftFigures? Draft => Statistics.DraftedTokens == 0 ? null : new(Statistics.DraftedTokens, Statistics.AcceptedTokens);

    [JsonPropertyOrder(1)]
    public long PeakResidentBytes { get; } = PhysicalMemory.PeakResidentBytes();
}
