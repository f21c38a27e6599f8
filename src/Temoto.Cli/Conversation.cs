using System.Diagnostics;
using System.Text;
using Temoto.Generation;

namespace Temoto.Cli;

/// <summary>What was said in a chat, kept within the context by the rule of <see cref="ConversationWindow"/>. Notes about it go to stderr.</summary>
internal sealed class Conversation(LanguageModel model, Session session, GenerationOptions options, string? system)
{
    private readonly List<ChatMessage> messages = SystemMessage(system);

    private int ContextTokens => model.Info.ContextTokens;

    /// <summary>Forgets what was said; the system message stays.</summary>
    public void Clear() => messages.RemoveAll(message => message.Role != "system");

    /// <summary>Forgets everything and begins again with another system message, or none.</summary>
    public void BeginWith(string? system)
    {
        messages.Clear();
        messages.AddRange(SystemMessage(system));
    }

    /// <summary>One line: how full the context is.</summary>
    public string Occupancy()
    {
        var turns = messages.Count(message => message.Role == "user");
        // Templates may refuse a conversation without a user's message.
        var tokens = turns == 0 ? 0 : model.EncodeChat(messages).Length;
        return $"[context: {tokens} of {ContextTokens} tokens, {Turns(turns)}]";
    }

    /// <summary>
    /// Prints the answer as it comes. Ctrl-C ends the answer; what was said of it stays in the conversation. A message that cannot be answered (it does
    /// not fit, the template refuses it) is taken back; the rest is kept.
    /// </summary>
    public async Task AnswerAsync(string text, TextWriter output, Interrupts interrupts)
    {
        var start = Stopwatch.GetTimestamp();
        var window = await FitAsync(text);
        if (window is null)
            return;
        var answer = new StringBuilder();
        try
        {
            var whole = await interrupts.RunScopeAsync(async cancellation =>
            {
                foreach (var piece in session.Generate(window.Prompt, options, start, cancellation))
                {
                    answer.Append(piece);
                    await output.WriteAsync(piece);
                }
            });
            await output.WriteLineAsync(whole ? "" : " [interrupted]");
        }
        catch (InputException error)
        {
            await SayAsync($"temoto: {OptionNames.In(error.Message)}");
            return;
        }
        messages.Clear();
        messages.AddRange(window.Messages);
        messages.Add(new ChatMessage("assistant", answer.ToString()));
        await SayAsync(Figures.Line(session.Statistics));
        if (WhyCutOff(session.Statistics.FinishReason) is { } reason)
            await SayAsync(reason);
    }

    /// <summary>The prompt with as many turns as fit; null, after saying why, where the message cannot be answered.</summary>
    private async Task<ConversationWindow?> FitAsync(string text)
    {
        try
        {
            var room = ConversationWindow.AnswerRoomTokens(options.MaxTokens, ContextTokens);
            var window = ConversationWindow.Fit([.. messages, new ChatMessage("user", text)], model.EncodeChat, ContextTokens, room);
            if (window.Prompt.Length >= ContextTokens)
                throw TooLong(window);
            if (window.DroppedTurns > 0)
                await SayAsync($"[the context of {ContextTokens} tokens is full: forgot the oldest {Turns(window.DroppedTurns)}; /clear forgets all]");
            return window;
        }
        catch (InputException error)
        {
            await SayAsync($"temoto: {OptionNames.In(error.Message)}");
            return null;
        }
    }

    private InputException TooLong(ConversationWindow window)
    {
        var beside = window.Messages[0].Role == "system" ? " with the system message" : "";
        var limit = model.Engine.Config.MaxPositionEmbeddings;
        var next = limit > ContextTokens ? $"shorten it, or start again with a larger --context (this model: up to {limit})" : "shorten it";
        return new InputException("message", null, $"{window.Prompt.Length} tokens{beside}", $"fewer than the context of {ContextTokens}", next);
    }

    private string? WhyCutOff(FinishReason reason) => reason switch
    {
        FinishReason.Context => $"[cut off: the context of {ContextTokens} tokens is full; the next message drops the oldest turns, /clear forgets all]",
        FinishReason.Length => $"[cut off after --max-tokens {options.MaxTokens}]",
        _ => null,
    };

    private static List<ChatMessage> SystemMessage(string? system) => system is null ? [] : [new ChatMessage("system", system)];

    private static string Turns(int count) => count == 1 ? "1 turn" : $"{count} turns";

    private static Task SayAsync(string line) => Console.Error.WriteLineAsync(line);
}
