using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace Temoto.Tests.Server.OpenAi;

/// <summary>Calls of tools and thoughts in /v1/chat/completions, on the wire and through OpenAI's own client.</summary>
public sealed class ChatAnswersTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const string Path = "/v1/chat/completions";
    private const string Question = "\"messages\": [{\"role\": \"user\", \"content\": \"Weather?\"}]";
    private const string Tools = """
        "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}},
                  {"type": "function", "function": {"name": "get_time", "description": "Now."}}]
        """;

    private static readonly ChatTool[] ClientTools = [ChatTool.CreateFunctionTool("get_weather"), ChatTool.CreateFunctionTool("get_time")];

    private readonly ServerUnderTest scripted = server.Scripted;

    private ChatClient Chat => new("demo", new ApiKeyCredential("any"), new OpenAIClientOptions { Endpoint = new Uri(scripted.Server.Url, "v1"), NetworkTimeout = Timeout.InfiniteTimeSpan });

    [Fact]
    public async Task AnAnswerHasThoughtsTextAndCallsApart()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{{Question}, {Tools}}}");
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        var message = choice.GetProperty("message");
        Assert.Equal(("They want the weather.", "Let me look."), (message.GetProperty("reasoning_content").GetString(), message.GetProperty("content").GetString()));
        var calls = message.GetProperty("tool_calls").EnumerateArray().ToList();
        Assert.Equal(["get_weather", "get_time"], calls.Select(call => call.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal(["{\"city\": \"Paris\"}", "{}"], calls.Select(call => call.GetProperty("function").GetProperty("arguments").GetString()));
        Assert.All(calls, call => Assert.Equal("function", call.GetProperty("type").GetString()));
        Assert.Equal(2, calls.Select(call => call.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(calls, call => Assert.False(call.TryGetProperty("index", out _)));
        Assert.Equal(5, answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Fact]
    public async Task AStreamTellsACallByItsNameAndThenItsArguments()
    {
        var events = await scripted.EventsAsync(Path, $"{{{Question}, {Tools}, \"stream\": true}}");
        var choices = events.SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("choices")[0]).ToList();
        Assert.Equal("tool_calls", choices[^1].GetProperty("finish_reason").GetString());
        var calls = choices.Select(choice => choice.GetProperty("delta")).Where(delta => delta.TryGetProperty("tool_calls", out _)).Select(delta => delta.GetProperty("tool_calls")[0]).ToList();
        Assert.Equal([0, 1], calls.Where(call => call.TryGetProperty("id", out _)).Select(call => call.GetProperty("index").GetInt32()));
        Assert.Equal(("get_weather", ""), (calls[0].GetProperty("function").GetProperty("name").GetString(), calls[0].GetProperty("function").GetProperty("arguments").GetString()));
        Assert.All(calls.Skip(1).Where(call => call.GetProperty("index").GetInt32() == 0), call => Assert.False(call.GetProperty("function").TryGetProperty("name", out _)));
        Assert.Equal(["{\"city\": \"Par", "is\"}"], calls.Skip(1).Where(call => call.GetProperty("index").GetInt32() == 0).Select(call => call.GetProperty("function").GetProperty("arguments").GetString()));
        Assert.Equal("They want the weather.", string.Concat(choices.Select(choice => choice.GetProperty("delta").TryGetProperty("reasoning_content", out var text) ? text.GetString() : "")));
        Assert.Equal("Let me look.", string.Concat(choices.Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : "")));
    }

    [Fact]
    public async Task LogprobsOfATokenComeOnceWhateverItIsAPartOf()
    {
        var events = await scripted.EventsAsync(Path, $"{{{Question}, {Tools}, \"stream\": true, \"logprobs\": true}}");
        var tokens = events.SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("choices")[0].GetProperty("logprobs")).Where(item => item.ValueKind == JsonValueKind.Object).ToList();
        Assert.Equal(18, tokens.Count);
    }

    [Theory]
    [InlineData("{\"type\": \"function\", \"function\": {\"name\": \"get_weather\"}}", "get_weather", "{\"city\": \"Oslo\"}")]
    [InlineData("\"required\"", "get_time", "{}")]
    public async Task AChoiceMakesTheAnswerACall(string choice, string name, string arguments)
    {
        foreach (var stream in new[] { "false", "true" })
        {
            var request = $"{{{Question}, {Tools}, \"tool_choice\": {choice}, \"stream\": {stream}}}";
            if (stream == "false")
            {
                var (_, answer) = await scripted.AskAsync(Path, request);
                var message = answer.GetProperty("choices")[0].GetProperty("message");
                Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);
                var call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray().ToList()).GetProperty("function");
                Assert.Equal((name, arguments), (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
                continue;
            }
            var events = (await scripted.EventsAsync(Path, request)).SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("choices")[0]).ToList();
            var calls = events.Select(item => item.GetProperty("delta")).Where(delta => delta.TryGetProperty("tool_calls", out _)).Select(delta => delta.GetProperty("tool_calls")[0].GetProperty("function")).ToList();
            Assert.Equal(name, calls[0].GetProperty("name").GetString());
            Assert.Equal(arguments, string.Concat(calls.Select(call => call.GetProperty("arguments").GetString())));
        }
    }

    [Fact]
    public async Task NoneTellsOfNoToolsAndOneCallIsOne()
    {
        var (_, none) = await scripted.AskAsync(Path, $"{{{Question}, {Tools}, \"tool_choice\": \"none\"}}");
        var (_, without) = await scripted.AskAsync(Path, $"{{{Question}}}");
        Assert.Equal(without.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), none.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Contains("<tool_call>", ChatText.Of(none), StringComparison.Ordinal);
        Assert.Equal("stop", none.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var (_, one) = await scripted.AskAsync(Path, $"{{{Question}, {Tools}, \"parallel_tool_calls\": false}}");
        Assert.Single(one.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").EnumerateArray().ToList());
    }

    [Fact]
    public async Task ACallThatIsCutIsText()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{{Question}, {Tools}, \"max_tokens\": 13}}");
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
        Assert.Equal("Let me look.\n<tool_call>\n{\"name\":\"get_weather\",\"arguments\": {\"city\": \"Par", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task TheTemplateIsToldWhatTheRequestSays()
    {
        var (_, answer) = await scripted.AskAsync(Path, $"{{{Question}, \"chat_template_kwargs\": {{\"enable_thinking\": false}}}}");
        var message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("The sun shines.", message.GetProperty("content").GetString());
        Assert.False(message.TryGetProperty("reasoning_content", out _));
    }

    [Fact]
    public async Task OpenAIsClientCallsAndAnswers()
    {
        var options = new ChatCompletionOptions { ToolChoice = ChatToolChoice.CreateAutoChoice() };
        Array.ForEach(ClientTools, options.Tools.Add);
        ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage("Weather?")], options);
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        Assert.Equal(["get_weather", "get_time"], answer.ToolCalls.Select(call => call.FunctionName));
        List<OpenAI.Chat.ChatMessage> messages = [new UserChatMessage("Weather?"), new AssistantChatMessage(answer), .. answer.ToolCalls.Select(call => new ToolChatMessage(call.Id, "sunny"))];
        options.ToolChoice = ChatToolChoice.CreateFunctionChoice("get_weather");
        ChatCompletion next = await Chat.CompleteChatAsync(messages, options);
        Assert.Equal("Oslo", JsonElement.Parse(Assert.Single(next.ToolCalls).FunctionArguments.ToString()).GetProperty("city").GetString());
    }

    [Fact]
    public async Task OpenAIsClientReadsStreamedCalls()
    {
        var options = new ChatCompletionOptions();
        Array.ForEach(ClientTools, options.Tools.Add);
        var (names, arguments, reason) = (new SortedDictionary<int, string>(), new SortedDictionary<int, string>(), (ChatFinishReason?)null);
        await foreach (var update in Chat.CompleteChatStreamingAsync([new UserChatMessage("Weather?")], options))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                if (call.FunctionName is not null)
                    names.Add(call.Index, call.FunctionName);
                arguments[call.Index] = arguments.GetValueOrDefault(call.Index) + call.FunctionArgumentsUpdate;
            }
            reason ??= update.FinishReason;
        }
        Assert.Equal(ChatFinishReason.ToolCalls, reason);
        Assert.Equal(["get_weather", "get_time"], names.Values);
        Assert.Equal(["{\"city\": \"Paris\"}", "{}"], arguments.Values);
    }
}
