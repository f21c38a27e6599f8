using System.Net;
using System.Text.Json;
using Temoto.Tests.Demo;

namespace Temoto.Tests.Server.OpenAi;

public sealed class TextCompletionsTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Path = "/v1/completions";

    private readonly ServerUnderTest demo = server.Demo;

    [Fact]
    public async Task TextsAndTokenIdsAreTheSamePrompt()
    {
        var ids = string.Join(',', demo.Model.Model.Tokenize("Pump P-7 is"));
        var (_, text) = await demo.AskAsync(Path, """{"model": "demo", "prompt": "Pump P-7 is", "max_tokens": 6}""");
        var (_, tokens) = await demo.AskAsync(Path, $"{{\"prompt\": [{ids}], \"max_tokens\": 6}}");
        var (_, both) = await demo.AskAsync(Path, $"{{\"prompt\": [[{ids}], [{ids}]], \"max_tokens\": 6}}");
        Assert.Equal(Texts(text), Texts(tokens));
        Assert.Equal([Texts(text)[0], Texts(text)[0]], Texts(both));
        Assert.Equal("text_completion", text.GetProperty("object").GetString());
        Assert.Equal(2 * text.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), both.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", \"cache_prompt\": true", true)]
    [InlineData(", \"cache_prompt\": false", false)]
    public async Task WhatIsKeptOfAPromptIsReusedUnlessForbidden(string field, bool reused)
    {
        var prompt = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"Pump {i}"));
        await demo.AskAsync(Path, $"{{\"prompt\": \"{prompt}\", \"max_tokens\": 1}}");
        var (_, answer) = await demo.AskAsync(Path, $"{{\"prompt\": \"{prompt}\", \"max_tokens\": 1{field}}}");
        Assert.Equal(reused, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32() > 32);
    }

    [Fact]
    public async Task SixteenTokensWhereNothingIsSaid()
    {
        var (_, answer) = await demo.AskAsync(Path, $"{{\"prompt\": \"Pump\", {DemoTokens.NoEndField}}}");
        Assert.Equal(16, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task EchoPutsThePromptFirst()
    {
        var (_, answer) = await demo.AskAsync(Path, """{"prompt": ["Pump P-7 is", "Fan 3"], "max_tokens": 2, "echo": true}""");
        Assert.Equal(["Pump P-7 is", "Fan 3"], Texts(answer).Zip(["Pump P-7 is", "Fan 3"], (text, prompt) => text[..prompt.Length]));
        var events = await demo.EventsAsync(Path, """{"prompt": "Fan 3", "max_tokens": 2, "echo": true, "stream": true}""");
        Assert.Equal(Texts(answer)[1], string.Concat(events.SkipLast(1).SelectMany(data => Texts(JsonSerializer.Deserialize<JsonElement>(data)))));
    }

    [Fact]
    public async Task LogprobsHaveAPlaceInTheText()
    {
        const string request = """{"prompt": "Pump P-7 is", "max_tokens": 5, "logprobs": 2 %}""";
        var (_, answer) = await demo.AskAsync(Path, request.Replace("%", "", StringComparison.Ordinal));
        var logprobs = answer.GetProperty("choices")[0].GetProperty("logprobs");
        var tokens = logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToList();
        Assert.Equal(Texts(answer)[0], string.Concat(tokens));
        var offset = 0;
        foreach (var (token, at) in tokens.Zip(logprobs.GetProperty("text_offset").EnumerateArray().Select(value => value.GetInt32())))
        {
            Assert.Equal(offset, at);
            offset += token.Length;
        }
        Assert.All(logprobs.GetProperty("top_logprobs").EnumerateArray(), top => Assert.Equal(2, top.EnumerateObject().Count()));
        var events = await demo.EventsAsync(Path, request.Replace("%", ", \"stream\": true", StringComparison.Ordinal));
        var streamed = events.SkipLast(1).Select(data => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("choices")[0].GetProperty("logprobs")).Where(item => item.ValueKind == JsonValueKind.Object).ToList();
        Assert.Equal(tokens, streamed.Select(item => item.GetProperty("tokens")[0].GetString()));
        Assert.Equal(logprobs.GetProperty("text_offset").EnumerateArray().Select(value => value.GetInt32()), streamed.Select(item => item.GetProperty("text_offset")[0].GetInt32()));
    }

    [Theory]
    [InlineData("\"prompt\": {}", "prompt")]
    [InlineData("\"prompt\": []", "prompt")]
    [InlineData("\"prompt\": [true]", "prompt[0]")]
    [InlineData("\"prompt\": [-1]", "prompt")]
    [InlineData("\"prompt\": [99999]", "prompt")]
    [InlineData("\"prompt\": \"x\", \"suffix\": \"y\"", "suffix")]
    [InlineData("\"prompt\": \"x\", \"best_of\": 2", "best_of")]
    [InlineData("\"prompt\": \"x\", \"echo\": true, \"logprobs\": 1", "echo")]
    public async Task WhatCannotBeUsedIsA400ThatNamesTheField(string field, string param)
    {
        var (status, answer) = await demo.AskAsync(Path, $"{{{field}}}");
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, answer.GetProperty("error").GetProperty("param").GetString()));
    }

    private static List<string> Texts(JsonElement answer) => [.. answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!)];
}
