namespace Temoto.Tests.Cli;

/// <summary>Options are judged before a model is opened: with a model that does not exist, the option is what the line is about.</summary>
public class OptionsFirstTests
{
    private const string Missing = "no-such-model.gguf";

    [Theory]
    [InlineData("--temperature", "run", Missing, "-p", "x", "--temperature", "200")]
    [InlineData("--top-k", "chat", Missing, "--top-k", "-3")]
    [InlineData("--stop", "run", Missing, "-p", "x", "--stop", "")]
    [InlineData("--kernels", "run", Missing, "-p", "x", "--kernels", "nonsense")]
    [InlineData("--image", "run", Missing, "--image", "no-such-picture.png", "--raw")]
    [InlineData("no-such-picture.png", "run", Missing, "--image", "no-such-picture.png")]
    [InlineData("--tokens", "logits", Missing, "--tokens", "x", "-o", "out")]
    [InlineData("no-such-folder", "logits", Missing, "--tokens", "1", "-o", "no-such-folder/out")]
    [InlineData("--prefill", "bench", Missing, "-p", "abc")]
    [InlineData("--kernels", "bench", Missing, "--kernels", "nonsense")]
    [InlineData("no-such-folder", "pack", Missing, "-o", "no-such-folder/out")]
    [InlineData("--method", "pack", Missing, "--weights", "int8", "--method", "awq", "-o", "out")]
    [InlineData("--group-size", "pack", Missing, "--group-size", "7", "-o", "out")]
    [InlineData("--calibration", "pack", Missing, "--calibration", "no-such-text", "-o", "out")]
    [InlineData("--context", "inspect", Missing, "--context", "0")]
    [InlineData("no-such-text", "eval", Missing, "--text", "no-such-text")]
    [InlineData("--against", "eval", Missing, "--text", "LICENSE", "--against", "no-such-reference")]
    [InlineData("--max-tokens", "mcp", Missing, "--max-tokens", "0")]
    [InlineData("--parallel", "mcp", Missing, "--parallel", "65")]
    [InlineData("--decode-at", "plan", Missing, "--decode-at", "-1")]
    [InlineData("no-such-board", "plan", Missing, "--board", "no-such-board")]
    [InlineData("--nope", "tokenize", Missing, "--nope")]
    public void ABadOptionIsToldOfBeforeAMissingModel(string says, params string[] arguments)
    {
        var license = Path.Combine(RepositoryPaths.Root, "LICENSE");
        var result = CommandLineTests.Run("", [.. arguments.Select(argument => argument == "LICENSE" ? license : argument)]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        var line = Assert.Single(result.Errors.TrimEnd('\n').Split('\n'));
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.DoesNotContain(Missing, line, StringComparison.Ordinal);
    }

    /// <summary>More threads than processors: as many as there are, and a note.</summary>
    [Fact]
    public void ThreadsBeyondTheProcessorsAreLeftOut()
    {
        var asked = Environment.ProcessorCount + 1;
        var result = CommandLineTests.Run(null, "run", "demo", "-p", "x", "-n", "1", "--json", "-t", $"{asked}");
        Assert.Equal(0, result.ExitCode);
        var note = Assert.Single(result.Errors.Split('\n'), line => line.StartsWith("note: ", StringComparison.Ordinal));
        Assert.Contains($"--threads {asked}: ", note, StringComparison.Ordinal);
        using var document = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.Equal(Environment.ProcessorCount, document.RootElement.GetProperty("threads").GetInt32());
    }

    /// <summary>Every verb writes the model as the command line named it.</summary>
    [Fact]
    public void TheModelOfADocumentIsWhatWasGiven()
    {
        using var folder = new Formats.TemporaryFolder();
        var picture = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "models", "demo-vision", "samples"), "*.png")[0];
        foreach (var arguments in new string[][]
        {
            ["run", "demo", "-p", "x", "-n", "1", "--json"],
            ["run", "demo-vision", "--image", picture, "--json"],
            ["logits", "demo", "--tokens", "1", "-o", folder.File("logits"), "--json"],
            ["plan", "demo", "--json"],
        })
        {
            using var document = System.Text.Json.JsonDocument.Parse(CommandLineTests.Run(null, arguments).Output);
            Assert.Equal(arguments[1], document.RootElement.GetProperty("model").GetString());
        }
        using var bench = System.Text.Json.JsonDocument.Parse(CommandLineTests.Run(null, "bench", "demo", "-p", "1", "-n", "0", "-r", "1", "--json").Output);
        Assert.Equal("demo", bench.RootElement.GetProperty("model").GetString());
    }
}
