using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Generation.Tools;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.OpenAi;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Anthropic;

/// <summary><c>POST /v1/messages</c> and <c>/v1/messages/count_tokens</c>, as Anthropic's clients speak them.</summary>
internal static class Messages
{
    private sealed record Request(IReadOnlyList<ChatMessage> Messages, ChatOptions Chat, GenerationOptions Options, bool Stream)
    {
        /// <summary>A model may think where nobody asked for it.</summary>
        public bool ShowsThoughts => Chat.Thinking == true;
    }

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, Read).ConfigureAwait(false);
        var prompt = model.Prompt(request.Messages, request.Chat);
        using var group = model.Submit(context, [model.Request(prompt, request.Options)]);
        await AnswerAsync(context, model, request, prompt, group).ConfigureAwait(false);
    }

    public static async Task CountAsync(HttpContext context, ServedModel model)
    {
        var count = await RequestBody.ReadAsync(context, fields => model.Prompt(ReadMessages(fields), ReadChat(fields)).Tokens.Length).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new TokenCount(count), AnthropicContext.Default.TokenCount).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, ServedModel model, Request request, ChatPrompt prompt, GenerationGroup group)
    {
        var begun = false;
        var answer = new AnswerReader(prompt.NewParser("toolu_"));
        var blocks = new MessageBlocks(SendAsync, request.ShowsThoughts);
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            if (!begun)
            {
                begun = true;
                await SendAsync(new MessageEvent("message_start") { Message = NewMessage(model) with { Usage = new MessageUsage(prompt.Tokens.Length, 0, 0) } }).ConfigureAwait(false);
            }
            foreach (var part in answer.Read(piece))
                await blocks.TakeAsync(part).ConfigureAwait(false);
        }
        await blocks.EndAsync().ConfigureAwait(false);
        var (reason, usage) = (ReasonOf(answer), UsageOf(context, answer.Last!));
        await SendAsync(new MessageEvent("message_delta") { Delta = new MessageDelta { StopReason = reason }, Usage = usage }).ConfigureAwait(false);
        await SendAsync(new MessageEvent("message_stop")).ConfigureAwait(false);
        if (!request.Stream)
            await JsonAnswer.WriteAsync(context, NewMessage(model) with { Content = blocks.Done, StopReason = reason, Usage = usage }, AnthropicContext.Default.MessageAnswer).ConfigureAwait(false);

        Task SendAsync(MessageEvent value) => request.Stream ? JsonAnswer.EventAsync(context, value, AnthropicContext.Default.MessageEvent, value.Type) : Task.CompletedTask;
    }

    private static MessageAnswer NewMessage(ServedModel model) => new(AnswerParts.NewId("msg_"), "message", "assistant", model.Name, [], null, null, new MessageUsage(0, 0, 0));

    private static MessageUsage UsageOf(HttpContext context, GeneratedPiece last)
    {
        var figures = last.Statistics!;
        AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
        return new MessageUsage(figures.PromptTokens - figures.ReusedTokens, figures.GeneratedTokens, figures.ReusedTokens);
    }

    /// <summary>Which stop text it was is not told: end_turn stands for both.</summary>
    private static string ReasonOf(AnswerReader answer) => answer.Last!.FinishReason switch
    {
        FinishReason.Length or FinishReason.Context => "max_tokens",
        _ => answer.EndsWithCalls ? "tool_use" : "end_turn",
    };

    private static Request Read(RequestFields fields)
    {
        var options = new GenerationOptions
        {
            MaxTokens = fields.Count("max_tokens", 1, int.MaxValue) ?? throw fields.Wrong("max_tokens", "a whole number of 1 or more"),
            Temperature = fields.Number("temperature", 0, 1),
            TopP = fields.Number("top_p", 0, 1),
            TopK = fields.Count("top_k", 0, int.MaxValue),
            Stop = fields.Stops("stop_sequences"),
            Form = AnswerForms.OfFormat(fields.Object("output_config")?.Object("format") ?? fields.Object("output_format")),
        };
        return new Request(ReadMessages(fields), ReadChat(fields), options, fields.Flag("stream") ?? false);
    }

    /// <summary>Thoughts only where they are asked for, as with Anthropic.</summary>
    private static ChatOptions ReadChat(RequestFields fields)
    {
        var choice = fields.Object("tool_choice");
        return ToolFields.Checked(new ChatOptions
        {
            Tools = ToolFields.ReadWithInput(fields),
            ToolChoice = choice?.RequiredText("type") switch
            {
                null or "auto" => ToolChoice.Auto,
                "none" => ToolChoice.None,
                "any" => ToolChoice.Required,
                "tool" => ToolChoice.Function(ToolFields.Name(choice.Value)),
                _ => throw choice.Value.Wrong("type", "auto, any, tool or none"),
            },
            ParallelToolCalls = !(choice?.Flag("disable_parallel_tool_use") ?? false),
            Thinking = fields.Object("thinking")?.RequiredText("type") is not (null or "disabled"),
        });
    }

    private static List<ChatMessage> ReadMessages(RequestFields fields)
    {
        // What goes on with a conversation that is held elsewhere has only its new messages.
        if (fields.Any("thread") is not null)
            throw AnthropicErrors.NoThreads();
        var messages = new List<ChatMessage>();
        if (fields.Any("system") is not null)
            messages.Add(new ChatMessage("system", ContentBlocks.TextOf(fields, "system")));
        var given = fields.Objects("messages") ?? throw fields.Wrong("messages", "an array of messages");
        if (given.Count == 0)
            throw fields.Wrong("messages", "at least one message");
        foreach (var message in given)
        {
            var role = message.RequiredText("role");
            if (role is not ("user" or "assistant"))
                throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "user or assistant", "system texts go into system");
            if (message.Any("content") is { ValueKind: JsonValueKind.Array })
                messages.AddRange(ContentBlocks.Read(message, role));
            else
                messages.Add(new ChatMessage(role, message.RequiredText("content")));
        }
        return messages;
    }
}
