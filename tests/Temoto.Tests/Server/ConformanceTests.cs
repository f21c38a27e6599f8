using System.Text.Json;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Tools;

namespace Temoto.Tests.Server;

/// <summary>Clients of others as they are published, pinned in tests/conformance: openai and its helpers, Anthropic's, the AI SDK, LangChain, Ollama's, and the scanner compatcanary.</summary>
public sealed class ConformanceTests(DemoServer server, ScriptedServer scripted) : IClassFixture<DemoServer>, IClassFixture<ScriptedServer>
{
    private static string Folder => Path.Combine(RepositoryPaths.Root, "tests", "conformance");

    /// <summary>What each reads of text and calls; the last is its own word for how the answer ended.</summary>
    [Fact]
    public async Task ClientsOfOthersReadTheSameCalls()
    {
        var read = await RunAsync<Dictionary<string, string[]>>("tools.mjs", scripted.Scripted);
        Assert.Equal(8, read.Count);
        const string calls = "get_weather {\"city\":\"Paris\"}; get_time {}";
        Assert.All(read, client => Assert.Equal((client.Key, "Let me look.", calls), (client.Key, client.Value[0], client.Value[1])));
        Assert.Equal(["tool_calls", "tool_calls", "reasoning,message,function_call,function_call", "reasoning,message,function_call,function_call", "tool_use", "tool_use", "tool-calls", "tool-calls"], read.Values.Select(client => client[2]));
    }

    [Fact]
    public async Task ClientsOfOthersGetTheSameAnswer()
    {
        var texts = await RunAsync<Dictionary<string, string>>("clients.mjs", server.Demo);
        Assert.Equal(9, texts.Count);
        var (_, answer) = await server.Demo.AskAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 12}""");
        var expected = ChatText.Of(answer);
        Assert.All(texts, text => Assert.Equal((text.Key, expected), (text.Key, text.Value)));
    }

    /// <summary>The script has each value judged by zod, as most of the clients do themselves.</summary>
    [Fact]
    public async Task ClientsOfOthersGetValuesOfTheirSchemas()
    {
        var values = await RunAsync<Dictionary<string, JsonElement>>("forms.mjs", server.Demo);
        Assert.Equal(40, values.Count);
        Assert.All(values.Values, value => Assert.Contains(value.GetProperty("severity").GetString(), new[] { "low", "high" }));
        Assert.All(values.Where(client => client.Key.EndsWith(", call", StringComparison.Ordinal)), client => Assert.StartsWith("P-", client.Value.GetProperty("machine").GetString(), StringComparison.Ordinal));
    }

    /// <summary>Call, result, call, result, answer: what the model says next hangs on what the tool gave. An answer that is held to a form comes behind calls all the same.</summary>
    [Fact]
    public async Task ClientsOfOthersRunToolsUntilTheAnswer()
    {
        using var folder = new TemporaryFolder();
        ScriptedModel.Write(folder.Path, ScriptedModel.LoopTemplate, ScriptedModel.LoopScript);
        await using var looping = await ServerUnderTest.StartAsync(load: () => LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 }));
        var ends = await RunAsync<Dictionary<string, JsonElement[]>>("loops.mjs", looping);
        Assert.Equal(23, ends.Count);
        Assert.All(ends, client => Assert.Equal((client.Key, client.Key.EndsWith(", object", StringComparison.Ordinal) ? """{"sky":"clear"}""" : "\"The sun shines.\""), (client.Key, client.Value[0].GetRawText())));
        Assert.All(ends, client => Assert.Equal(["get_city {}", "get_weather {\"city\":\"Paris\"}"], client.Value[1].EnumerateArray().Select(call => call.GetString())));
    }

    /// <summary>No probe may fail: what the demo model cannot do by itself (a call, a value of a schema) the server holds it to.</summary>
    [Fact]
    public async Task TheScannerFindsNothingMissing()
    {
        var scans = await RunAsync<Dictionary<string, JsonElement>>("compatcanary.mjs", server.Demo);
        Assert.Equal(["chat", "modern"], scans.Keys);
        Assert.Equal([5, 7], scans.Values.Select(scan => scan.GetProperty("probes").GetArrayLength()));
        Assert.All(scans.Values.SelectMany(scan => scan.GetProperty("probes").EnumerateArray()), probe => Assert.StartsWith("pass ", probe.GetString(), StringComparison.Ordinal));
        Assert.Equal([100, 100], scans.Values.Select(scan => scan.GetProperty("score").GetInt32()));
    }

    /// <summary>Runs a script of tests/conformance against a server; what it prints.</summary>
    private static async Task<T> RunAsync<T>(string script, ServerUnderTest server)
    {
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "package.json")));
        var missing = package.RootElement.GetProperty("dependencies").EnumerateObject().Select(client => client.Name).Where(name => !Directory.Exists(Path.Combine(Folder, "node_modules", name)));
        Oracle.Require(!missing.Any(), "node and the npm clients of tests/conformance");
        var url = server.Server.Url.ToString().TrimEnd('/');
        var output = await Task.Run(() => Oracle.Run("node", [Path.Combine(Folder, script), url], ""));
        return JsonSerializer.Deserialize<T>(output)!;
    }
}
