using System.Text.RegularExpressions;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>What the README shows is what is there.</summary>
public class ReadmeTests
{
    private const string FirstLine = "$ ./temoto run demo -p \"";

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

    /// <summary>The block shows all that is printed: the answer, and the lines of stderr, whose figures are those of one run.</summary>
    [Fact]
    public void TheFirstCommandPrintsWhatTheReadmeShows()
    {
        var (prompt, shown) = FirstCommand();
        var result = CommandLineTests.Run("", "run", "demo", "-p", prompt);
        Assert.Equal(shown, result.Output);
        var notes = FirstBlock().Where(line => !line.StartsWith("temoto: ", StringComparison.Ordinal) && line + "\n" != shown);
        Assert.Equal(notes.Select(WithoutFigures), result.Errors.TrimEnd('\n').Split('\n').Select(WithoutFigures));
    }

    /// <summary>The prompt of the README's first command, and what it prints on stdout.</summary>
    internal static (string Prompt, string Shown) FirstCommand()
    {
        var command = Readme.Split('\n').Single(line => line.StartsWith(FirstLine, StringComparison.Ordinal));
        var answer = FirstBlock().Single(line => !line.StartsWith("temoto: ", StringComparison.Ordinal) && !line.StartsWith("memory: ", StringComparison.Ordinal) && line[0] != '[');
        return (command.Split('"')[1], answer + "\n");
    }

    private static IEnumerable<string> FirstBlock() =>
        Readme.Split('\n').SkipWhile(line => !line.StartsWith(FirstLine, StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Length > 0);

    private static string WithoutFigures(string line) => Regex.Replace(line, @"\d+(\.\d+)?", "0");

    [Fact]
    public void TheTwoCommandsAreThere()
    {
        Assert.Contains("$ ./check\n", Readme, StringComparison.Ordinal);
        foreach (var command in new[] { "temoto", "check", ".ci/run" })
            Assert.True(File.Exists(Path.Combine(RepositoryPaths.Root, command)), command);
    }
}
