using System.Net.Http.Json;
using System.Text.Json;
using Temoto.Tests.Cli;
using Temoto.Tests.Formats;
using Temoto.Tests.Server;

namespace Temoto.Tests;

/// <summary>tools/native: the command compiled ahead of time says what it says otherwise.</summary>
public class NativeBuildTests
{
    private static readonly string[] Bench = ["bench", "demo", "-p", "0", "-n", "1", "-r", "1", "--json"];

    private static string Script => Path.Combine(RepositoryPaths.Root, "tools", "native");

    [Fact]
    public void ABadArgumentIsOneLine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs a shell script");
        using var folder = new TemporaryFolder();
        foreach (var arguments in new string[][] { [], ["--help"], [folder.File("out"), "avx2"], [folder.File("out"), "x86-64-v3", "more"] })
        {
            var (exitCode, output, errors) = ProcessRun.Of("bash", [Script, .. arguments]);
            Assert.Equal((2, ""), (exitCode, output));
            Assert.StartsWith("native: found ", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task TheNativeCommandRunsTheSameKernelsAndServes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs a shell script");
        Thoroughness.Require("compiles the command ahead of time");
        using var folder = new TemporaryFolder();
        var (exitCode, output, errors) = ProcessRun.Of("bash", Script, folder.Path);
        Assert.True(exitCode == 0, errors);
        var native = output.TrimEnd('\n');
        Assert.Equal(["models", "temoto"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());

        var (prompt, shown) = ReadmeTests.FirstCommand();
        Assert.Equal(shown, ProcessRun.Of(native, "run", "demo", "-p", prompt).Output);
        Assert.Equal(KernelsOf(CommandLineTests.Run("", Bench).Output), KernelsOf(ProcessRun.Of(native, Bench).Output));

        using var process = CommandProcess.StartProgram(native, "", new Dictionary<string, string>(), "serve", "demo", "--port", "0", "--no-log");
        using var client = new HttpClient { BaseAddress = new Uri((await process.Output.ReadLineAsync())!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) };
        var question = new { messages = new[] { new { role = "user", content = prompt } }, temperature = 0 };
        using var response = await client.PostAsJsonAsync("/v1/chat/completions", question);
        Assert.Equal(shown.TrimEnd('\n'), ChatText.Of(await response.Content.ReadFromJsonAsync<JsonElement>()));
        process.Terminate();
        var end = process.End();
        Assert.Equal((0, ""), (end.ExitCode, end.Errors));
    }

    private static string KernelsOf(string bench) => JsonDocument.Parse(bench).RootElement.GetProperty("kernels").ToString();
}
