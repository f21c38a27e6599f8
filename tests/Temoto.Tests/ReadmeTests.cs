using Temoto.Formats;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>What the README shows is what is there.</summary>
public class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "README.md"));

    [Fact]
    public void TheLibraryExampleIsTheSample()
    {
        var sample = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples", "hello", "Program.cs"));
        Assert.Contains("```csharp\n" + sample + "```", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSampleRuns()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-llama"), 1, folder.Path, DType.F16, null, default);
        var program = Path.Combine(AppContext.BaseDirectory, "hello.dll");
        // Random weights and a random seed: now and then the first token drawn ends the text.
        for (var attempt = 0; ; attempt++)
        {
            var output = Oracle.Run("dotnet", [program, folder.Path, "pump"], "");
            Assert.StartsWith("llama of ", output, StringComparison.Ordinal);
            Assert.Contains("the prompt has 4 tokens\n", output, StringComparison.Ordinal);
            if (output.Length > output.IndexOf('\n', StringComparison.Ordinal) + 2)
                break;
            Assert.True(attempt < 4, "no text was generated");
        }
    }

    [Fact]
    public void TheFirstCommandPrintsWhatTheReadmeShows()
    {
        var (prompt, shown) = FirstCommand();
        var output = Oracle.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "temoto.dll"), "run", "demo", "-p", prompt], "");
        Assert.Equal(shown, output);
    }

    /// <summary>The prompt of the README's first command, and what it prints.</summary>
    internal static (string Prompt, string Shown) FirstCommand()
    {
        var lines = Readme.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith("$ ./temoto run demo -p \"", StringComparison.Ordinal));
        Assert.True(at >= 0, "no demo command in the README");
        return (lines[at].Split('"')[1], lines[at + 1] + "\n");
    }

    [Fact]
    public void TheTwoCommandsAreThere()
    {
        Assert.Contains("$ ./check\n", Readme, StringComparison.Ordinal);
        foreach (var command in new[] { "temoto", "check", ".ci/run" })
            Assert.True(File.Exists(Path.Combine(RepositoryPaths.Root, command)), command);
    }
}
