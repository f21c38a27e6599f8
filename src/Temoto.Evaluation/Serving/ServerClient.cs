using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Temoto.Evaluation.Serving;

/// <summary>Asks a server that speaks OpenAI's API for texts (<c>/v1/completions</c>), streamed, and notes when their pieces come.</summary>
/// <param name="http">Its base address is the server's root, with a slash at the end.</param>
/// <param name="reuses">Whether the server may use what it keeps of prompts that begin alike.</param>
internal sealed class ServerClient(HttpClient http, string model, TimeProvider clock, bool reuses = true)
{
    /// <summary>The model that a server names first.</summary>
    /// <exception cref="InputException">It cannot be asked, or names none.</exception>
    public static async Task<string> FirstModelAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("v1/models", UriKind.Relative), cancellation).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Bad(http, $"{(int)response.StatusCode} of /v1/models", "200");
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("data")[0].GetProperty("id").GetString() ?? throw Bad(http, "a model without a name", "names of models from /v1/models");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw Bad(http, "no list of models at /v1/models", "a server that speaks OpenAI's API");
        }
        catch (HttpRequestException error)
        {
            throw Bad(http, TerminalText.Line(error.Message), "a server that listens there");
        }
    }

    /// <summary>One text of just so many tokens, the likeliest each time.</summary>
    /// <param name="due">When the request was due, a timestamp of the clock: times count from there.</param>
    public async Task<ServerAnswer> AskAsync(string prompt, int tokens, long due, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/completions", UriKind.Relative)) { Content = Body(prompt, tokens) };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
                return new ServerAnswer { End = AnswerEnd.Refused, Seconds = Since(due) };
            if (!response.IsSuccessStatusCode)
                return Failed(due, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)}");
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                return await ReadAsync(stream, due, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            return Failed(due, error.Message);
        }
    }

    private async Task<ServerAnswer> ReadAsync(Stream stream, long due, CancellationToken cancellation)
    {
        double? first = null, last = null;
        var pieces = 0;
        JsonElement? usage = null;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation).ConfigureAwait(false))
        {
            if (item.Data == "[DONE]")
            {
                return first is null ? Failed(due, "an answer without text") : new ServerAnswer
                {
                    End = AnswerEnd.Whole,
                    FirstTokenSeconds = first.Value,
                    Seconds = last!.Value,
                    PromptTokens = Number(usage, "prompt_tokens") ?? 0,
                    CachedTokens = usage is { } told && told.TryGetProperty("prompt_tokens_details", out var details) ? Number(details, "cached_tokens") ?? 0 : 0,
                    AnswerTokens = Number(usage, "completion_tokens") ?? pieces,
                };
            }
            var now = Since(due);
            using var document = JsonDocument.Parse(item.Data);
            if (document.RootElement.TryGetProperty("error", out var error))
                return Failed(due, error.GetRawText());
            if (document.RootElement.TryGetProperty("usage", out var figures) && figures.ValueKind == JsonValueKind.Object)
                usage = figures.Clone();
            if (!HasText(document.RootElement))
                continue;
            first ??= now;
            last = now;
            pieces++;
        }
        return Failed(due, "the answer broke off");
    }

    private static bool HasText(JsonElement chunk) =>
        chunk.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
        && choices[0].TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && !text.ValueEquals("");

    private static int? Number(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private StringContent Body(string prompt, int tokens)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["prompt"] = prompt,
            ["max_tokens"] = tokens,
            ["temperature"] = 0,
            ["ignore_eos"] = true,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        // Servers that do not know it may refuse it: only where it is asked for.
        if (!reuses)
            body["cache_prompt"] = false;
        return new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
    }

    private ServerAnswer Failed(long due, string fault) => new() { End = AnswerEnd.Failed, Fault = TerminalText.Line(fault), Seconds = Since(due) };

    private double Since(long timestamp) => clock.GetElapsedTime(timestamp).TotalSeconds;

    private static InputException Bad(HttpClient http, string found, string expected) =>
        new("--server", null, $"{found} ({http.BaseAddress})", expected, "start the server, or give its address, for example http://127.0.0.1:8080");
}
