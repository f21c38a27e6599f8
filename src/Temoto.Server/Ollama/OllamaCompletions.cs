using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Generation.Tools;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.OpenAi;

namespace Temoto.Server.Ollama;

/// <summary><c>POST /api/chat</c> and <c>POST /api/generate</c>.</summary>
internal static class OllamaCompletions
{
    /// <summary>Null for a request that only wants the model loaded: no messages, or no prompt.</summary>
    private sealed record Prompt(OllamaRequest Request, int[]? Tokens)
    {
        /// <summary>Null for a text that is continued as it stands.</summary>
        public ChatPrompt? Chat { get; init; }
    }

    /// <summary>What comes new of an answer.</summary>
    private sealed record News(string Text, string? Thinking, IReadOnlyList<OllamaCall>? Calls);

    public static async Task ChatAsync(HttpContext context, ServedModel model)
    {
        var prompt = await RequestBody.ReadAsync(context, fields => ReadChat(fields, model)).ConfigureAwait(false);
        await AnswerAsync(context, model, prompt, (line, news) => line with { Message = new OllamaMessage("assistant", news.Text) { Thinking = news.Thinking, ToolCalls = news.Calls } }).ConfigureAwait(false);
    }

    public static async Task GenerateAsync(HttpContext context, ServedModel model)
    {
        var prompt = await RequestBody.ReadAsync(context, fields => ReadGenerate(fields, model)).ConfigureAwait(false);
        await AnswerAsync(context, model, prompt, (line, news) => line with { Response = news.Text, Thinking = news.Thinking }).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, ServedModel model, Prompt prompt, Func<OllamaAnswer, News, OllamaAnswer> with)
    {
        var start = Stopwatch.GetTimestamp();
        if (prompt.Tokens is null)
        {
            await JsonAnswer.WriteAsync(context, with(NewLine(model), Nothing) with { Done = true, DoneReason = "load" }, OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
            return;
        }
        var request = prompt.Chat is { } chat ? model.Request(chat, prompt.Request.Generation) : model.Request(prompt.Tokens, prompt.Request.Generation);
        using var group = model.Submit(context, [request]);
        var answer = new AnswerReader(prompt.Chat?.NewParser() ?? new AnswerParser(null, null));
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            foreach (var news in answer.Read(piece).Select(NewsOf).OfType<News>())
            {
                if (prompt.Request.Stream)
                    await JsonAnswer.LineAsync(context, with(NewLine(model), news), OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
            }
            if (piece.Statistics is not { } figures)
                continue;
            AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
            var last = with(NewLine(model), prompt.Request.Stream ? Nothing : Whole(answer)) with
            {
                Done = true,
                DoneReason = AnswerParts.ReasonOf(piece.FinishReason),
                TotalDuration = Nanoseconds(Stopwatch.GetElapsedTime(start).TotalSeconds),
                LoadDuration = 0,
                PromptEvalCount = figures.PromptTokens,
                PromptEvalDuration = Nanoseconds(figures.TimeToFirstTokenSeconds),
                EvalCount = figures.GeneratedTokens,
                EvalDuration = Nanoseconds(figures.DecodeSeconds),
            };
            if (prompt.Request.Stream)
                await JsonAnswer.LineAsync(context, last, OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
            else
                await JsonAnswer.WriteAsync(context, last, OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
        }
    }

    private static News Nothing => new("", null, null);

    private static News Whole(AnswerReader answer) => new(
        answer.Text,
        answer.Reasoning.Length == 0 ? null : answer.Reasoning,
        answer.Calls.Count == 0 ? null : [.. answer.Calls.Select(CallOf)]);

    /// <summary>Calls come whole, as Ollama tells them.</summary>
    private static News? NewsOf(AnswerPart part) => part.Kind switch
    {
        AnswerPartKind.Text or AnswerPartKind.CallFails => new News(part.Text, null, null),
        AnswerPartKind.Reasoning => new News("", part.Text, null),
        AnswerPartKind.CallEnds => new News("", null, [CallOf(new ToolCall(part.CallId!, part.CallName!, part.Text), part.CallIndex)]),
        _ => null,
    };

    private static OllamaCall CallOf(ToolCall call, int index) => new(call.Id, new OllamaFunction(index, call.Name, JsonElement.Parse(call.Arguments)));

    private static OllamaAnswer NewLine(ServedModel model) => new() { Model = model.TaggedName, CreatedAt = OllamaModels.Time(DateTimeOffset.UtcNow), Done = false };

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);

    private static Prompt ReadChat(RequestFields fields, ServedModel model)
    {
        var request = OllamaRequest.Read(fields);
        var messages = OllamaMessages.Read(fields.Objects("messages") ?? []);
        return messages.Count == 0 ? new Prompt(request, null) : Of(request, model.Prompt(messages, request.Chat));
    }

    private static Prompt Of(OllamaRequest request, ChatPrompt chat) => new(request, chat.Tokens) { Chat = chat };

    private static Prompt ReadGenerate(RequestFields fields, ServedModel model)
    {
        var request = OllamaRequest.Read(fields);
        foreach (var name in new[] { "template", "context" })
        {
            if (fields.Any(name) is not null && fields.Any(name) is not { ValueKind: JsonValueKind.String } && fields.Items(name) is not { Count: 0 })
                throw RequestException.Unsupported(name, "it", "none", "send the whole conversation to /api/chat");
        }
        if (fields.Text("template") is { Length: > 0 })
            throw RequestException.Unsupported("template", "a template", "none", "the model's own is used; raw true sends the prompt as it stands");
        var prompt = fields.Text("prompt") ?? "";
        if (prompt.Length == 0)
            return new Prompt(request, null);
        if ((fields.Flag("raw") ?? false) || !model.Model.HasChatTemplate)
            return new Prompt(request, model.Model.EncodeRaw(prompt));
        var messages = new List<ChatMessage>();
        if (fields.Text("system") is { Length: > 0 } system)
            messages.Add(new ChatMessage("system", system));
        messages.Add(new ChatMessage("user", prompt));
        return Of(request, model.Prompt(messages, request.Chat with { Tools = [] }));
    }
}
