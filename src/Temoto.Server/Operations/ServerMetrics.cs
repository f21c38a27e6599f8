using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Temoto.Server.Operations;

/// <summary>What is counted from the start on.</summary>
internal sealed class ServerMetrics
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<(string Route, int Status), Counter> requests = new();

    public Counter PromptTokens { get; } = new("temoto_prompt_tokens_total", "Tokens of prompts.");

    public Counter ReusedTokens { get; } = new("temoto_reused_tokens_total", "Tokens of prompts that were in a cache already.");

    public Counter GeneratedTokens { get; } = new("temoto_generated_tokens_total", "Tokens generated.");

    /// <summary>Those that are counted in <see cref="DecodeBytes"/>: the first token of a text comes of its prompt.</summary>
    public Counter DecodedTokens { get; } = new("temoto_decoded_tokens_total", "Tokens generated behind the first of their text.");

    public Counter DecodeBytes { get; } = new("temoto_decode_bytes_total", "Bytes that the runs of decoded tokens moved, computed from the plan: weights once a run.");

    public Counter DraftedTokens { get; } = new("temoto_drafted_tokens_total", "Guesses at next tokens that were computed ahead.");

    public Counter AcceptedTokens { get; } = new("temoto_accepted_tokens_total", "Guesses that were right.");

    public Counter Rejected { get; } = new("temoto_rejected_total", "Requests turned away because the queue was full.");

    public Counter Cancelled { get; } = new("temoto_cancelled_total", "Texts whose client left before the end.");

    public Counter ModelLoads { get; } = new("temoto_model_loads_total", "Models loaded.");

    public Counter ModelUnloads { get; } = new("temoto_model_unloads_total", "Models unloaded to make room for others.");

    public Histogram QueueSeconds { get; } = new("temoto_queue_seconds", "From the request to a slot.", Seconds);

    public Histogram FirstTokenSeconds { get; } = new("temoto_time_to_first_token_seconds", "From the request to its first token.", Seconds);

    public Histogram InterTokenSeconds { get; } = new("temoto_inter_token_seconds", "From a token to the next of the same text.", 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5);

    public Histogram BatchSequences { get; } = new("temoto_batch_sequences", "Texts whose next tokens were computed in one run.", 1, 2, 4, 8, 16, 32, 64);

    /// <param name="route">The route's own words, never what a client wrote.</param>
    public void CountRequest(string route, int status) =>
        requests.GetOrAdd((route, status), static _ => new Counter("", "")).Add(1);

    /// <summary>Prometheus' text format, version 0.0.4.</summary>
    public void WriteTo(StringBuilder text)
    {
        text.Append("# HELP temoto_requests_total Requests by route and status.\n# TYPE temoto_requests_total counter\n");
        foreach (var ((route, status), count) in requests.OrderBy(item => item.Key))
            text.Append(CultureInfo.InvariantCulture, $"temoto_requests_total{{route=\"{route}\",status=\"{status}\"}} {count.Value}\n");
        foreach (var counter in new[] { PromptTokens, ReusedTokens, GeneratedTokens, DecodedTokens, DecodeBytes, DraftedTokens, AcceptedTokens, Rejected, Cancelled, ModelLoads, ModelUnloads })
            counter.WriteTo(text);
        foreach (var histogram in new[] { QueueSeconds, FirstTokenSeconds, InterTokenSeconds, BatchSequences })
            histogram.WriteTo(text);
    }

    public static void WriteGauge(StringBuilder text, string name, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
}
