using System.Net;
using System.Text.Json;

namespace Temoto.Tests.Server.OpenAi;

/// <summary>What clients rely on in /v1/chat/completions, on the wire.</summary>
public sealed class ChatCompletionsTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Path = "/v1/chat/completions";
    private const string Question = "\"model\": \"demo\", \"messages\": [{\"role\": \"user\", \"content\": \"What are you?\"}]";

    private readonly ServerUnderTest demo = server.Demo;

    [Fact]
    public async Task AnAnswerIsWhatTheLibrarySaysAndHasEveryPart()
    {
        var (status, answer) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 12}}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("chatcmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("demo", answer.GetProperty("model").GetString());
        var choice = Assert.Single(answer.GetProperty("choices").EnumerateArray().ToList());
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        var text = "";
        using (var session = demo.Model.Model.CreateSession())
        {
            await foreach (var piece in session.ChatAsync([new ChatMessage("user", "What are you?")], new GenerationOptions { MaxTokens = 12 }))
                text += piece;
        }
        Assert.Equal(text, choice.GetProperty("message").GetProperty("content").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal(12, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + 12);
    }

    [Fact]
    public async Task AStreamBeginsWithTheRoleEndsWithTheReasonAndKeepsItsId()
    {
        var events = await demo.EventsAsync(Path, $"{{{Question}, \"max_tokens\": 8, \"stream\": true, \"stream_options\": {{\"include_usage\": true}}}}");
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data)).ToList();
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("created").GetInt64()).Distinct());
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        Assert.Equal("assistant", Delta(chunks[0]).GetProperty("role").GetString());
        Assert.All(chunks.Skip(1).SkipLast(1), chunk => Assert.False(Delta(chunk).TryGetProperty("role", out _)));
        Assert.Empty(chunks[^1].GetProperty("choices").EnumerateArray());
        Assert.Equal(8, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("length", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks.SkipLast(2), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
        var (_, whole) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 8}}");
        var text = string.Concat(chunks.SkipLast(1).Select(chunk => Delta(chunk).TryGetProperty("content", out var content) ? content.GetString() : ""));
        Assert.Equal(ChatText.Of(whole), text);
    }

    /// <summary>A field of llama.cpp and vLLM: the same text, and then on to the limit.</summary>
    [Fact]
    public async Task ATextThatIgnoresItsEndGoesOnToTheLimit()
    {
        var (_, ended) = await demo.AskAsync(Path, $"{{{Question}, \"temperature\": 0, \"max_tokens\": 200}}");
        Assert.Equal("stop", ended.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var (_, endless) = await demo.AskAsync(Path, $"{{{Question}, \"temperature\": 0, \"max_tokens\": 200, \"ignore_eos\": true}}");
        Assert.Equal("length", endless.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(200, endless.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.StartsWith(ChatText.Of(ended), ChatText.Of(endless), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralTextsDifferBySeedAndComeAgain()
    {
        var request = $"{{{Question}, \"n\": 3, \"seed\": 7, \"temperature\": 2, \"max_tokens\": 24}}";
        var (_, first) = await demo.AskAsync(Path, request);
        var (_, second) = await demo.AskAsync(Path, request);
        Assert.Equal([0, 1, 2], first.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.True(Contents(first).Distinct().Count() > 1);
        Assert.Equal(Contents(first), Contents(second));
        // A prompt counts once.
        var (_, single) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 1}}");
        Assert.Equal(single.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), first.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task SeveralTextsAreStreamedUnderTheirIndex()
    {
        var events = await demo.EventsAsync(Path, $"{{{Question}, \"n\": 2, \"max_tokens\": 5, \"stream\": true}}");
        var chunks = events.SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("choices")[0]).ToList();
        foreach (var index in new[] { 0, 1 })
        {
            var own = chunks.Where(choice => choice.GetProperty("index").GetInt32() == index).ToList();
            Assert.Equal("assistant", own[0].GetProperty("delta").GetProperty("role").GetString());
            Assert.Equal("length", own[^1].GetProperty("finish_reason").GetString());
        }
    }

    [Fact]
    public async Task LogprobsBelongToTheText()
    {
        var (_, answer) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 6, \"logprobs\": true, \"top_logprobs\": 3}}");
        var choice = answer.GetProperty("choices")[0];
        var content = choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(6, content.Count);
        Assert.Equal(choice.GetProperty("message").GetProperty("content").GetString(), string.Concat(content.Select(token => token.GetProperty("token").GetString())));
        Assert.All(content, token => Assert.Equal(3, token.GetProperty("top_logprobs").GetArrayLength()));
        // Greedy: the token is the likeliest.
        Assert.All(content, token => Assert.Equal(token.GetProperty("logprob").GetSingle(), token.GetProperty("top_logprobs")[0].GetProperty("logprob").GetSingle()));
        Assert.All(content, token => Assert.InRange(token.GetProperty("logprob").GetSingle(), float.MinValue, 0));
        Assert.Equal(
            choice.GetProperty("message").GetProperty("content").GetString(),
            System.Text.Encoding.UTF8.GetString([.. content.SelectMany(token => token.GetProperty("bytes").EnumerateArray().Select(value => (byte)value.GetInt32()))]));
    }

    [Fact]
    public async Task AStopTextEndsTheAnswerBeforeIt()
    {
        var (_, whole) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 12}}");
        var text = Contents(whole)[0];
        var stop = text.Split(' ')[3];
        var (_, stopped) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 12, \"stop\": [\"{stop}\", \"nowhere\"]}}");
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], Contents(stopped)[0]);
        Assert.Equal("stop", stopped.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task PartsOfTextAreOneText()
    {
        var (_, whole) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 8}}");
        var (_, parts) = await demo.AskAsync(Path, """{"messages": [{"role": "user", "content": [{"type": "text", "text": "What "}, {"type": "text", "text": "are you?"}]}], "max_completion_tokens": 8}""");
        Assert.Equal(Contents(whole), Contents(parts));
    }

    [Fact]
    public async Task UnknownFieldsAreIgnored()
    {
        var (status, _) = await demo.AskAsync(Path, $"{{{Question}, \"max_tokens\": 1, \"frobnicate\": {{\"a\": [1]}}, \"user\": \"x\", \"store\": true, \"tools\": [], \"response_format\": {{\"type\": \"text\"}}}}");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("\"messages\": 3", "messages")]
    [InlineData("\"messages\": []", "messages")]
    [InlineData("\"messages\": [{\"role\": \"user\"}]", "messages[0].content")]
    [InlineData("\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/png;base64,AA\"}}]}]", "messages[0].content[0].type")]
    [InlineData("\"messages\": [{\"role\": \"tool\", \"tool_call_id\": null, \"content\": \"x\"}]", "messages[0].tool_call_id")]
    [InlineData("\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"a\", \"function\": {\"name\": \"f\", \"arguments\": \"[]\"}}]}]", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("\"messages\": [{\"role\": \"assistant\", \"function_call\": {}}]", "messages[0].function_call")]
    [InlineData("\"messages\": [{\"role\": \"narrator\", \"content\": \"x\"}]", "messages[0].role")]
    [InlineData("\"temperature\": 3", "temperature")]
    [InlineData("\"temperature\": \"0.5\"", "temperature")]
    [InlineData("\"top_p\": -1", "top_p")]
    [InlineData("\"n\": 0", "n")]
    [InlineData("\"n\": 100", "n")]
    [InlineData("\"max_tokens\": 1.5", "max_tokens")]
    [InlineData("\"stop\": \"\"", "stop")]
    [InlineData("\"stop\": [1]", "stop[0]")]
    [InlineData("\"logit_bias\": {\"a\": 1}", "logit_bias")]
    [InlineData("\"logit_bias\": {\"5\": 101}", "logit_bias.5")]
    [InlineData("\"logit_bias\": {\"999999\": 1}", "logit_bias")]
    [InlineData("\"top_logprobs\": 3", "top_logprobs")]
    [InlineData("\"logprobs\": true, \"top_logprobs\": 21", "top_logprobs")]
    [InlineData("\"tools\": [{\"type\": \"function\"}]", "tools[0].function")]
    [InlineData("\"tools\": [{\"type\": \"web_search\"}]", "tools[0].type")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a b\"}}]", "tools[0].function.name")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": []}}]", "tools[0].function.parameters")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\"}}, {\"type\": \"function\", \"function\": {\"name\": \"f\"}}]", "tools[1].name")]
    [InlineData("\"tool_choice\": \"required\"", "tool_choice")]
    [InlineData("\"tool_choice\": \"sometimes\"", "tool_choice")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\"}}], \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"g\"}}", "tool_choice")]
    [InlineData("\"functions\": [{\"name\": \"f\"}]", "functions")]
    [InlineData("\"response_format\": {\"type\": \"yaml\"}", "response_format.type")]
    [InlineData("\"modalities\": [\"text\", \"audio\"]", "modalities")]
    [InlineData("\"stream\": \"yes\"", "stream")]
    public async Task WhatCannotBeUsedIsA400ThatNamesTheField(string field, string param)
    {
        // The last of two equal keys counts.
        var (status, answer) = await demo.AskAsync(Path, $"{{{Question}, {field}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var error = answer.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains("expected", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotNull(error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task ALongPromptIsToldWithBothNumbers()
    {
        var (status, answer) = await demo.AskAsync(Path, JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = string.Concat(Enumerable.Repeat("pump ", 600)) } } }));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var error = answer.GetProperty("error");
        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Equal("messages", error.GetProperty("param").GetString());
        Assert.Matches(@"maximum context length is 512 tokens.*resulted in \d{3,4} tokens", error.GetProperty("message").GetString());
    }

    /// <summary>What the model's template says to the client, without where on the machine the model lies.</summary>
    [Fact]
    public async Task ATemplatesRefusalIsA400WithoutThePath()
    {
        using var folder = new Formats.TemporaryFolder();
        foreach (var file in new[] { "config.json", "generation_config.json", "model.safetensors", "tokenizer.json" })
            File.Copy(System.IO.Path.Combine(ServerUnderTest.DemoPath, file), folder.File(file));
        folder.Write("tokenizer_config.json", """{"chat_template": "{{ raise_exception('roles must alternate') }}"}""");
        await using var server = await ServerUnderTest.StartAsync(null, awaitModel: true, () => LanguageModel.Load(folder.Path));
        var (status, answer) = await server.AskAsync(Path, $"{{{Question}}}");
        var message = answer.GetProperty("error").GetProperty("message").GetString();
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("roles must alternate", message, StringComparison.Ordinal);
        Assert.StartsWith("demo: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherModelIsA404()
    {
        var (status, answer) = await demo.AskAsync(Path, """{"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("model_not_found", answer.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await demo.GetAsync("/v1/models/gpt-4o")).Status);
        Assert.Equal("demo", (await demo.GetAsync("/v1/models/demo")).Answer.GetProperty("id").GetString());
        Assert.Equal("demo", (await demo.GetAsync("/v1/models")).Answer.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task WhatIsNoRouteIsA404InTheShapeOfItsApi()
    {
        var (status, answer) = await demo.AskAsync("/v1/audio/speech", "{}");
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        (status, answer) = await demo.AskAsync("/v1/files.json", "{}");
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        (status, answer) = await demo.AskAsync("/api/pull", "{}");
        Assert.Equal((HttpStatusCode.NotFound, JsonValueKind.String), (status, answer.GetProperty("error").ValueKind));
        (status, answer) = await demo.AskAsync("/v1/messages/batches", "{}");
        Assert.Equal((HttpStatusCode.NotFound, "error"), (status, answer.GetProperty("type").GetString()));
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");

    private static List<string> Contents(JsonElement answer) =>
        [.. answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("message").GetProperty("content").GetString()!)];
}
