using System.Text.Json;
using Temoto.Machine;

namespace Temoto.Cli;

/// <summary>The figures of a generation, for people (stderr) and for scripts (JSON). Times and memory are measured, bytes per token computed from the plan.</summary>
internal static class Figures
{
    public static string Line(GenerationStatistics s) =>
        $"[ttft {s.TimeToFirstTokenSeconds * 1000:0.0} ms | prefill {s.PromptTokens - s.ReusedTokens} tokens, {s.PrefillTokensPerSecond:0.0} tokens/s"
        + $" | decode {s.GeneratedTokens} tokens, {s.DecodeTokensPerSecond:0.0} tokens/s | {s.BytesPerToken / 1e6:0.00} MB moved per token (computed)"
        + $" | peak memory {PhysicalMemory.PeakResidentBytes() / 1048576.0:0} MiB{Ending(s)}]";

    public static void WriteJson(Utf8JsonWriter json, GenerationStatistics s)
    {
        json.WriteNumber("prompt_tokens", s.PromptTokens);
        json.WriteNumber("generated_tokens", s.GeneratedTokens);
        json.WriteString("finish_reason", Name(s.FinishReason));
        json.WriteNumber("time_to_first_token_seconds", s.TimeToFirstTokenSeconds);
        json.WriteNumber("prefill_tokens_per_second", s.PrefillTokensPerSecond);
        json.WriteNumber("decode_tokens_per_second", s.DecodeTokensPerSecond);
        json.WriteNumber("weight_bytes_per_token", s.WeightBytesPerToken);
        json.WriteNumber("bytes_per_token", s.BytesPerToken);
        json.WriteNumber("peak_resident_bytes", PhysicalMemory.PeakResidentBytes());
    }

    private static string Name(FinishReason reason) => reason switch
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
