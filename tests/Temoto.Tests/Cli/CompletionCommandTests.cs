using System.Diagnostics;
using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>Completion in shells as people have them, for a <c>./temoto</c> in a clone that is not on PATH.</summary>
public sealed class CompletionCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CompletionCommandTests()
    {
        var command = folder.Write("temoto", $"#!/bin/sh\nexec dotnet '{typeof(CommandLine).Assembly.Location}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        folder.Write("my model.gguf", "");
        Directory.CreateDirectory(folder.File("mine"));
        folder.Write(Path.Combine("mine", "own.temoto"), "");
    }

    public void Dispose() => folder.Dispose();

    public static readonly TheoryData<string, string[]> Lines = new()
    {
        { "./temoto tok", ["tokenize"] },
        { "./temoto run dem", ["demo", "demo-vision"] },
        { "./temoto run my", ["my model.gguf"] },
        { "./temoto run mine/o", ["mine/own.temoto"] },
        { "./temoto run mi", ["mine/"] },
        { "./temoto run demo --temper", ["--temperature"] },
        { "./temoto run demo --kv ", ["f16", "f32", "int8"] },
        { "./temoto run demo --dataflow t", ["tphs"] },
        { "./temoto eval demo --text my", ["my model.gguf"] },
        { "./temoto bench --shape tiny-ll", ["tiny-llama"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void BashCompletesACommandThatIsNotOnPath(string line, string[] expected)
    {
        var words = line.Split(' ');
        var script = $$"""
            source <(./temoto completion bash)
            complete -p ./temoto temoto >/dev/null || exit 3
            COMP_WORDS=({{string.Join(' ', words.Select(word => $"'{word}'"))}}) COMP_CWORD={{words.Length - 1}} COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            _temoto ./temoto '{{words[^1]}}' '{{words[^2]}}'
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        Assert.Equal(expected, Said("bash", "--norc", "-c", script));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void FishCompletesACommandThatIsNotOnPath(string line, string[] expected)
    {
        var said = Said("fish", "--no-config", "-c", $"./temoto completion fish | source; complete -C '{line}'");
        Assert.Equal(expected, said.Select(item => item.Split('\t')[0]).Select(item => item.Replace("\\ ", " ", StringComparison.Ordinal)));
    }

    [Fact]
    public void ZshTakesTheScript() =>
        Assert.Equal(["_temoto"], Said("zsh", "-fc", "autoload -U compinit; compinit -D; source <(./temoto completion zsh); print $_comps[temoto]"));

    /// <summary>The lines that a shell prints, sorted.</summary>
    private string[] Said(string shell, params string[] arguments)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(places.Any(place => File.Exists(Path.Combine(place, shell))), $"needs {shell}");
        var start = new ProcessStartInfo(shell, arguments) { WorkingDirectory = folder.Path };
        start.Environment["HOME"] = folder.Path;
        var (exitCode, output, errors) = ProcessRun.Of(start);
        Assert.True(exitCode == 0, $"{shell}: {exitCode} {errors}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
