using System.Diagnostics;

namespace Temoto.Tests;

/// <summary>A program run to its end: what it wrote, and how it ended.</summary>
internal static class ProcessRun
{
    public static (int ExitCode, string Output, string Errors) Of(string program, params string[] arguments) => Of(new ProcessStartInfo(program, arguments));

    public static (int ExitCode, string Output, string Errors) Of(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
