using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;
using Temoto.Server.Scheduling;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/responses</c>: one answer of text. Nothing is stored: each request carries the whole conversation.</summary>
internal static class Responses
{
    private sealed record Request(string? Model, string? Instructions, IReadOnlyList<ChatMessage> Messages, int? MostTokens, GenerationOptions Options, bool Stream);

    public static async Task AnswerAsync(HttpContext context, ServedModel model)
    {
        var request = await RequestBody.ReadAsync(context, Read).ConfigureAwait(false);
        model.Require(request.Model);
        using var group = model.Submit(context, [model.Request(model.Prompt(request.Messages), request.Options)]);
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
        };
        if (request.Stream)
            await StreamAsync(context, empty, group).ConfigureAwait(false);
        else
            await WholeAsync(context, empty, group).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, ResponseDocument empty, GenerationGroup group)
    {
        var (text, last) = await group.ReadOneAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, Ended(context, empty, AnswerParts.NewId("msg_"), text, last), OpenAiContext.Default.ResponseDocument).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ResponseDocument empty, GenerationGroup group)
    {
        var (id, sequence, text) = (AnswerParts.NewId("msg_"), 0, new StringBuilder());
        await foreach (var (_, piece) in group.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            if (sequence == 0)
            {
                await SendAsync("response.created", value => value with { Response = empty }).ConfigureAwait(false);
                await SendAsync("response.in_progress", value => value with { Response = empty }).ConfigureAwait(false);
                await SendAsync("response.output_item.added", value => value with { OutputIndex = 0, Item = new OutputMessage(id, "message", "in_progress", "assistant", []) }).ConfigureAwait(false);
                await SendAsync("response.content_part.added", value => Place(value) with { Part = OutputText.Of("") }).ConfigureAwait(false);
            }
            text.Append(piece.Text);
            if (piece.Text.Length > 0)
                await SendAsync("response.output_text.delta", value => Place(value) with { Delta = piece.Text, Logprobs = [] }).ConfigureAwait(false);
            if (piece.Statistics is null)
                continue;
            var ended = Ended(context, empty, id, text.ToString(), piece);
            await SendAsync("response.output_text.done", value => Place(value) with { Text = text.ToString(), Logprobs = [] }).ConfigureAwait(false);
            await SendAsync("response.content_part.done", value => Place(value) with { Part = OutputText.Of(text.ToString()) }).ConfigureAwait(false);
            await SendAsync("response.output_item.done", value => value with { OutputIndex = 0, Item = ended.Output[0] }).ConfigureAwait(false);
            await SendAsync($"response.{ended.Status}", value => value with { Response = ended }).ConfigureAwait(false);
        }

        ResponseEvent Place(ResponseEvent value) => value with { ItemId = id, OutputIndex = 0, ContentIndex = 0 };

        Task SendAsync(string type, Func<ResponseEvent, ResponseEvent> with) =>
            JsonAnswer.EventAsync(context, with(new ResponseEvent(type, sequence++)), OpenAiContext.Default.ResponseEvent, type);
    }

    private static ResponseDocument Ended(HttpContext context, ResponseDocument empty, string id, string text, GeneratedPiece last)
    {
        var figures = last.Statistics!;
        AccessLog.NoteTokens(context, figures.PromptTokens, figures.ReusedTokens, figures.GeneratedTokens);
        var status = last.FinishReason == FinishReason.Stop ? "completed" : "incomplete";
        return empty with
        {
            Status = status,
            IncompleteDetails = last.FinishReason == FinishReason.Stop ? null : new IncompleteDetails("max_output_tokens"),
            Output = [new OutputMessage(id, "message", status, "assistant", [OutputText.Of(text)])],
            Usage = new ResponseUsage(
                figures.PromptTokens,
                new InputTokensDetails(figures.ReusedTokens),
                figures.GeneratedTokens,
                new CompletionTokensDetails(0),
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
            messages.AddRange((fields.Objects("input") ?? throw fields.Wrong("input", "a text, or an array of messages")).Select(ReadItem));
        var most = fields.Count("max_output_tokens", 1, int.MaxValue);
        var options = new GenerationOptions { MaxTokens = most ?? int.MaxValue, Temperature = fields.Number("temperature", 0, 2), TopP = fields.Number("top_p", 0, 1), Form = AnswerForms.OfFormat(fields.Object("text")?.Object("format")) };
        return new Request(fields.Text("model"), instructions, messages, most, options, fields.Flag("stream") ?? false);
    }

    private static ChatMessage ReadItem(RequestFields item)
    {
        if (item.Text("type") is { } type and not "message")
            throw RequestException.Unsupported(item.PlaceOf("type"), "an item of another kind", "message", "this server neither calls tools nor keeps thoughts");
        return ChatRequest.ReadMessage(item);
    }

    private static void RefuseWhatIsNotHere(RequestFields fields)
    {
        fields.RefuseTools();
        if (fields.Any("previous_response_id") is not null || fields.Any("conversation") is not null)
            throw RequestException.Unsupported("previous_response_id", "an earlier response", "the whole conversation in input", "this server stores no responses");
        if (fields.Flag("background") == true)
            throw RequestException.Unsupported("background", "true", "false", "this server answers at once");
    }
}
