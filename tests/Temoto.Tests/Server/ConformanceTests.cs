using System.Text.Json;

namespace Temoto.Tests.Server;

/// <summary>Clients of others as they are published, pinned in tests/conformance: openai and its stream helpers, Anthropic's, the AI SDK.</summary>
public sealed class ConformanceTests(DemoServer server, ScriptedServer scripted) : IClassFixture<DemoServer>, IClassFixture<ScriptedServer>
{
    /// <summary>What each reads of text and calls; the last is its own word for how the answer ended.</summary>
    [Fact]
    public async Task ClientsOfOthersReadTheSameCalls()
    {
        var folder = Path.Combine(RepositoryPaths.Root, "tests", "conformance");
        Oracle.Require(Directory.Exists(Path.Combine(folder, "node_modules", "openai")), "node and the npm clients of tests/conformance");
        var url = scripted.Scripted.Server.Url.ToString().TrimEnd('/');
        var output = await Task.Run(() => Oracle.Run("node", [Path.Combine(folder, "tools.mjs"), url], ""));
        var read = JsonSerializer.Deserialize<Dictionary<string, string[]>>(output)!;
        Assert.Equal(8, read.Count);
        const string calls = "get_weather {\"city\":\"Paris\"}; get_time {}";
        Assert.All(read, client => Assert.Equal((client.Key, "Let me look.", calls), (client.Key, client.Value[0], client.Value[1])));
        Assert.Equal(["tool_calls", "tool_calls", "reasoning,message,function_call,function_call", "reasoning,message,function_call,function_call", "tool_use", "tool_use", "tool-calls", "tool-calls"], read.Values.Select(client => client[2]));
    }

    [Fact]
    public async Task ClientsOfOthersGetTheSameAnswer()
    {
        var folder = Path.Combine(RepositoryPaths.Root, "tests", "conformance");
        Oracle.Require(Directory.Exists(Path.Combine(folder, "node_modules", "openai")), "node and the npm clients of tests/conformance");
        var url = server.Demo.Server.Url.ToString().TrimEnd('/');
        var output = await Task.Run(() => Oracle.Run("node", [Path.Combine(folder, "clients.mjs"), url], ""));
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(output)!;
        Assert.Equal(9, texts.Count);
        var (_, answer) = await server.Demo.AskAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 12}""");
        var expected = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        Assert.All(texts, text => Assert.Equal((text.Key, expected), (text.Key, text.Value)));
    }
}
