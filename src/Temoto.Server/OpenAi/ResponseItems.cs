using System.Text;

namespace Temoto.Server.OpenAi;

/// <summary>The items of a response, one after the other as the parts of the answer come, with the events that tell of them.</summary>
/// <param name="send">Takes an event's type and what stands in it.</param>
internal sealed class ResponseItems(Func<string, Func<ResponseEvent, ResponseEvent>, Task> send)
{
    private readonly List<OutputItem> done = [];
    private readonly StringBuilder text = new();

    /// <summary>The item at hand; null between two.</summary>
    private OutputItem? open;

    /// <summary>Those that have ended; what a stream has told of a call that is none is one of them.</summary>
    public IReadOnlyList<OutputItem> Done => done;

    /// <summary>Those of an answer that is not streamed: what is no call is text alone.</summary>
    public IReadOnlyList<OutputItem> Whole => [.. done.Where(item => item is not { Type: "function_call", Status: "incomplete" })];

    public Task TakeAsync(AnswerPart part) => part.Kind switch
    {
        AnswerPartKind.Text => WriteAsync("message", part.Text),
        AnswerPartKind.Reasoning => WriteAsync("reasoning", part.Text),
        AnswerPartKind.CallBegins => BeginAsync(NewCall(part)),
        AnswerPartKind.CallArguments => WriteAsync("function_call", part.Text),
        AnswerPartKind.CallEnds => EndOpenAsync("completed"),
        AnswerPartKind.CallFails => GiveBackAsync(part.Text),
        _ => Task.CompletedTask,
    };

    /// <summary>Ends the answer; one of nothing is an empty message.</summary>
    public async Task EndAsync(string status)
    {
        if (open is null && done.Count == 0)
            await BeginAsync(NewText("message")).ConfigureAwait(false);
        await EndOpenAsync(status).ConfigureAwait(false);
    }

    private async Task GiveBackAsync(string whole)
    {
        await EndOpenAsync("incomplete").ConfigureAwait(false);
        await WriteAsync("message", whole).ConfigureAwait(false);
    }

    private async Task WriteAsync(string type, string piece)
    {
        if (open?.Type != type)
            await BeginAsync(NewText(type)).ConfigureAwait(false);
        text.Append(piece);
        await send($"response.{Part(type)}.delta", value => Place(value) with { Delta = piece, Logprobs = type == "message" ? [] : null }).ConfigureAwait(false);
    }

    private async Task BeginAsync(OutputItem item)
    {
        await EndOpenAsync("completed").ConfigureAwait(false);
        open = item;
        text.Clear();
        await send("response.output_item.added", value => value with { OutputIndex = done.Count, Item = item }).ConfigureAwait(false);
        if (ContentOf(item.Type, "") is { } part)
            await send("response.content_part.added", value => Place(value) with { Part = part }).ConfigureAwait(false);
    }

    private async Task EndOpenAsync(string status)
    {
        if (open is not { } item)
            return;
        var whole = text.ToString();
        item = item with { Status = status, Content = ContentOf(item.Type, whole) is { } content ? [content] : null, Arguments = item.Type == "function_call" ? whole : null };
        await send($"response.{Part(item.Type)}.done", value => item.Type == "function_call"
            ? Place(value) with { Name = item.Name, Arguments = whole }
            : Place(value) with { Text = whole, Logprobs = item.Type == "message" ? [] : null }).ConfigureAwait(false);
        if (item.Content is [var part])
            await send("response.content_part.done", value => Place(value) with { Part = part }).ConfigureAwait(false);
        await send("response.output_item.done", value => value with { OutputIndex = done.Count, Item = item }).ConfigureAwait(false);
        done.Add(item);
        open = null;
    }

    private ResponseEvent Place(ResponseEvent value) => value with { ItemId = open!.Id, OutputIndex = done.Count, ContentIndex = open.Type == "function_call" ? null : 0 };

    private static string Part(string type) => type switch
    {
        "message" => "output_text",
        "reasoning" => "reasoning_text",
        _ => "function_call_arguments",
    };

    private static OutputText? ContentOf(string type, string text) => type switch
    {
        "message" => OutputText.Of(text),
        "reasoning" => OutputText.OfThoughts(text),
        _ => null,
    };

    private static OutputItem NewText(string type) => type == "message"
        ? new OutputItem(AnswerParts.NewId("msg_"), type, "in_progress") { Role = "assistant", Content = [] }
        : new OutputItem(AnswerParts.NewId("rs_"), type, "in_progress") { Summary = [], Content = [] };

    private static OutputItem NewCall(AnswerPart part) =>
        new(AnswerParts.NewId("fc_"), "function_call", "in_progress") { CallId = part.CallId, Name = part.CallName, Arguments = "" };
}
