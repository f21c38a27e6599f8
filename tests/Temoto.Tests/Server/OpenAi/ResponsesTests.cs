using System.Net;
using System.Text.Json;

namespace Temoto.Tests.Server.OpenAi;

public sealed class ResponsesTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Path = "/v1/responses";

    private readonly ServerUnderTest demo = server.Demo;

    [Fact]
    public async Task AnAnswerHasEveryFieldThatClientsWant()
    {
        var (status, answer) = await demo.AskAsync(Path, """{"model": "demo", "input": "What are you?", "max_output_tokens": 6}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("response", "incomplete", "max_output_tokens"), (answer.GetProperty("object").GetString(), answer.GetProperty("status").GetString(), answer.GetProperty("incomplete_details").GetProperty("reason").GetString()));
        foreach (var name in new[] { "error", "instructions", "previous_response_id", "parallel_tool_calls", "tool_choice", "tools", "text", "truncation", "store", "temperature", "top_p" })
            Assert.True(answer.TryGetProperty(name, out _), name);
        var usage = answer.GetProperty("usage");
        Assert.Equal(6, usage.GetProperty("output_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("input_tokens").GetInt32() + 6);
        Assert.True(usage.GetProperty("input_tokens_details").TryGetProperty("cached_tokens", out _));
        Assert.True(usage.GetProperty("output_tokens_details").TryGetProperty("reasoning_tokens", out _));
        Assert.Equal("output_text", answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("type").GetString());
        var (_, chat) = await demo.AskAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 6}""");
        Assert.Equal(ChatText.Of(chat), Text(answer));
    }

    [Fact]
    public async Task AStreamIsNumberedAndEndsWithTheAnswer()
    {
        const string request = """{"input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What are you?"}]}], "instructions": "Be short.", "max_output_tokens": 200%}""";
        var (_, whole) = await demo.AskAsync(Path, request.Replace("%", "", StringComparison.Ordinal));
        var events = (await demo.EventsAsync(Path, request.Replace("%", ", \"stream\": true", StringComparison.Ordinal))).Select(data => JsonSerializer.Deserialize<JsonElement>(data)).ToList();
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"],
            events.Take(4).Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(
            ["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            events.TakeLast(4).Select(item => item.GetProperty("type").GetString()));
        var text = string.Concat(events.Where(item => item.GetProperty("type").GetString() == "response.output_text.delta").Select(item => item.GetProperty("delta").GetString()));
        Assert.Equal((Text(whole), Text(whole)), (text, Text(events[^1].GetProperty("response"))));
        Assert.Equal("completed", whole.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("\"input\": 3", "input")]
    [InlineData("\"input\": \"x\", \"previous_response_id\": \"resp_1\"", "previous_response_id")]
    [InlineData("\"input\": \"x\", \"tools\": [{}]", "tools[0].type")]
    [InlineData("\"input\": \"x\", \"text\": {\"format\": {\"type\": \"yaml\"}}", "text.format.type")]
    [InlineData("\"input\": [{\"type\": \"function_call_output\", \"output\": \"x\"}]", "input[0].call_id")]
    [InlineData("\"input\": [{\"type\": \"web_search_call\"}]", "input[0].type")]
    [InlineData("\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\"}]}]", "input[0].content[0].type")]
    public async Task WhatCannotBeUsedIsA400ThatNamesTheField(string fields, string param)
    {
        var (status, answer) = await demo.AskAsync(Path, $"{{{fields}}}");
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, answer.GetProperty("error").GetProperty("param").GetString()));
    }

    /// <summary>Clients that take items to be stored send their ids in place of them, unless they are told otherwise.</summary>
    [Fact]
    public async Task AnIdInPlaceOfAnItemIsToldWhatToDo()
    {
        var (status, answer) = await demo.AskAsync(Path, """{"input": [{"type": "item_reference", "id": "msg_1"}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "input[0].type"), (status, answer.GetProperty("error").GetProperty("param").GetString()));
        Assert.Contains("\"store\": false", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static string Text(JsonElement answer) => answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
}
