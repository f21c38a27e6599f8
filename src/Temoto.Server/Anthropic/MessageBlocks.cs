using System.Text;
using System.Text.Json;

namespace Temoto.Server.Anthropic;

/// <summary>The blocks of an answer, one after the other as its parts come, with the events that tell of them.</summary>
/// <param name="send">Takes an event.</param>
/// <param name="showsThoughts">Whether the request asked for them.</param>
internal sealed class MessageBlocks(Func<MessageEvent, Task> send, bool showsThoughts)
{
    private readonly List<ContentBlock> done = [];
    private readonly StringBuilder text = new();

    /// <summary>The block at hand; null between two.</summary>
    private ContentBlock? open;

    /// <summary>Blocks that have no place in <see cref="Done"/>.</summary>
    private int failed;

    /// <summary>Those that have ended.</summary>
    public IReadOnlyList<ContentBlock> Done => done;

    public Task TakeAsync(AnswerPart part) => part.Kind switch
    {
        AnswerPartKind.Text => WriteAsync("text", part.Text),
        AnswerPartKind.Reasoning when showsThoughts => WriteAsync("thinking", part.Text),
        AnswerPartKind.CallBegins => BeginAsync(new ContentBlock("tool_use") { Id = part.CallId, Name = part.CallName, Input = JsonElement.Parse("{}") }),
        AnswerPartKind.CallArguments => WriteAsync("tool_use", part.Text),
        AnswerPartKind.CallEnds => EndOpenAsync(),
        AnswerPartKind.CallFails => GiveBackAsync(part.Text),
        _ => Task.CompletedTask,
    };

    /// <summary>Ends the answer; one of nothing is an empty text.</summary>
    public async Task EndAsync()
    {
        if (open is null && done.Count == 0)
            await BeginAsync(New("text", "")).ConfigureAwait(false);
        await EndOpenAsync().ConfigureAwait(false);
    }

    /// <summary>What a stream has told of the call cannot be taken back; a whole answer has its text alone.</summary>
    private async Task GiveBackAsync(string whole)
    {
        await EndOpenAsync(fails: true).ConfigureAwait(false);
        await WriteAsync("text", whole).ConfigureAwait(false);
    }

    private async Task WriteAsync(string type, string piece)
    {
        if (open?.Type != type)
            await BeginAsync(New(type, "")).ConfigureAwait(false);
        text.Append(piece);
        await send(new MessageEvent("content_block_delta") { Index = Index, Delta = DeltaOf(type, piece) }).ConfigureAwait(false);
    }

    private async Task BeginAsync(ContentBlock block)
    {
        await EndOpenAsync().ConfigureAwait(false);
        open = block;
        text.Clear();
        await send(new MessageEvent("content_block_start") { Index = Index, ContentBlock = block }).ConfigureAwait(false);
    }

    private async Task EndOpenAsync(bool fails = false)
    {
        if (open is not { } block)
            return;
        await send(new MessageEvent("content_block_stop") { Index = Index }).ConfigureAwait(false);
        failed += fails ? 1 : 0;
        if (!fails)
            done.Add(block.Type == "tool_use" ? block with { Input = JsonElement.Parse(text.ToString()) } : New(block.Type, text.ToString()));
        open = null;
    }

    private int Index => done.Count + failed;

    private static ContentBlock New(string type, string text) => type == "thinking"
        ? new ContentBlock(type) { Thinking = text, Signature = "" }
        : new ContentBlock(type) { Text = text };

    private static MessageDelta DeltaOf(string type, string piece) => type switch
    {
        "text" => new MessageDelta { Type = "text_delta", Text = piece },
        "thinking" => new MessageDelta { Type = "thinking_delta", Thinking = piece },
        _ => new MessageDelta { Type = "input_json_delta", PartialJson = piece },
    };
}
