using System.Text.Json;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Tools;

namespace Temoto.Tests.Cli;

public sealed class ChatChoiceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;
    private readonly string tools;

    public ChatChoiceTests()
    {
        model = ScriptedModel.Write(Directory.CreateDirectory(folder.File("model")).FullName, ScriptedModel.HermesTemplate, ScriptedModel.HermesScript);
        tools = folder.Write("tools.json", """[{"type": "function", "function": {"name": "get_weather"}}, {"type": "function", "function": {"name": "get_time"}}]""");
    }

    public void Dispose() => folder.Dispose();

    private CommandLineTests.Result Run(params string[] arguments) => CommandLineTests.Run("", ["run", model, "-t", "1", "-p", "Weather?", .. arguments]);

    [Fact]
    public void CallsAreLinesAndThoughtsGoToStderr()
    {
        var result = Run("--tools", tools);
        var lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("Let me look.", lines[0]);
        Assert.Equal("Paris", JsonElement.Parse(lines[1]).GetProperty("arguments").GetProperty("city").GetString());
        Assert.Equal("get_time", JsonElement.Parse(lines[2]).GetProperty("name").GetString());
        Assert.Contains("They want the weather.\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ADocumentHasThemApart()
    {
        var answer = JsonElement.Parse(Run("--tools", tools, "--json").Output);
        Assert.Equal(("Let me look.", "They want the weather."), (answer.GetProperty("text").GetString(), answer.GetProperty("reasoning").GetString()));
        Assert.Equal(2, answer.GetProperty("tool_calls").GetArrayLength());
        var rows = folder.Write("prompts.jsonl", "{\"prompt\": \"Weather?\"}\n");
        var line = JsonElement.Parse(CommandLineTests.Run("", ["run", model, "-t", "1", "--prompt-file", rows, "--tools", tools]).Output);
        Assert.Equal(2, line.GetProperty("tool_calls").GetArrayLength());
    }

    [Theory]
    [InlineData("--think", "off")]
    [InlineData("--template-arg", "enable_thinking=false")]
    public void AnAnswerWithoutThoughts(string option, string value) => Assert.Equal("The sun shines.\n", Run(option, value).Output);

    [Theory]
    [InlineData("--template-arg: found 'thinking'; expected NAME=VALUE", "--template-arg", "thinking")]
    [InlineData("--think: found 'maybe'", "--think", "maybe")]
    [InlineData("--think: found it beside --raw", "--think", "on", "--raw")]
    [InlineData("missing.json: found no such file", "--tools", "missing.json")]
    public void OptionsAreJudgedBeforeTheModelIsLoaded(string says, params string[] arguments)
    {
        var result = CommandLineTests.Run("", ["run", "no-such-model", "-p", "x", .. arguments]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"temoto: {says}", Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }
}
