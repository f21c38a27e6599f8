using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Generation.Tools;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/responses</c>: one answer, of text, thoughts and calls. Nothing is stored: each request carries the whole conversation.</summary>
internal static class Responses
{
    private sealed record Request(string? Instructions, IReadOnlyList<ChatMessage> Messages, int? MostTokens, GenerationOptions Options, bool Stream)
    {
        public required ChatOptions Chat { get; init; }

        /// <summary>As they stand in the request: the answer repeats them.</summary>
        public required JsonElement ToolChoice { get; init; }

        public required JsonElement Tools { get; init; }
    }

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, Read).ConfigureAwait(false);
        var prompt = model.Prompt(request.Messages, request.Chat);
        using var group = model.Submit(context, [model.Request(prompt, request.Options)]);
        var empty = new ResponseDocument
        {
            Id = AnswerParts.NewId("resp_"),
            CreatedAt = AnswerParts.Now(),
            Status = "in_progress",
            Instructions = request.Instructions,
            MaxOutputTokens = request.MostTokens,
            Model = model.Name,
            Temperature = request.Options.Temperature,
            TopP = request.Options.TopP,
            ParallelToolCalls = request.Chat.ParallelToolCalls,
            ToolChoice = request.ToolChoice,
            Tools = request.Tools,
        };
        await AnswerAsync(context, empty, prompt, request.Stream, group).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, ResponseDocument empty, ChatPrompt prompt, bool streams, GenerationGroup group)
    {
        var (sequence, answer) = (0, new AnswerReader(prompt.NewParser()));
        var items = new ResponseItems(SendAsync);
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            if (sequence == 0)
            {
                await SendAsync("response.created", value => value with { Response = empty }).ConfigureAwait(false);
                await SendAsync("response.in_progress", value => value with { Response = empty }).ConfigureAwait(false);
            }
            foreach (var part in answer.Read(piece))
                await items.TakeAsync(part).ConfigureAwait(false);
        }
        await items.EndAsync(StatusOf(answer.Last!)).ConfigureAwait(false);
        var ended = Ended(context, empty, streams ? items.Done : items.Whole, answer);
        await SendAsync($"response.{ended.Status}", value => value with { Response = ended }).ConfigureAwait(false);
        if (!streams)
            await JsonAnswer.WriteAsync(context, ended, OpenAiContext.Default.ResponseDocument).ConfigureAwait(false);

        Task SendAsync(string type, Func<ResponseEvent, ResponseEvent> with)
        {
            var value = with(new ResponseEvent(type, sequence++));
            return streams ? JsonAnswer.EventAsync(context, value, OpenAiContext.Default.ResponseEvent, type) : Task.CompletedTask;
        }
    }

    private static string StatusOf(GeneratedPiece last) => last.FinishReason == FinishReason.Stop ? "completed" : "incomplete";

    private static ResponseDocument Ended(HttpContext context, ResponseDocument empty, IReadOnlyList<OutputItem> output, AnswerReader answer)
    {
        var (last, figures) = (answer.Last!, answer.Last!.Statistics!);
        AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
        return empty with
        {
            Status = StatusOf(last),
            IncompleteDetails = last.FinishReason == FinishReason.Stop ? null : new IncompleteDetails("max_output_tokens"),
            Output = output,
            Usage = new ResponseUsage(
                figures.PromptTokens,
                new InputTokensDetails(figures.ReusedTokens),
                figures.GeneratedTokens,
                new CompletionTokensDetails(answer.ReasoningTokens),
                figures.PromptTokens + figures.GeneratedTokens),
        };
    }

    private static Request Read(RequestFields fields)
    {
        RefuseWhatIsNotHere(fields);
        var instructions = fields.Text("instructions");
        var messages = new List<ChatMessage>();
        if (instructions is not null)
            messages.Add(new ChatMessage("system", instructions));
        if (fields.Any("input") is { ValueKind: JsonValueKind.String })
            messages.Add(new ChatMessage("user", fields.RequiredText("input")));
        else
            ReadItems(fields.Objects("input") ?? throw fields.Wrong("input", "a text, or an array of items"), messages);
        var most = fields.Count("max_output_tokens", 1, int.MaxValue);
        var options = new GenerationOptions { MaxTokens = most ?? int.MaxValue, Temperature = fields.Number("temperature", 0, 2), TopP = fields.Number("top_p", 0, 1), Form = AnswerForms.OfFormat(fields.Object("text")?.Object("format")) };
        return new Request(instructions, messages, most, options, fields.Flag("stream") ?? false)
        {
            Chat = ToolFields.Checked(new ChatOptions
            {
                Tools = ToolFields.ReadFlat(fields),
                ToolChoice = ChatRequest.ReadChoice(fields, choice => choice),
                ParallelToolCalls = fields.Flag("parallel_tool_calls") ?? true,
            }),
            ToolChoice = fields.Kept("tool_choice") ?? JsonElement.Parse("\"auto\""),
            Tools = fields.Kept("tools") ?? JsonElement.Parse("[]"),
        };
    }

    /// <summary>Items of a conversation. Thoughts, text and calls of one answer are items of their own, and one message here.</summary>
    private static void ReadItems(IReadOnlyList<RequestFields> items, List<ChatMessage> messages)
    {
        string? thoughts = null;
        foreach (var item in items)
        {
            switch (item.Text("type"))
            {
                case null or "message":
                    var message = ChatRequest.ReadMessage(item);
                    messages.Add(message.Role == "assistant" ? message with { Reasoning = thoughts } : message);
                    thoughts = null;
                    break;
                case "function_call":
                    var call = new ToolCall(item.RequiredText("call_id"), ToolFields.Name(item), ToolFields.Arguments(item, "arguments"));
                    if (messages is not [.., { Role: "assistant" } last])
                        messages.Add(last = new ChatMessage("assistant", "") { Reasoning = thoughts });
                    messages[^1] = last with { ToolCalls = [.. last.ToolCalls, call] };
                    thoughts = null;
                    break;
                case "function_call_output":
                    messages.Add(new ChatMessage("tool", ChatRequest.ContentOf(item, "output")) { ToolCallId = item.RequiredText("call_id") });
                    break;
                case "reasoning":
                    thoughts = string.Concat((item.Objects("content") ?? []).Select(part => part.Text("text")));
                    thoughts = thoughts.Length == 0 ? null : thoughts;
                    break;
                case "item_reference":
                    throw RequestException.Unsupported(item.PlaceOf("type"), "the id of an earlier item", "the item itself", "this server stores nothing; send \"store\": false, with the AI SDK providerOptions: { openai: { store: false } }");
                default:
                    throw RequestException.Unsupported(item.PlaceOf("type"), "an item of another kind", "message, reasoning, function_call or function_call_output", "this server runs no tools and stores nothing");
            }
        }
    }

    private static void RefuseWhatIsNotHere(RequestFields fields)
    {
        if (fields.Any("previous_response_id") is not null || fields.Any("conversation") is not null)
            throw RequestException.Unsupported("previous_response_id", "an earlier response", "the whole conversation in input", "this server stores no responses");
        if (fields.Flag("background") == true)
            throw RequestException.Unsupported("background", "true", "false", "this server answers at once");
    }
}
