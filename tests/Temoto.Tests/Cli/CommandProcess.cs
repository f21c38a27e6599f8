using System.Diagnostics;
using Temoto.Cli;

namespace Temoto.Tests.Cli;

/// <summary>The command while it runs: for tests that interrupt it or stop reading.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;
    private readonly TaskCompletionSource planned = new();
    private bool left;

    private CommandProcess(Process process)
    {
        this.process = process;
        errors = Task.Run(ReadErrors);
    }

    /// <summary>What it writes.</summary>
    public StreamReader Output => process.StandardOutput;

    /// <summary>What it reads.</summary>
    public StreamWriter Input => process.StandardInput;

    public int Id => process.Id;

    public static CommandProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <param name="environment">Beside that of the tests.</param>
    public static CommandProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => StartIn("", environment, arguments);

    /// <param name="folder">Where it is started; empty for where the tests run.</param>
    /// <param name="environment">Beside that of the tests.</param>
    public static CommandProcess StartIn(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartProgram("dotnet", folder, environment, [typeof(CommandLine).Assembly.Location, .. arguments]);

    /// <summary>The command in another form than the tests have it.</summary>
    public static CommandProcess StartProgram(string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new CommandProcess(Process.Start(start)!);
    }

    /// <summary>Until it is about to load its model.</summary>
    public void AwaitMemoryPlan() => planned.Task.Wait();

    /// <summary>Ctrl-C.</summary>
    public void Interrupt() => Signal("-INT");

    /// <summary>What a supervisor sends.</summary>
    public void Terminate() => Signal("-TERM");

    /// <summary>As the system ends a process that took too much memory: at once, without a word.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Reads no further.</summary>
    public void Leave()
    {
        left = true;
        Output.Close();
    }

    public (int ExitCode, string Output, string Errors) End()
    {
        var output = left ? "" : Output.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [name, process.Id.ToString()]);
        kill.WaitForExit();
    }

    private string ReadErrors()
    {
        var text = "";
        while (process.StandardError.ReadLine() is { } line)
        {
            text += line + "\n";
            if (line.StartsWith("memory:", StringComparison.Ordinal))
                planned.TrySetResult();
        }
        planned.TrySetResult();
        return text;
    }
}
