using System.CommandLine;
using System.Diagnostics;
using System.Text;

namespace Temoto.Cli;

/// <summary><c>temoto chat MODEL</c>: a conversation with history. The cache keeps what was said, so an answer starts after the new message only.</summary>
internal static class ChatCommand
{
    private const string Help = """
        /help            this list
        /clear           forget the conversation
        /system TEXT     set the system message and forget the conversation
        /exit            leave (also Ctrl-D)
        A line that ends in \ goes on in the next line. Ctrl-C stops an answer.
        """;

    public static Command Create(Interrupts interrupts)
    {
        var command = new Command("chat", "Talk with a model\n\nExample: temoto chat demo");
        var model = new ModelChoice();
        var generation = new GenerationChoice();
        model.AddTo(command, json: false);
        generation.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loaded = model.Load(parsed);
            if (!loaded.HasChatTemplate)
                throw new InputException(loaded.Info.Path, null, "no chat template", "a chat model", "use 'temoto run --raw' for plain continuation");
            using var session = loaded.CreateSession();
            var options = generation.Options(parsed);
            var system = parsed.GetValue(generation.System);
            var messages = new List<ChatMessage>();
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            await using var output = StandardOutput.Open(autoFlush: true);
            if (!Console.IsInputRedirected)
                await Console.Error.WriteLineAsync("Type a message; /help lists the commands.");
            while (await ReadMessageAsync(input, cancellation) is { } text)
            {
                if (text.Length == 0)
                    continue;
                if (text[0] == '/')
                {
                    if (text is "/exit" or "/quit")
                        break;
                    system = Obey(text, system, messages);
                    continue;
                }
                messages.Add(new ChatMessage("user", text));
                try
                {
                    var answer = await AnswerAsync(loaded, session, system, messages, options, output, interrupts);
                    messages.Add(new ChatMessage("assistant", answer));
                }
                catch (InputException error)
                {
                    // The conversation outgrew the context, or the template refused the message: the rest of it is kept.
                    messages.RemoveAt(messages.Count - 1);
                    await Console.Error.WriteLineAsync($"temoto: {error.Message} (/clear forgets the conversation)");
                }
            }
            return 0;
        });
        return command;
    }

    private static string? Obey(string text, string? system, List<ChatMessage> messages)
    {
        if (text == "/clear")
        {
            messages.Clear();
        }
        else if (text.StartsWith("/system", StringComparison.Ordinal))
        {
            messages.Clear();
            system = text["/system".Length..].Trim();
            return system.Length == 0 ? null : system;
        }
        else
        {
            Console.Error.WriteLine(Help);
        }
        return system;
    }

    /// <summary>Prints the answer as it comes. Ctrl-C ends the answer; what was said of it stays in the conversation.</summary>
    private static async Task<string> AnswerAsync(LanguageModel model, Session session, string? system, List<ChatMessage> messages, GenerationOptions options, TextWriter output, Interrupts interrupts)
    {
        var start = Stopwatch.GetTimestamp();
        var prompt = model.EncodeChat(system is null ? messages : [new ChatMessage("system", system), .. messages]);
        var answer = new StringBuilder();
        var whole = await interrupts.RunScopeAsync(async cancellation =>
        {
            foreach (var piece in session.Generate(prompt, options, start, cancellation))
            {
                answer.Append(piece);
                await output.WriteAsync(piece);
            }
        });
        await output.WriteLineAsync(whole ? "" : " [interrupted]");
        await Console.Error.WriteLineAsync(Figures.Line(session.Statistics));
        return answer.ToString();
    }

    private static async Task<string?> ReadMessageAsync(StreamReader input, CancellationToken cancellation)
    {
        var message = new StringBuilder();
        while (true)
        {
            if (!Console.IsInputRedirected)
                await Console.Error.WriteAsync(message.Length == 0 ? "> " : ". ");
            // A read from a terminal cannot be cancelled; waiting for it can.
            var line = await Task.Run(input.ReadLine, cancellation).WaitAsync(cancellation);
            if (line is null)
                return message.Length == 0 ? null : message.ToString();
            if (!line.EndsWith('\\'))
                return message.Append(line).ToString();
            message.Append(line, 0, line.Length - 1).Append('\n');
        }
    }
}
