using System.Text.Json;

namespace Temoto.Tests.Server.Anthropic;

/// <summary>Calls of tools and thoughts in /v1/messages.</summary>
public sealed class MessageBlocksTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const string Path = "/v1/messages";
    private const string Question = "\"max_tokens\": 64, \"messages\": [{\"role\": \"user\", \"content\": \"Weather?\"}], \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 1024}";
    private const string Tools = "\"tools\": [{\"name\": \"get_weather\", \"input_schema\": {\"type\": \"object\"}}, {\"name\": \"get_time\", \"input_schema\": {\"type\": \"object\"}}]";

    private readonly ServerUnderTest scripted = server.Scripted;

    [Fact]
    public async Task ThoughtsTextAndCallsAreBlocks()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{{Question}, {Tools}}}");
        Assert.Equal("tool_use", answer.GetProperty("stop_reason").GetString());
        var blocks = answer.GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], blocks.Select(block => block.GetProperty("type").GetString()));
        Assert.Equal(("They want the weather.", "Let me look."), (blocks[0].GetProperty("thinking").GetString(), blocks[1].GetProperty("text").GetString()));
        Assert.Equal("Paris", blocks[2].GetProperty("input").GetProperty("city").GetString());
        Assert.StartsWith("toolu_", blocks[2].GetProperty("id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamTellsInputPieceByPiece()
    {
        var events = (await scripted.EventsAsync(Path, $"{{{Question}, {Tools}, \"stream\": true}}")).Select(data => JsonSerializer.Deserialize<JsonElement>(data)).ToList();
        var ofCall = events.Where(item => item.TryGetProperty("index", out var index) && index.GetInt32() == 2).ToList();
        Assert.Equal(["content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"], ofCall.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal("{}", ofCall[0].GetProperty("content_block").GetProperty("input").GetRawText());
        Assert.Equal("{\"city\": \"Paris\"}", string.Concat(ofCall.Skip(1).SkipLast(1).Select(item => item.GetProperty("delta").GetProperty("partial_json").GetString())));
        Assert.Equal("tool_use", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Fact]
    public async Task ThoughtsAreToldOnlyWhereTheyAreAskedFor()
    {
        var (_, answer) = await scripted.AskAsync(Path, "{\"max_tokens\": 64, \"messages\": [{\"role\": \"user\", \"content\": \"Weather?\"}]}");
        var block = Assert.Single(answer.GetProperty("content").EnumerateArray().ToList());
        Assert.Equal(("text", "The sun shines."), (block.GetProperty("type").GetString(), block.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task CallsAndWhatCameOfThemGoBack()
    {
        const string messages = """
            "messages": [{"role": "user", "content": "Weather?"},
             {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": ""}, {"type": "text", "text": "I look."}, {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"city": "Paris"}}]},
             {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "sunny"}]}, {"type": "text", "text": "And now?"}]}]
            """;
        var (_, answer) = await scripted.AskAsync(Path, $"{{\"max_tokens\": 64, {messages}, {Tools}, \"tool_choice\": {{\"type\": \"tool\", \"name\": \"get_weather\"}}}}");
        Assert.Equal("Oslo", Assert.Single(answer.GetProperty("content").EnumerateArray().ToList()).GetProperty("input").GetProperty("city").GetString());
        var (_, count) = await scripted.AskAsync("/v1/messages/count_tokens", $"{{{messages}, {Tools}}}");
        var (_, fewer) = await scripted.AskAsync("/v1/messages/count_tokens", $"{{{messages}}}");
        Assert.True(count.GetProperty("input_tokens").GetInt32() > fewer.GetProperty("input_tokens").GetInt32());
    }
}
