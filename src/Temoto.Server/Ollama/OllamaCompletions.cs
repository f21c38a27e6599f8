using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;
using Temoto.Server.OpenAi;

namespace Temoto.Server.Ollama;

/// <summary><c>POST /api/chat</c> and <c>POST /api/generate</c>.</summary>
internal static class OllamaCompletions
{
    /// <summary>Null for a request that only wants the model loaded: no messages, or no prompt.</summary>
    private sealed record Prompt(OllamaRequest Request, int[]? Tokens);

    public static async Task ChatAsync(HttpContext context, ServedModel model)
    {
        var prompt = await RequestBody.ReadAsync(context, fields => ReadChat(fields, model)).ConfigureAwait(false);
        await AnswerAsync(context, model, prompt, (line, text) => line with { Message = new OllamaMessage("assistant", text) }).ConfigureAwait(false);
    }

    public static async Task GenerateAsync(HttpContext context, ServedModel model)
    {
        var prompt = await RequestBody.ReadAsync(context, fields => ReadGenerate(fields, model)).ConfigureAwait(false);
        await AnswerAsync(context, model, prompt, (line, text) => line with { Response = text }).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, ServedModel model, Prompt prompt, Func<OllamaAnswer, string, OllamaAnswer> with)
    {
        var start = Stopwatch.GetTimestamp();
        if (prompt.Tokens is null)
        {
            await JsonAnswer.WriteAsync(context, with(NewLine(model), "") with { Done = true, DoneReason = "load" }, OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
            return;
        }
        using var group = model.Submit(context, [model.Request(prompt.Tokens, prompt.Request.Generation)]);
        var text = new StringBuilder();
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            text.Append(piece.Text);
            if (prompt.Request.Stream && piece.Text.Length > 0)
                await JsonAnswer.LineAsync(context, with(NewLine(model), piece.Text), OllamaContext.Default.OllamaAnswer).ConfigureAwait(false);
            if (piece.Statistics is not { } figures)
                continue;
            AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
            var last = with(NewLine(model), prompt.Request.Stream ? "" : text.ToString()) with
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

    private static OllamaAnswer NewLine(ServedModel model) => new() { Model = model.TaggedName, CreatedAt = OllamaModels.Time(DateTimeOffset.UtcNow), Done = false };

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);

    private static Prompt ReadChat(RequestFields fields, ServedModel model)
    {
        var request = OllamaRequest.Read(fields);
        model.Require(request.Model);
        var messages = (fields.Objects("messages") ?? []).Select(ReadMessage).ToList();
        return new Prompt(request, messages.Count == 0 ? null : model.Prompt(messages));
    }

    private static ChatMessage ReadMessage(RequestFields message)
    {
        var role = message.RequiredText("role");
        if (role is not ("system" or "user" or "assistant"))
            throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "system, user or assistant", "this server does not call tools");
        if (message.Items("images") is { Count: > 0 })
            throw RequestException.Unsupported(message.PlaceOf("images"), "pictures", "none", "this model reads text only");
        if (message.Items("tool_calls") is { Count: > 0 })
            throw RequestException.Unsupported(message.PlaceOf("tool_calls"), "calls of tools", "messages of text", "this server does not call tools");
        return new ChatMessage(role, message.Text("content") ?? "");
    }

    private static Prompt ReadGenerate(RequestFields fields, ServedModel model)
    {
        var request = OllamaRequest.Read(fields);
        model.Require(request.Model);
        foreach (var name in new[] { "template", "context" })
        {
            if (fields.Any(name) is not null && fields.Any(name) is not { ValueKind: System.Text.Json.JsonValueKind.String } && fields.Items(name) is not { Count: 0 })
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
        return new Prompt(request, model.Prompt(messages));
    }
}
