using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RunCommandTests() => SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.File("model"), DType.BF16, null, default);

    public void Dispose() => folder.Dispose();

    private CommandLineTests.Result Run(string? input, params string[] arguments) => CommandLineTests.Run(input, ["run", folder.File("model"), "-t", "1", "-n", "4", "--temperature", "0", .. arguments]);

    /// <summary>Nothing asked, nothing answered: the template would wrap an empty message.</summary>
    [Theory]
    [InlineData("stdin: found an empty prompt", "")]
    [InlineData("stdin: found an empty prompt", "\n")]
    [InlineData("--prompt: found an empty prompt", null, "-p", "")]
    [InlineData("stdin: found an empty prompt", "\r\n", "--prompt-file", "-")]
    public void AnEmptyPromptIsRefusedWhereThereIsATemplate(string says, string? input, params string[] arguments)
    {
        var result = Run(input, arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
        Assert.Contains("--raw", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WithRawAnEmptyPromptStartsFromTheBeginning()
    {
        var result = Run("", "--raw");
        // This model has no beginning-of-sequence token; one that has would go on.
        Assert.DoesNotContain("empty prompt", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--temperature: found '-1'", "-p", "x", "--temperature", "-1")]
    [InlineData("--max-tokens: found '-1'", "-p", "x", "-n", "-1")]
    [InlineData("--top-k: found '-3'", "-p", "x", "--top-k", "-3")]
    [InlineData("--repeat-penalty: found '0'", "-p", "x", "--repeat-penalty", "0")]
    [InlineData("--prompt: found it beside --prompt-file", "-p", "x", "--prompt-file", "y")]
    [InlineData("--jsonl: found it beside no file of JSON Lines", "-p", "x", "--jsonl")]
    [InlineData("--parallel: found it beside no file of JSON Lines", "-p", "x", "--parallel", "2")]
    [InlineData("missing.txt: found no such file", "--prompt-file", "missing.txt")]
    public void OptionsAreJudgedBeforeTheModelIsLoaded(string says, params string[] arguments)
    {
        var result = CommandLineTests.Run("", ["run", "no-such-model", .. arguments]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"temoto: {says}", Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void APromptFileIsAPromptWithoutItsFinalNewline()
    {
        var expected = Run(null, "-p", "the pump\nis hot").Output;
        Assert.Equal(expected, Run(null, "--prompt-file", folder.Write("prompt.txt", "the pump\nis hot\n")).Output);
        Assert.Equal(expected, Run("the pump\nis hot\n", "--prompt-file", "-").Output);
    }
}
