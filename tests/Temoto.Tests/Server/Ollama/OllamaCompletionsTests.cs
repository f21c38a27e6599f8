using System.Net;
using System.Text.Json;

namespace Temoto.Tests.Server.Ollama;

public sealed class OllamaCompletionsTests(DemoServer server) : IClassFixture<DemoServer>
{
    private readonly ServerUnderTest demo = server.Demo;

    [Fact]
    public async Task LinesOfJsonEndWithOneThatIsDone()
    {
        using var response = await demo.PostAsync("/api/chat", """{"model": "demo", "messages": [{"role": "user", "content": "What are you?"}], "options": {"num_predict": 5}}""");
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.All(lines.SkipLast(1), line => Assert.False(line.GetProperty("done").GetBoolean()));
        Assert.True(lines[^1].GetProperty("done").GetBoolean());
        Assert.Equal(5, lines[^1].GetProperty("eval_count").GetInt32());
        Assert.True(lines[^1].GetProperty("total_duration").GetInt64() > 0);
    }

    [Fact]
    public async Task NothingToSayLoadsTheModel()
    {
        foreach (var (path, field) in new[] { ("/api/chat", "message"), ("/api/generate", "response") })
        {
            var (status, answer) = await demo.AskAsync(path, """{"model": "demo:latest", "keep_alive": -1}""");
            Assert.Equal((HttpStatusCode.OK, "load"), (status, answer.GetProperty("done_reason").GetString()));
            Assert.True(answer.TryGetProperty(field, out _));
        }
    }

    [Theory]
    [InlineData("/api/chat", "\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"images\": [\"AA==\"]}]", "images")]
    [InlineData("/api/chat", "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"tools\": [{}]", "tools[0].type")]
    [InlineData("/api/chat", "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"think\": \"hard\"", "think")]
    [InlineData("/api/chat", "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"format\": \"yaml\"", "format")]
    [InlineData("/api/chat", "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"options\": {\"temperature\": -1}", "options.temperature")]
    [InlineData("/api/generate", "\"prompt\": \"x\", \"suffix\": \"y\"", "suffix")]
    [InlineData("/api/generate", "\"prompt\": \"x\", \"context\": [1, 2]", "context")]
    public async Task WhatCannotBeUsedIsA400InItsShape(string path, string fields, string named)
    {
        var (status, answer) = await demo.AskAsync(path, $"{{\"model\": \"demo\", {fields}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, answer.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
