using System.CommandLine;
using Temoto.Cli.Mcp;

namespace Temoto.Cli;

/// <summary><c>temoto mcp MODEL</c>: a model as tools of the Model Context Protocol, on stdin and stdout.</summary>
internal static class McpCommand
{
    private const string Description = """
        Offer a model as tools to programs that speak the Model Context Protocol

        Example: temoto mcp demo

        A client starts it and talks on stdin and stdout; notes go to stderr. Tools: ask (one question), chat (a conversation), both with a JSON schema that the answer is held to if you like; count_tokens; and simulate (how fast the model, or a shape, would be on a board). It ends when stdin does.
        """;

    public static Command Create()
    {
        var command = new Command("mcp", Description);
        var model = new ModelChoice();
        var maxTokens = new Option<int>("--max-tokens", "-n") { Description = "Most tokens of an answer whose call does not say", HelpName = "N", DefaultValueFactory = _ => new GenerationOptions().MaxTokens };
        var parallel = new Option<int?>("--parallel") { Description = "Answers at a time, 1 to 64; other calls wait (default: up to 4, as memory allows)", HelpName = "N" };
        maxTokens.Within(1, int.MaxValue);
        parallel.Within(1, RunCommand.MostSessions);
        model.AddTo(command, json: false);
        command.Options.Add(maxTokens);
        command.Options.Add(parallel);
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = parsed.GetRequiredValue(model.Model);
            using var loaded = model.Load(parsed, parsed.GetValue(parallel), cancellation);
            if (!loaded.HasChatTemplate)
                throw new InputException(given, null, "no chat template", "a model that answers questions", "continue texts with 'temoto run MODEL --raw'");
            if (!Console.IsInputRedirected)
                await Console.Error.WriteLineAsync("note: this waits for a program that speaks the Model Context Protocol on stdin; Ctrl-C ends it");
            await ToolServer.RunAsync(loaded, ServeCommand.NameOf(given), parsed.GetValue(maxTokens), parsed.GetValue(parallel), cancellation);
            return 0;
        });
        return command;
    }
}
