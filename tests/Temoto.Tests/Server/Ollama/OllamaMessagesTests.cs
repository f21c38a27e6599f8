using System.Net;
using System.Text.Json;
using OllamaSharp;
using OllamaSharp.Models.Chat;
using Temoto.Server.Http;
using Temoto.Server.Ollama;

namespace Temoto.Tests.Server.Ollama;

/// <summary>Calls of tools and thoughts in /api/chat, on the wire and through OllamaSharp.</summary>
public sealed class OllamaMessagesTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const string Question = "\"model\": \"demo\", \"messages\": [{\"role\": \"user\", \"content\": \"Weather?\"}]";
    private const string Tools = """
        "tools": [{"type": "function", "function": {"name": "get_weather", "description": "w", "parameters": {"type": "object", "properties": {}}}}, {"type": "function", "function": {"name": "get_time"}}]
        """;

    private readonly ServerUnderTest scripted = server.Scripted;

    [Fact]
    public async Task AnAnswerHasThoughtsTextAndCallsApart()
    {
        var (status, answer) = await scripted.AskAsync("/api/chat", $"{{{Question}, {Tools}, \"stream\": false, \"think\": true}}");
        Assert.Equal(HttpStatusCode.OK, status);
        var message = answer.GetProperty("message");
        Assert.Equal(("They want the weather.", "Let me look."), (message.GetProperty("thinking").GetString(), message.GetProperty("content").GetString()));
        var calls = message.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("function")).ToList();
        Assert.Equal(["get_weather", "get_time"], calls.Select(call => call.GetProperty("name").GetString()));
        Assert.Equal("Paris", calls[0].GetProperty("arguments").GetProperty("city").GetString());
        var (_, quick) = await scripted.AskAsync("/api/chat", $"{{{Question}, \"stream\": false, \"think\": false}}");
        Assert.Equal("The sun shines.", quick.GetProperty("message").GetProperty("content").GetString());
        var (_, generated) = await scripted.AskAsync("/api/generate", "{\"model\": \"demo\", \"prompt\": \"Weather?\", \"stream\": false}");
        Assert.Equal("They want the weather.", generated.GetProperty("thinking").GetString());
    }

    [Fact]
    public async Task OllamaSharpReadsStreamedCalls()
    {
        using var http = new HttpClient { BaseAddress = scripted.Server.Url, Timeout = Timeout.InfiniteTimeSpan };
        using var client = new OllamaApiClient(http) { SelectedModel = "demo" };
        var request = new ChatRequest
        {
            Messages = [new Message(ChatRole.User, "Weather?")],
            Tools = [new Tool { Function = new Function { Name = "get_weather", Description = "w" } }],
            Think = true,
        };
        var (text, thinking, calls) = ("", "", new List<Message.ToolCall>());
        await foreach (var piece in client.ChatAsync(request))
        {
            text += piece!.Message.Content;
            thinking += piece.Message.Thinking;
            calls.AddRange(piece.Message.ToolCalls ?? []);
        }
        Assert.Equal(("Let me look.", "They want the weather."), (text, thinking));
        Assert.Equal(["get_weather", "get_time"], calls.Select(call => call.Function!.Name));
        Assert.Equal("Paris", calls[0].Function!.Arguments!["city"]!.ToString());
    }

    [Fact]
    public async Task TheModelSaysWhatItCanDo()
    {
        var (_, shown) = await scripted.AskAsync("/api/show", "{\"model\": \"demo\"}");
        Assert.Equal(["completion", "tools", "thinking"], shown.GetProperty("capabilities").EnumerateArray().Select(item => item.GetString()));
    }

    /// <summary>Ollama's clients send no ids.</summary>
    [Fact]
    public void ResultsAnswerTheCallsInTheirOrder()
    {
        using var document = JsonDocument.Parse("""
            {"messages": [{"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "a", "arguments": {"x": 1}}}, {"function": {"name": "b", "arguments": {}}}, {"function": {"name": "a", "arguments": {}}}]},
             {"role": "tool", "tool_name": "b", "content": "1"}, {"role": "tool", "content": "2"}, {"role": "tool", "tool_name": "a", "content": "3"}, {"role": "tool", "content": "4"}]}
            """);
        var messages = OllamaMessages.Read(RequestFields.Of(document.RootElement).Objects("messages")!);
        var ids = messages[0].ToolCalls.Select(call => call.Id).ToList();
        Assert.Equal([ids[1], ids[0], ids[2], null], messages.Skip(1).Select(message => message.ToolCallId));
        Assert.Equal(["b", "a", "a", null], messages.Skip(1).Select(message => message.Name));
        Assert.Equal("{\"x\": 1}", messages[0].ToolCalls[0].Arguments);
    }
}
