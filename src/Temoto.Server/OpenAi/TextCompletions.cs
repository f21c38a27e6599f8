using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/completions</c>: prompts as they stand, as texts or token ids.</summary>
internal static class TextCompletions
{
    /// <summary>OpenAI's default.</summary>
    private const int DefaultTokens = 16;

    private const int MostPrompts = 128;

    private sealed record Request(OpenAiOptions Options, IReadOnlyList<int[]> Prompts, bool Echo);

    private sealed class Choice(string echo)
    {
        public readonly StringBuilder Text = new(echo);
        public readonly List<string> Tokens = [];
        public readonly List<float> Logprobs = [];
        public readonly List<IReadOnlyDictionary<string, float>> Top = [];
        public readonly List<int> Offsets = [];
        public GeneratedPiece? Last;

        public void Add(LanguageModel model, GeneratedPiece piece)
        {
            if (piece is { TokenId: { } token, Logprob: { } logprob })
            {
                Tokens.Add(AnswerParts.TextOf(model, token));
                Logprobs.Add(logprob);
                var top = new Dictionary<string, float>();
                // Of tokens that look alike (parts of characters) the likeliest is told.
                foreach (var other in piece.TopLogprobs)
                    top.TryAdd(AnswerParts.TextOf(model, other.TokenId), other.Logprob);
                Top.Add(top);
                Offsets.Add(Text.Length);
            }
            Text.Append(piece.Text);
            if (piece.Statistics is not null)
                Last = piece;
        }
    }

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, fields => Read(fields, model)).ConfigureAwait(false);
        var options = request.Options;
        using var group = model.Submit(context, [.. request.Prompts.SelectMany(prompt => Enumerable.Range(0, options.Choices).Select(index => model.Request(prompt, options.Choice(index, model.Model))))]);
        var choices = request.Prompts
            .SelectMany(prompt => Enumerable.Repeat(request.Echo ? model.Model.Detokenize(prompt) : "", options.Choices))
            .Select(echo => new Choice(echo))
            .ToArray();
        var frame = new TextCompletion(AnswerParts.NewId("cmpl-"), "text_completion", AnswerParts.Now(), model.Name, AnswerParts.Fingerprint(model), [], null);
        if (!options.Stream)
        {
            await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
                choices[index].Add(model.Model, piece);
            var whole = frame with
            {
                Choices = [.. choices.Select((choice, index) => new TextChoice(choice.Text.ToString(), index, Logprobs(options, choice), AnswerParts.ReasonOf(choice.Last!.FinishReason)))],
                Usage = UsageOf(context, request, choices),
            };
            await JsonAnswer.WriteAsync(context, whole, OpenAiContext.Default.TextCompletion).ConfigureAwait(false);
            return;
        }
        await StreamAsync(context, model, request, choices, frame, group).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ServedModel model, Request request, Choice[] choices, TextCompletion frame, GenerationGroup group)
    {
        var begun = new bool[choices.Length];
        await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            // Only the tokens that are new; their offsets go on.
            var part = new Choice("");
            part.Add(model.Model, piece);
            var offset = choices[index].Text.Length;
            choices[index].Add(model.Model, piece);
            var text = begun[index] || !request.Echo ? piece.Text : choices[index].Text.ToString();
            begun[index] = true;
            if (text.Length == 0 && part.Tokens.Count == 0 && piece.Statistics is null)
                continue;
            var logprobs = part.Tokens.Count > 0 ? Logprobs(request.Options, part)! with { TextOffset = [offset] } : null;
            var reason = piece.Statistics is null ? null : AnswerParts.ReasonOf(piece.FinishReason);
            await JsonAnswer.EventAsync(context, frame with { Choices = [new TextChoice(text, index, logprobs, reason)] }, OpenAiContext.Default.TextCompletion).ConfigureAwait(false);
        }
        var usage = UsageOf(context, request, choices);
        if (request.Options.IncludeUsage)
            await JsonAnswer.EventAsync(context, frame with { Usage = usage }, OpenAiContext.Default.TextCompletion).ConfigureAwait(false);
        await JsonAnswer.EventAsync(context, "[DONE]").ConfigureAwait(false);
    }

    private static TextLogprobs? Logprobs(OpenAiOptions options, Choice choice) =>
        options.Generation.TopLogprobs is null ? null : new TextLogprobs(choice.Tokens, choice.Logprobs, choice.Top, choice.Offsets);

    private static Usage UsageOf(HttpContext context, Request request, Choice[] choices) => Usage.Of(
        context,
        request.Prompts.Sum(prompt => prompt.Length),
        Enumerable.Range(0, request.Prompts.Count).Sum(i => choices[i * request.Options.Choices].Last!.Statistics!.ReusedTokens),
        choices.Sum(choice => choice.Last!.Statistics!.GeneratedTokens));

    private static Request Read(RequestFields fields, ServedModel model)
    {
        var options = OpenAiOptions.Read(fields, DefaultTokens);
        if (fields.Text("suffix") is { Length: > 0 })
            throw RequestException.Unsupported("suffix", "a text behind the answer", "no suffix", "this server continues texts only");
        if (fields.Count("best_of", 1, MostPrompts) is { } best && best > options.Choices)
            throw RequestException.Unsupported("best_of", $"{best} with n {options.Choices}", "the same number as n", "ask for n texts and choose");
        var echo = fields.Flag("echo") ?? false;
        if (fields.Count("logprobs", 0, 20) is { } top)
        {
            if (echo)
                throw RequestException.Unsupported("echo", "it with logprobs", "one of them", "logprobs of a prompt are not computed; leave echo out");
            options = options with { Generation = options.Generation with { TopLogprobs = top } };
        }
        return new Request(options, ReadPrompts(fields, model.Model), echo);
    }

    private static IReadOnlyList<int[]> ReadPrompts(RequestFields fields, LanguageModel model)
    {
        // No prompt begins a document, as with OpenAI.
        if (fields.Any("prompt") is not { } prompt)
            return [model.EncodeRaw("")];
        if (prompt.ValueKind == JsonValueKind.String)
            return [model.EncodeRaw(fields.Text("prompt")!)];
        var items = fields.Items("prompt")!;
        if (items.Count == 0)
            throw fields.Wrong("prompt", "at least one text or token");
        if (items.All(item => item.Value.ValueKind == JsonValueKind.Number))
            return [Ids(items)];
        if (items.Count > MostPrompts)
            throw fields.Wrong("prompt", $"at most {MostPrompts} prompts");
        return [.. items.Select(item => item.Value.ValueKind switch
        {
            JsonValueKind.String => model.EncodeRaw(RequestFields.TextOf(item.Value, item.Place)),
            JsonValueKind.Array => Ids([.. item.Value.EnumerateArray().Select((id, i) => (id, $"{item.Place}[{i}]"))]),
            _ => throw RequestException.Bad(item.Place, "something else", "a text, or an array of token ids", "mend the request"),
        })];
    }

    private static int[] Ids(IReadOnlyList<(JsonElement Value, string Place)> items) =>
        [.. items.Select(item => item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt32(out var id) ? id : throw RequestException.Bad(item.Place, "something else", "a token id", "see /tokenize for ids"))];
}
