using Microsoft.AspNetCore.Http;
using Temoto.Generation.Tools;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletions
{
    private sealed class Choice(AnswerParser parser)
    {
        public readonly AnswerReader Answer = new(parser);
        public readonly List<LogprobOfToken> Logprobs = [];
        public bool Begun;

        public string Reason => Answer.EndsWithCalls ? "tool_calls" : AnswerParts.ReasonOf(Answer.Last!.FinishReason);

        public ChatAnswer Message => new(
            "assistant",
            Answer.Text.Length == 0 && Answer.Calls.Count > 0 ? null : Answer.Text,
            null,
            Answer.Reasoning.Length == 0 ? null : Answer.Reasoning,
            Answer.Calls.Count == 0 ? null : [.. Answer.Calls.Select(call => new ChatToolCall(null, call.Id, "function", new ChatFunction(call.Name, call.Arguments)))]);
    }

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, ChatRequest.Read).ConfigureAwait(false);
        var prompt = model.Prompt(request.Messages, request.Chat);
        using var group = model.Submit(context, [.. Enumerable.Range(0, request.Options.Choices).Select(index => model.Request(prompt, request.Options.Choice(index, model.Model)))]);
        if (request.Options.Stream)
            await StreamAsync(context, model, request.Options, prompt, group).ConfigureAwait(false);
        else
            await WholeAsync(context, model, request.Options, prompt, group).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, ServedModel model, OpenAiOptions options, ChatPrompt prompt, GenerationGroup group)
    {
        var choices = NewChoices(options, prompt);
        await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            var choice = choices[index];
            choice.Answer.Add(piece);
            if (AnswerParts.LogprobOf(model.Model, piece) is { } logprob)
                choice.Logprobs.Add(logprob);
        }
        var wantsLogprobs = options.Generation.TopLogprobs is not null;
        var completion = new ChatCompletion(
            AnswerParts.NewId("chatcmpl-"),
            "chat.completion",
            AnswerParts.Now(),
            model.Name,
            [.. choices.Select((choice, index) => new ChatChoice(
                index,
                choice.Message,
                wantsLogprobs ? new ChoiceLogprobs(choice.Logprobs) : null,
                choice.Reason))],
            UsageOf(context, choices),
            AnswerParts.Fingerprint(model));
        await JsonAnswer.WriteAsync(context, completion, OpenAiContext.Default.ChatCompletion).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ServedModel model, OpenAiOptions options, ChatPrompt prompt, GenerationGroup group)
    {
        var frame = new ChatChunk(AnswerParts.NewId("chatcmpl-"), "chat.completion.chunk", AnswerParts.Now(), model.Name, AnswerParts.Fingerprint(model), [], null);
        var choices = NewChoices(options, prompt);
        await foreach (var (index, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            var choice = choices[index];
            if (!choice.Begun)
            {
                choice.Begun = true;
                await SendAsync(index, new ChatDelta("assistant", ""), null, null).ConfigureAwait(false);
            }
            var logprob = AnswerParts.LogprobOf(model.Model, piece);
            var logprobs = logprob is null ? null : new ChoiceLogprobs([logprob]);
            foreach (var delta in choice.Answer.Read(piece).Select(ChatDelta.Of).OfType<ChatDelta>())
            {
                await SendAsync(index, delta, logprobs, null).ConfigureAwait(false);
                logprobs = null;
            }
            if (logprobs is not null)
                await SendAsync(index, new ChatDelta(Content: ""), logprobs, null).ConfigureAwait(false);
            if (piece.Statistics is not null)
                await SendAsync(index, new ChatDelta(), null, choice.Reason).ConfigureAwait(false);
        }
        var usage = UsageOf(context, choices);
        var figures = options.IncludeFigures ? AnswerFigures.Of(choices[0].Answer.Last!.Statistics!) : null;
        if (options.IncludeUsage || options.IncludeFigures)
            await JsonAnswer.EventAsync(context, frame with { Usage = usage, Figures = figures }, OpenAiContext.Default.ChatChunk).ConfigureAwait(false);
        await JsonAnswer.EventAsync(context, "[DONE]").ConfigureAwait(false);

        Task SendAsync(int index, ChatDelta delta, ChoiceLogprobs? logprobs, string? reason) =>
            JsonAnswer.EventAsync(context, frame with { Choices = [new ChatChunkChoice(index, delta, logprobs, reason)] }, OpenAiContext.Default.ChatChunk);
    }

    private static Choice[] NewChoices(OpenAiOptions options, ChatPrompt prompt) => [.. Enumerable.Range(0, options.Choices).Select(_ => new Choice(prompt.NewParser()))];

    private static Usage UsageOf(HttpContext context, Choice[] choices)
    {
        var first = choices[0].Answer.Last!.Statistics!;
        return Usage.Of(context, first.PromptTokens, first.ReusedTokens, choices.Sum(choice => choice.Answer.Last!.Statistics!.GeneratedTokens), choices.Sum(choice => choice.Answer.ReasoningTokens));
    }
}
