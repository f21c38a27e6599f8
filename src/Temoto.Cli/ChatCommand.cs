using System.CommandLine;
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
        model.AddTo(command);
        generation.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loaded = model.Load(parsed);
            using var session = loaded.CreateSession();
            var options = generation.Options(parsed);
            var system = parsed.GetValue(generation.System);
            var messages = new List<ChatMessage>();
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
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
                var answer = await AnswerAsync(loaded, session, system, messages, options, output, interrupts);
                messages.Add(new ChatMessage("assistant", answer));
                await Console.Error.WriteLineAsync(Figures.Line(session.Statistics));
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
    private static async Task<string> AnswerAsync(LanguageModel model, Session session, string? system, List<ChatMessage> messages, GenerationOptions options, StreamWriter output, Interrupts interrupts)
    {
        var conversation = system is null ? messages : [new ChatMessage("system", system), .. messages];
        var answer = new StringBuilder();
        using var scope = interrupts.OpenScope();
        try
        {
            foreach (var piece in session.Generate(model.EncodeChat(conversation), options, scope.Token))
            {
                answer.Append(piece);
                await output.WriteAsync(piece);
            }
        }
        catch (OperationCanceledException) when (!interrupts.Token.IsCancellationRequested)
        {
            // The answer was interrupted, not the program.
        }
        finally
        {
            interrupts.CloseScope();
        }
        await output.WriteLineAsync();
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
