using System.Diagnostics;

namespace Temoto.Tests;

/// <summary>
/// Runs the independent implementations of tests/oracle. Where one is not installed the calling test skips and says why;
/// with CI=true it fails instead (tests/oracle/install has run there).
/// </summary>
internal static class Oracle
{
    private static readonly Lazy<string?> PythonPath = new(() => FindPython("numpy, jinja2"));
    private static readonly Lazy<string?> PillowPath = new(() => FindPython("numpy, PIL.Image"));

    /// <summary>tests/oracle in the checkout.</summary>
    public static string Folder => Path.Combine(RepositoryPaths.Root, "tests", "oracle");

    private static bool MustExist => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Runs a Node script of tests/oracle; returns its standard output.</summary>
    public static string Node(string script, string standardInput, params string[] arguments)
    {
        Require(Directory.Exists(Path.Combine(Folder, "node_modules", "@huggingface", "tokenizers")), "the npm packages of tests/oracle");
        return Run("node", [Path.Combine(Folder, script), .. arguments], standardInput);
    }

    /// <summary>Runs a Python script of tests/oracle with Debian's Python (numpy, jinja2); returns its standard output.</summary>
    public static string Python(string script, string standardInput, params string[] arguments)
    {
        Require(PythonPath.Value is not null, "python3 with numpy and jinja2");
        return Run(PythonPath.Value!, [Path.Combine(Folder, script), .. arguments], standardInput);
    }

    /// <summary>Runs a Python script of tests/oracle that needs numpy and Pillow; returns its standard output.</summary>
    public static string Pillow(string script, string standardInput, params string[] arguments)
    {
        Require(PillowPath.Value is not null, "python3 with numpy and Pillow");
        return Run(PillowPath.Value!, [Path.Combine(Folder, script), .. arguments], standardInput);
    }

    /// <summary>Skips the calling test, or fails it with CI=true, unless <paramref name="present"/>.</summary>
    public static void Require(bool present, string what)
    {
        if (present)
            return;
        var reason = $"oracle missing: {what} (run tests/oracle/install)";
        Assert.False(MustExist, reason);
        Assert.Skip(reason);
    }

    private static string? FindPython(string modules)
    {
        foreach (var candidate in new[] { "/usr/bin/python3", "python3" })
        {
            try
            {
                Run(candidate, ["-c", $"import {modules}"], "");
                return candidate;
            }
            catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // Try the next interpreter; null below means that none has the modules.
            }
        }
        return null;
    }

    /// <summary>Runs a program to its end; throws with its standard error when it fails.</summary>
    public static string Run(string program, IReadOnlyList<string> arguments, string standardInput)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            WorkingDirectory = Folder,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(standardInput);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }
}
