using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;
using Temoto.Server.OpenAi;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Anthropic;

/// <summary><c>POST /v1/messages</c> and <c>/v1/messages/count_tokens</c>, as Anthropic's clients speak them.</summary>
internal static class Messages
{
    private sealed record Request(IReadOnlyList<ChatMessage> Messages, GenerationOptions Options, bool Stream);

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, fields => Read(fields, model)).ConfigureAwait(false);
        var prompt = model.Prompt(request.Messages);
        using var group = model.Submit(context, [model.Request(prompt, request.Options)]);
        if (request.Stream)
            await StreamAsync(context, model, request, group, prompt.Length).ConfigureAwait(false);
        else
            await WholeAsync(context, model, group).ConfigureAwait(false);
    }

    public static async Task CountAsync(HttpContext context, ServedModel model)
    {
        var count = await RequestBody.ReadAsync(context, fields =>
        {
            model.Require(fields.Text("model"));
            return model.Prompt(ReadMessages(fields)).Length;
        }).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new TokenCount(count), AnthropicContext.Default.TokenCount).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, ServedModel model, GenerationGroup group)
    {
        var (text, last) = await group.ReadOneAsync(context.RequestAborted).ConfigureAwait(false);
        var message = NewMessage(model) with { Content = [new TextBlock("text", text)], StopReason = ReasonOf(last), Usage = UsageOf(context, last) };
        await JsonAnswer.WriteAsync(context, message, AnthropicContext.Default.MessageAnswer).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ServedModel model, Request request, GenerationGroup group, int promptTokens)
    {
        var begun = false;
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            if (!begun)
            {
                begun = true;
                var message = NewMessage(model) with { Usage = new MessageUsage(promptTokens, 0, 0) };
                await SendAsync("message_start", new MessageEvent("message_start") { Message = message }).ConfigureAwait(false);
                await SendAsync("content_block_start", new MessageEvent("content_block_start") { Index = 0, ContentBlock = new TextBlock("text", "") }).ConfigureAwait(false);
            }
            if (piece.Text.Length > 0)
                await SendAsync("content_block_delta", new MessageEvent("content_block_delta") { Index = 0, Delta = new MessageDelta { Type = "text_delta", Text = piece.Text } }).ConfigureAwait(false);
            if (piece.Statistics is null)
                continue;
            await SendAsync("content_block_stop", new MessageEvent("content_block_stop") { Index = 0 }).ConfigureAwait(false);
            await SendAsync("message_delta", new MessageEvent("message_delta") { Delta = new MessageDelta { StopReason = ReasonOf(piece) }, Usage = UsageOf(context, piece) }).ConfigureAwait(false);
            await SendAsync("message_stop", new MessageEvent("message_stop")).ConfigureAwait(false);
        }

        Task SendAsync(string name, MessageEvent value) => JsonAnswer.EventAsync(context, value, AnthropicContext.Default.MessageEvent, name);
    }

    private static MessageAnswer NewMessage(ServedModel model) => new(AnswerParts.NewId("msg_"), "message", "assistant", model.Name, [], null, null, new MessageUsage(0, 0, 0));

    private static MessageUsage UsageOf(HttpContext context, GeneratedPiece last)
    {
        var figures = last.Statistics!;
        AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
        return new MessageUsage(figures.PromptTokens - figures.ReusedTokens, figures.GeneratedTokens, figures.ReusedTokens);
    }

    /// <summary>Which stop text it was is not told: end_turn stands for both.</summary>
    private static string ReasonOf(GeneratedPiece last) => last.FinishReason switch
    {
        FinishReason.Length or FinishReason.Context => "max_tokens",
        _ => "end_turn",
    };

    private static Request Read(RequestFields fields, ServedModel model)
    {
        model.Require(fields.Text("model"));
        fields.RefuseTools();
        if (fields.Object("thinking")?.Text("type") is { } thinking and not "disabled")
            throw RequestException.Unsupported("thinking", $"'{thinking}'", "'disabled'", "this server does not tell thoughts apart");
        var options = new GenerationOptions
        {
            MaxTokens = fields.Count("max_tokens", 1, int.MaxValue) ?? throw fields.Wrong("max_tokens", "a whole number of 1 or more"),
            Temperature = fields.Number("temperature", 0, 1),
            TopP = fields.Number("top_p", 0, 1),
            TopK = fields.Count("top_k", 0, int.MaxValue),
            Stop = fields.Stops("stop_sequences"),
            Form = AnswerForms.OfFormat(fields.Object("output_config")?.Object("format") ?? fields.Object("output_format")),
        };
        return new Request(ReadMessages(fields), options, fields.Flag("stream") ?? false);
    }

    private static List<ChatMessage> ReadMessages(RequestFields fields)
    {
        var messages = new List<ChatMessage>();
        if (fields.Any("system") is not null)
            messages.Add(new ChatMessage("system", TextOf(fields, "system")));
        var given = fields.Objects("messages") ?? throw fields.Wrong("messages", "an array of messages");
        if (given.Count == 0)
            throw fields.Wrong("messages", "at least one message");
        foreach (var message in given)
        {
            var role = message.RequiredText("role");
            if (role is not ("user" or "assistant"))
                throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "user or assistant", "system texts go into system");
            messages.Add(new ChatMessage(role, TextOf(message, "content")));
        }
        return messages;
    }

    private static string TextOf(RequestFields fields, string name)
    {
        if (fields.Any(name) is not { ValueKind: JsonValueKind.Array })
            return fields.RequiredText(name);
        var text = new StringBuilder();
        foreach (var block in fields.Objects(name)!)
        {
            if (block.RequiredText("type") != "text")
                throw RequestException.Unsupported(block.PlaceOf("type"), "a block of another kind", "text", "this model reads text only");
            text.Append(block.RequiredText("text"));
        }
        return text.ToString();
    }
}
