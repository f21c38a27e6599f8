using System.Diagnostics;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>The <c>./temoto</c> script of a clone, with a <c>dotnet</c> of ours that builds nothing.</summary>
public sealed class TemotoScriptTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TemotoScriptTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs a shell script");
        var script = folder.File("temoto");
        File.Copy(Path.Combine(RepositoryPaths.Root, "temoto"), script);
        Directory.CreateDirectory(folder.File("src"));
        Directory.CreateDirectory(folder.File("bin"));
    }

    public void Dispose() => folder.Dispose();

    private void Dotnet(string script)
    {
        var cases = $"case $1 in\n{script}\n--list-sdks) echo 10.0.100;;\n*) shift; echo \"ran $*\";;\nesac\n";
        var path = folder.Write(Path.Combine("bin", "dotnet"), $"#!/bin/sh\n{cases}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [folder.File("temoto"), .. arguments]);
        start.Environment["PATH"] = $"{folder.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        return ProcessRun.Of(start);
    }

    [Fact]
    public void TheFirstBuildSaysWhatItDoesAndTheSecondRunNothing()
    {
        Dotnet("publish) mkdir -p \"${0%/bin/dotnet}/artifacts/temoto\"; touch \"${0%/bin/dotnet}/artifacts/temoto/temoto.dll\";;");
        var (exitCode, output, errors) = Run("run", "demo");
        Assert.Equal((0, "ran run demo\n"), (exitCode, output));
        const string line = "temoto: first use: restoring packages and compiling the command; this takes half a minute to three minutes, once\n";
        Assert.StartsWith(line, errors, StringComparison.Ordinal);
        Assert.Matches(@"\ntemoto: built in \d+ s\n$", errors);
        Assert.Equal((0, "ran run demo\n", ""), Run("run", "demo"));
    }

    [Fact]
    public void AFailedBuildShowsWhy()
    {
        Dotnet("publish|build) echo 'error CS0103: nonsense'; exit 1;;");
        var (exitCode, output, errors) = Run("run", "demo");
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains("temoto: the build failed:\nerror CS0103: nonsense\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void CompletionDoesNotWaitForABuild()
    {
        Dotnet("publish|build) exit 1;;");
        Assert.Equal((0, "", ""), Run("[suggest:8]", "temoto t"));
    }
}
