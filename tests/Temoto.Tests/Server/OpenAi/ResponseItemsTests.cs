using System.Text.Json;

namespace Temoto.Tests.Server.OpenAi;

/// <summary>Calls of tools and thoughts in /v1/responses.</summary>
public sealed class ResponseItemsTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const string Path = "/v1/responses";
    private const string Tools = """
        "tools": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": true}, {"type": "function", "name": "get_time"}]
        """;

    private readonly ServerUnderTest scripted = server.Scripted;

    [Fact]
    public async Task ThoughtsTextAndCallsAreItems()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{\"input\": \"Weather?\", {Tools}}}");
        Assert.Equal("completed", answer.GetProperty("status").GetString());
        Assert.Equal(2, answer.GetProperty("tools").GetArrayLength());
        var items = answer.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(["reasoning", "message", "function_call", "function_call"], items.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal("They want the weather.", items[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("Let me look.", items[1].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(("get_weather", "{\"city\": \"Paris\"}"), (items[2].GetProperty("name").GetString(), items[2].GetProperty("arguments").GetString()));
        Assert.NotEqual(items[2].GetProperty("call_id").GetString(), items[3].GetProperty("call_id").GetString());
    }

    [Fact]
    public async Task AStreamAddsFillsAndEndsEachItem()
    {
        var events = (await scripted.EventsAsync(Path, $"{{\"input\": \"Weather?\", {Tools}, \"stream\": true}}")).Select(data => JsonSerializer.Deserialize<JsonElement>(data)).ToList();
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        var ofCall = events.Where(item => item.TryGetProperty("output_index", out var index) && index.GetInt32() == 2).ToList();
        Assert.Equal(
            ["response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done"],
            ofCall.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal("{\"city\": \"Paris\"}", ofCall[1].GetProperty("delta").GetString() + ofCall[2].GetProperty("delta").GetString());
        Assert.Equal("{\"city\": \"Paris\"}", ofCall[3].GetProperty("arguments").GetString());
        Assert.Equal(ofCall[0].GetProperty("item").GetProperty("id").GetString(), ofCall[1].GetProperty("item_id").GetString());
        Assert.Contains("response.reasoning_text.delta", events.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(4, events[^1].GetProperty("response").GetProperty("output").GetArrayLength());
    }

    [Fact]
    public async Task ACallThatIsCutIsText()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{\"input\": \"Weather?\", {Tools}, \"max_output_tokens\": 13}}");
        Assert.Equal("incomplete", answer.GetProperty("status").GetString());
        Assert.Equal(["reasoning", "message", "message"], answer.GetProperty("output").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        Assert.EndsWith("{\"city\": \"Par", answer.GetProperty("output")[2].GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallsAndWhatCameOfThemGoBack()
    {
        const string input = """
            [{"role": "user", "content": "Weather?"}, {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
             {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}, {"type": "function_call_output", "call_id": "c1", "output": "sunny"}]
            """;
        var (_, answer) = await scripted.AskAsync(Path, $"{{\"input\": {input}, {Tools}, \"tool_choice\": {{\"type\": \"function\", \"name\": \"get_weather\"}}}}");
        var call = Assert.Single(answer.GetProperty("output").EnumerateArray().ToList());
        Assert.Equal("{\"city\": \"Oslo\"}", call.GetProperty("arguments").GetString());
    }
}
