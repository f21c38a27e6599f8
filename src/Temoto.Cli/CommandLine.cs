using System.CommandLine;

namespace Temoto.Cli;

/// <summary>
/// The <c>temoto</c> command. Exit codes: 0 done, 1 the work failed, 2 bad usage or bad input, 130 interrupted.
/// </summary>
internal static class CommandLine
{
    public const int WorkFailed = 1;
    private const int BadInput = 2;
    public const int Interrupted = 130;

    /// <summary>Shared by every verb: the stack trace behind an error.</summary>
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the stack trace of an error", Recursive = true };

    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupts = new Interrupts();
        var root = CreateRoot(interrupts);
        // A prompt may begin with @: arguments are never read from response files.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"temoto: {UsageError(root, parsed)}");
            return BadInput;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupts.Token);
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception error) when (error is InputException or OptionException)
        {
            return await FailAsync(error, OptionNames.In(error.Message), BadInput, parsed.GetValue(Verbose));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return await FailAsync(error, error.Message.ReplaceLineEndings(" "), WorkFailed, parsed.GetValue(Verbose));
        }
        catch (Exception error)
        {
            return await FailAsync(error, $"unexpected {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} (run again with --verbose and report it)", WorkFailed, parsed.GetValue(Verbose));
        }
    }

    internal static RootCommand CreateRoot(Interrupts interrupts)
    {
        var root = new RootCommand("Runs language models on small machines by moving less data.\n\nExample: temoto run demo -p \"What are you?\"")
        {
            RunCommand.Create(),
            ChatCommand.Create(interrupts),
            PullCommand.Create(),
            PackCommand.Create(),
            InspectCommand.Create(),
            TokenizeCommand.Create(),
            LogitsCommand.Create(),
            EvalCommand.Create(),
            BenchCommand.Create(),
            PlanCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Options.Add(Verbose);
        return root;
    }

    /// <summary>One line: the first thing to mend. An unknown verb is named; the parser itself would only say that one is missing.</summary>
    private static string UsageError(RootCommand root, ParseResult parsed)
    {
        var verb = parsed.CommandResult.Command;
        if (verb == root)
        {
            var found = parsed.UnmatchedTokens is [var first, ..] ? $"'{first}'" : "no verb";
            return $"found {found}; expected one of {string.Join(", ", root.Subcommands.Select(command => command.Name))}; try 'temoto --help'";
        }
        var missing = verb.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 });
        if (missing is not null)
            return $"{verb.Name}: found no {missing.Name}; expected {missing.Description}; try 'temoto {verb.Name} --help'";
        var message = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return $"{verb.Name}: {message}; try 'temoto {verb.Name} --help'";
    }

    private static async Task<int> FailAsync(Exception error, string line, int exitCode, bool verbose)
    {
        await Console.Error.WriteLineAsync($"temoto: {line}");
        if (verbose)
            await Console.Error.WriteLineAsync(error.ToString());
        return exitCode;
    }
}
