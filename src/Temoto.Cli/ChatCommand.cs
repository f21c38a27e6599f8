using System.CommandLine;
using Temoto.Cli.LineEditing;

namespace Temoto.Cli;

/// <summary><c>temoto chat MODEL</c>: a conversation with history. The cache keeps what was said, so an answer starts after the new message only.</summary>
internal static class ChatCommand
{
    private const string Help = """
        /help            this list
        /clear           forget the conversation
        /context         say how full the context is
        /system TEXT     set the system message and forget the conversation
        /exit            leave (also Ctrl-D)
        A line that ends in \ goes on in the next line. Ctrl-C stops an answer.
        When the context is full, the oldest turns are forgotten, down to half of it; the system message stays.
        On a terminal: up and down bring back earlier messages; the keys of shells (Ctrl-A, E, K, U, W, Y, Alt-B, F, D) edit; Alt-Enter breaks the line.
        """;

    public static Command Create(Interrupts interrupts)
    {
        var command = new Command("chat", "Talk with a model (/help there lists commands and keys)\n\nExample: temoto chat demo");
        var model = new ModelChoice();
        var generation = new GenerationChoice();
        model.AddTo(command, json: false);
        generation.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loaded = model.Load(parsed, cancellation: cancellation);
            if (!loaded.HasChatTemplate)
                throw new InputException(loaded.Info.Path, null, "no chat template", "a chat model", "use 'temoto run --raw' for plain continuation");
            using var session = loaded.CreateSession();
            var conversation = new Conversation(loaded, session, generation.Options(parsed), parsed.GetValue(generation.System));
            await using var output = StandardOutput.Open(autoFlush: true);
            using var input = Messages(interrupts);
            if (!Console.IsInputRedirected)
                await Console.Error.WriteLineAsync("Type a message; /help lists the commands.");
            while (await input.ReadAsync(cancellation) is { } text and not ("/exit" or "/quit"))
            {
                if (text.StartsWith('/'))
                    Obey(text, conversation);
                else if (text.Length > 0)
                    await conversation.AnswerAsync(text, output, interrupts);
            }
            return 0;
        });
        return command;
    }

    private static IMessageSource Messages(Interrupts interrupts) =>
        TerminalLine.CanEdit() ? new TypedMessages(interrupts) : new PipedMessages();

    private static void Obey(string text, Conversation conversation)
    {
        var (verb, argument) = text.IndexOfAny([' ', '\n', '\t']) is var end and >= 0 ? (text[..end], text[end..].Trim()) : (text, "");
        switch (verb)
        {
            case "/clear":
                conversation.Clear();
                break;
            case "/system":
                conversation.BeginWith(argument.Length == 0 ? null : argument);
                break;
            case "/context":
                Console.Error.WriteLine(conversation.Occupancy());
                break;
            default:
                Console.Error.WriteLine(Help);
                break;
        }
    }
}
