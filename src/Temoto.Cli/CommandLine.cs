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
        var root = CreateRoot(interrupts);
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

    internal static RootCommand CreateRoot(Interrupts interrupts)
    {
        var root = new RootCommand("Runs language models on small machines by moving less data.\n\nExample: temoto run demo -p \"What are you?\"")
        {
            RunCommand.Create(),
            ChatCommand.Create(interrupts),
            ServeCommand.Create(),
            McpCommand.Create(),
            PullCommand.Create(),
            ListCommand.Create(),
            RmCommand.Create(),
            PackCommand.Create(),
            InspectCommand.Create(),
            TokenizeCommand.Create(),
            LogitsCommand.Create(),
            EmbedCommand.Create(),
            EvalCommand.Create(),
            BenchCommand.Create(),
            PlanCommand.Create(),
            SimulateCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Options.Add(Verbose);
        Completions.AddTo(root);
        return root;
    }

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
