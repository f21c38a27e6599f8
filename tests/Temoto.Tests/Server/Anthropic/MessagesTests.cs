using System.Net;
using System.Text.Json;

namespace Temoto.Tests.Server.Anthropic;

public sealed class MessagesTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Question = "\"model\": \"demo\", \"max_tokens\": 8, \"messages\": [{\"role\": \"user\", \"content\": \"What are you?\"}]";

    private readonly ServerUnderTest demo = server.Demo;

    [Fact]
    public async Task AStreamIsTheAnswerInEvents()
    {
        var (status, whole) = await demo.AskAsync("/v1/messages", $"{{{Question}}}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("message", "assistant", "max_tokens"), (whole.GetProperty("type").GetString(), whole.GetProperty("role").GetString(), whole.GetProperty("stop_reason").GetString()));
        var events = (await demo.EventsAsync("/v1/messages", $"{{{Question}, \"stream\": true}}")).Select(data => JsonSerializer.Deserialize<JsonElement>(data)).ToList();
        var types = events.Select(item => item.GetProperty("type").GetString()).ToList();
        Assert.Equal(["message_start", "content_block_start"], types.Take(2));
        Assert.Equal(["content_block_stop", "message_delta", "message_stop"], types.TakeLast(3));
        var text = string.Concat(events.Where(item => item.GetProperty("type").GetString() == "content_block_delta").Select(item => item.GetProperty("delta").GetProperty("text").GetString()));
        Assert.Equal(whole.GetProperty("content")[0].GetProperty("text").GetString(), text);
        Assert.Equal(8, events[^2].GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task TokensAreCountedAndASystemTextIsPartOfThem()
    {
        var (_, without) = await demo.AskAsync("/v1/messages/count_tokens", $"{{{Question}}}");
        var (_, with) = await demo.AskAsync("/v1/messages/count_tokens", $"{{{Question}, \"system\": [{{\"type\": \"text\", \"text\": \"You are a pump.\"}}]}}");
        Assert.True(with.GetProperty("input_tokens").GetInt32() > without.GetProperty("input_tokens").GetInt32());
    }

    /// <summary>The client reads the details and sends the whole conversation; without them it would go on with the new messages alone.</summary>
    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages/count_tokens")]
    public async Task AConversationThatTheServerIsToHoldIsRefusedAsClientsUnderstandIt(string path)
    {
        var (status, answer) = await demo.AskAsync(path, $"{{{Question}, \"thread\": {{\"type\": \"continue\", \"previous_message_id\": \"msg_1\"}}}}");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_error"), (status, answer.GetProperty("error").GetProperty("type").GetString()));
        var details = answer.GetProperty("error").GetProperty("details");
        Assert.Equal(("thread_unsupported_request", "thread"), (details.GetProperty("error_code").GetString(), details.GetProperty("unsupported")[0].GetString()));
    }

    [Theory]
    [InlineData("\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]", "max_tokens")]
    [InlineData("\"max_tokens\": 1, \"messages\": [{\"role\": \"system\", \"content\": \"x\"}]", "messages[0].role")]
    [InlineData("\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]", "messages[0].content[0].type")]
    [InlineData("\"max_tokens\": 1, \"tools\": [{\"type\": \"bash_20250124\", \"name\": \"bash\"}], \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]", "tools[0].type")]
    [InlineData("\"max_tokens\": 1, \"tool_choice\": {\"type\": \"any\"}, \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]", "tool_choice")]
    [InlineData("\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"tool_use\"}]}]", "messages[0].content[0].type")]
    [InlineData("\"max_tokens\": 1, \"temperature\": 2, \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]", "temperature")]
    public async Task WhatCannotBeUsedIsA400InItsShape(string fields, string named)
    {
        var (status, answer) = await demo.AskAsync("/v1/messages", $"{{{fields}}}");
        Assert.Equal((HttpStatusCode.BadRequest, "error"), (status, answer.GetProperty("type").GetString()));
        Assert.Contains(named, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
