using System.Text.Json;
using System.Text.RegularExpressions;
using Temoto.Tests.Demo;

namespace Temoto.Tests.Server.Operations;

public sealed partial class OperationRoutesTests(DemoServer server) : IClassFixture<DemoServer>
{
    private readonly ServerUnderTest demo = server.Demo;

    /// <summary>Prometheus' text format: every sample belongs to a name with a type, buckets grow, and no name comes twice.</summary>
    [Fact]
    public async Task MetricsAreWellFormedAndCount()
    {
        await demo.AskAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 3}""");
        var text = await demo.Client.GetStringAsync("/metrics");
        var types = TypeLine().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(types.Distinct(), types);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            Assert.Matches(Sample(), line);
            Assert.Contains(types, type => line.StartsWith(type, StringComparison.Ordinal));
        }
        var counts = Bucket().Matches(text).Where(match => match.Groups[1].Value == "temoto_inter_token_seconds").Select(match => long.Parse(match.Groups[2].Value)).ToList();
        Assert.Equal(counts.Order(), counts);
        Assert.True(counts[^1] >= 2);
        Assert.Contains("temoto_requests_total{route=\"/v1/chat/completions\",status=\"200\"}", text, StringComparison.Ordinal);
        Assert.Contains("temoto_ready 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokensGoThereAndBack()
    {
        const string text = "Pump P-7: 81.4 °C, 手元";
        var (_, tokens) = await demo.AskAsync("/tokenize", $"{{\"content\": \"{text}\"}}");
        Assert.Equal(demo.Model.Model.Tokenize(text), tokens.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
        var (_, back) = await demo.AskAsync("/detokenize", tokens.GetRawText());
        Assert.Equal(text, back.GetProperty("content").GetString());
    }

    [Fact]
    public async Task SlotsAndPropsSayWhatThereIs()
    {
        var (_, slots) = await demo.GetAsync("/slots");
        Assert.Equal(demo.Scheduler.Slots.Count, slots.GetArrayLength());
        var (_, props) = await demo.GetAsync("/props");
        Assert.Equal(512, props.GetProperty("context_tokens").GetInt32());
        Assert.Equal("0.1.0", props.GetProperty("version").GetString());
        using var head = await demo.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health"));
        Assert.True(head.IsSuccessStatusCode);
    }

    /// <summary>Three tokens of one text: two runs of one sequence, at the places behind the prompt; and what the plan says of one token beside it.</summary>
    [Fact]
    public async Task BytesOfDecodedTokensAreThoseOfThePlan()
    {
        await using var alone = await ServerUnderTest.StartAsync();
        var events = await alone.EventsAsync("/v1/chat/completions", $$"""{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 3, "stream": true, "stream_options": {"include_figures": true}, {{DemoTokens.NoEndField}}}""");
        var last = JsonSerializer.Deserialize<JsonElement>(events[^2]);
        var prompt = last.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
        var figures = alone.Model.Model.Engine.Plan.DecodeFigures;
        var bytes = figures.BytesPerToken(prompt) + figures.BytesPerToken(prompt + 1);
        var metrics = await alone.Client.GetStringAsync("/metrics");
        Assert.Contains("\ntemoto_decoded_tokens_total 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"\ntemoto_decode_bytes_total {bytes}\n", metrics, StringComparison.Ordinal);
        Assert.Equal(bytes / 2, last.GetProperty("figures").GetProperty("bytes_per_token").GetInt64());
        Assert.True(last.GetProperty("figures").GetProperty("decode_tokens_per_second").GetDouble() > 0);
        var (_, props) = await alone.GetAsync("/props");
        var traffic = props.GetProperty("traffic");
        Assert.Equal(figures.WeightBytes, traffic.GetProperty("weight_bytes_per_token").GetInt64());
        Assert.InRange(bytes / 2, traffic.GetProperty("least_bytes_per_token").GetInt64(), traffic.GetProperty("most_bytes_per_token").GetInt64());
        Assert.Equal(alone.Model.Model.Info.Memory.WeightBytes, props.GetProperty("memory").GetProperty("weight_bytes").GetInt64());
        Assert.Equal((0, false), (props.GetProperty("sampling").GetProperty("temperature").GetDouble(), props.GetProperty("switches_thoughts").GetBoolean()));
    }

    /// <summary>Figures are a field of our own: who does not ask sees none.</summary>
    [Fact]
    public async Task FiguresComeOnlyWhereTheyAreAskedFor()
    {
        var events = await demo.EventsAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 3, "stream": true, "stream_options": {"include_usage": true}}""");
        Assert.All(events, data => Assert.DoesNotContain("figures", data, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^# TYPE (\w+) (counter|gauge|histogram)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^[a-z_]+(\{[a-z_]+=""[^""\n]*""(,[a-z_]+=""[^""\n]*"")*\})? [0-9.E+-]+$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"^(\w+)_bucket\{[^}]*\} (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Bucket();
}
