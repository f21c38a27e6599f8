using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Tools;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>samples/agent, with a model that asks for the gauges and says what it was told to.</summary>
public class AgentSampleTests
{
    private static string Sample => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples", "agent", "Program.cs"));

    [Fact]
    public void ThePageShowsTheSample() =>
        Assert.Contains("```csharp\n" + Sample + "```", File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "extensions-ai.md")), StringComparison.Ordinal);

    /// <summary>Two questions in one session: each time the function is called, and its result answered.</summary>
    [Fact]
    public void TheAgentReadsTheGaugesAndAnswers()
    {
        using var folder = new TemporaryFolder();
        (char, string[])[] script =
        [
            ('\n', ["<tool_call>\n", "{\"name\": \"read_gauges\", \"arguments\": {\"pump\": ", "\"P-7\"}}", "\n</tool_call>"]),
            ('.', ["It runs", ", but it is hot."]),
        ];
        ScriptedModel.Write(folder.Path, ScriptedModel.HermesTemplate + "{% if messages[-1].role == 'tool' and 'temp 81.4 °C high' in messages[-1].content %}.{% endif %}", script);
        var program = Path.Combine(AppContext.BaseDirectory, "agent.dll");
        const string answer = "[the gauges of P-7 are read]\nIt runs, but it is hot.\n";
        Assert.Equal(answer + answer, Oracle.Run("dotnet", [program, folder.Path, "How is P-7?", "And now?"], ""));
    }
}
