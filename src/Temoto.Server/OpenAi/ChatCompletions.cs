using System.Text;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;
using Temoto.Server.Scheduling;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletions
{
    private sealed class Choice
    {
        public readonly StringBuilder Text = new();
        public readonly List<LogprobOfToken> Logprobs = [];
        public bool Begun;
        public GeneratedPiece? Last;
    }

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, ChatRequest.Read).ConfigureAwait(false);
        model.Require(request.Options.Model);
        var prompt = model.Prompt(request.Messages);
        using var group = model.Submit(context, [.. Enumerable.Range(0, request.Options.Choices).Select(index => model.Request(prompt, request.Options.Choice(index)))]);
        if (request.Options.Stream)
            await StreamAsync(context, model, request.Options, group).ConfigureAwait(false);
        else
            await WholeAsync(context, model, request.Options, group).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, ServedModel model, OpenAiOptions options, GenerationGroup group)
    {
        var choices = NewChoices(options);
        await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            var choice = choices[index];
            choice.Text.Append(piece.Text);
            if (AnswerParts.LogprobOf(model.Model, piece) is { } logprob)
                choice.Logprobs.Add(logprob);
            if (piece.Statistics is not null)
                choice.Last = piece;
        }
        var wantsLogprobs = options.Generation.TopLogprobs is not null;
        var completion = new ChatCompletion(
            AnswerParts.NewId("chatcmpl-"),
            "chat.completion",
            AnswerParts.Now(),
            model.Name,
            [.. choices.Select((choice, index) => new ChatChoice(
                index,
                new ChatAnswer("assistant", choice.Text.ToString(), null),
                wantsLogprobs ? new ChoiceLogprobs(choice.Logprobs) : null,
                AnswerParts.ReasonOf(choice.Last!.FinishReason)))],
            UsageOf(context, choices),
            AnswerParts.Fingerprint(model));
        await JsonAnswer.WriteAsync(context, completion, OpenAiContext.Default.ChatCompletion).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ServedModel model, OpenAiOptions options, GenerationGroup group)
    {
        var frame = new ChatChunk(AnswerParts.NewId("chatcmpl-"), "chat.completion.chunk", AnswerParts.Now(), model.Name, AnswerParts.Fingerprint(model), [], null);
        var choices = NewChoices(options);
        await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            var choice = choices[index];
            if (!choice.Begun)
            {
                choice.Begun = true;
                await SendAsync(index, new ChatDelta("assistant", ""), null, null).ConfigureAwait(false);
            }
            var logprob = AnswerParts.LogprobOf(model.Model, piece);
            if (piece.Text.Length > 0 || logprob is not null)
                await SendAsync(index, new ChatDelta(Content: piece.Text), logprob is null ? null : new ChoiceLogprobs([logprob]), null).ConfigureAwait(false);
            if (piece.Statistics is null)
                continue;
            choice.Last = piece;
            await SendAsync(index, new ChatDelta(), null, AnswerParts.ReasonOf(piece.FinishReason)).ConfigureAwait(false);
        }
        var usage = UsageOf(context, choices);
        if (options.IncludeUsage)
            await JsonAnswer.EventAsync(context, frame with { Usage = usage }, OpenAiContext.Default.ChatChunk).ConfigureAwait(false);
        await JsonAnswer.EventAsync(context, "[DONE]").ConfigureAwait(false);

        Task SendAsync(int index, ChatDelta delta, ChoiceLogprobs? logprobs, string? reason) =>
            JsonAnswer.EventAsync(context, frame with { Choices = [new ChatChunkChoice(index, delta, logprobs, reason)] }, OpenAiContext.Default.ChatChunk);
    }

    private static Choice[] NewChoices(OpenAiOptions options) => [.. Enumerable.Range(0, options.Choices).Select(_ => new Choice())];

    private static Usage UsageOf(HttpContext context, Choice[] choices)
    {
        var first = choices[0].Last!.Statistics!;
        return Usage.Of(context, first.PromptTokens, first.ReusedTokens, choices.Sum(choice => choice.Last!.Statistics!.GeneratedTokens));
    }
}
