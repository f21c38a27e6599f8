using System.CommandLine;
using System.Reflection;
using Temoto.Cli.Doctor;

namespace Temoto.Cli;

/// <summary>
/// The <c>temoto</c> command. Exit codes: 0 done, 1 the work failed, 2 bad usage or bad input, 130 interrupted.
/// </summary>
internal static class CommandLine
{
    public const int WorkFailed = 1;
    private const int BadInput = 2;
    public const int Interrupted = 130;

    /// <summary>Of this program, without the commit.</summary>
    public static string Version { get; } = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Shared by every verb: the stack trace behind an error.</summary>
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the stack trace of an error", Recursive = true };

    public static async Task<int> RunAsync(string[] args)
    {
        StandardOutput.Guard();
        StandardError.Guard();
        using var interrupts = new Interrupts();
        var root = CreateRoot(interrupts, args.Length > 0 ? args[0] : null);
        // A prompt may begin with @: arguments are never read from response files.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"temoto: {UsageLine.Of(root, parsed)}");
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
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or PathTooLongException)
        {
            return await FailAsync(error, UnusablePath(error), BadInput, parsed.GetValue(Verbose));
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return await FailAsync(error, error.Message.ReplaceLineEndings(" "), WorkFailed, parsed.GetValue(Verbose));
        }
        catch (Exception error)
        {
            return await FailAsync(error, $"unexpected {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} (run again with --verbose and report it)", WorkFailed, parsed.GetValue(Verbose));
        }
    }

    /// <summary>The verbs, in the order of the help.</summary>
    private static readonly Verb[] Verbs =
    [
        new("run", _ => RunCommand.Create()),
        new("chat", ChatCommand.Create),
        new("serve", _ => ServeCommand.Create()),
        new("mcp", _ => McpCommand.Create()),
        new("pull", _ => PullCommand.Create()),
        new("list", _ => ListCommand.Create()),
        new("rm", _ => RmCommand.Create()),
        new("pack", _ => PackCommand.Create()),
        new("inspect", _ => InspectCommand.Create()),
        new("tokenize", _ => TokenizeCommand.Create()),
        new("logits", _ => LogitsCommand.Create()),
        new("embed", _ => EmbedCommand.Create()),
        new("eval", _ => EvalCommand.Create()),
        new("bench", _ => BenchCommand.Create()),
        new("plan", _ => PlanCommand.Create()),
        new("simulate", _ => SimulateCommand.Create()),
        new("doctor", _ => DoctorCommand.Create()),
        new("completion", _ => CompletionCommand.Create()),
    ];

    /// <param name="first">The first argument. Where it is a verb, no other is made: a run waits for neither the options of eighteen commands nor what they show in their help.</param>
    internal static RootCommand CreateRoot(Interrupts interrupts, string? first = null)
    {
        var root = new RootCommand("Runs language models on small machines by moving less data.\n\nExample: temoto run demo -p \"What are you?\"");
        var only = Array.Find(Verbs, verb => verb.Name == first);
        foreach (var verb in Verbs)
        {
            if (only is null || verb == only)
                root.Subcommands.Add(verb.Create(interrupts));
        }
        root.Options.Add(Verbose);
        Completions.AddTo(root);
        return root;
    }

    /// <param name="Name">The name that its command has, known before the command is made.</param>
    private sealed record Verb(string Name, Func<Interrupts, Command> Create);

    /// <summary>A path that nothing nearer to its use has judged; the system's message has it between quotation marks.</summary>
    private static string UnusablePath(Exception error)
    {
        var (first, last) = (error.Message.IndexOf('\''), error.Message.LastIndexOf('\''));
        var path = last > first ? error.Message[(first + 1)..last] : "file";
        return new InputException(path, null, FileFailure.Of(path, error), "a file or folder that can be used", "check the path and its permissions").Message;
    }

    private static async Task<int> FailAsync(Exception error, string line, int exitCode, bool verbose)
    {
        await Console.Error.WriteLineAsync($"temoto: {line}");
        if (verbose)
            await Console.Error.WriteLineAsync(error.ToString());
        return exitCode;
    }
}
