using System.Net;
using System.Text;
using System.Text.Json;
using Temoto.Evaluation.Serving;

namespace Temoto.Tests.Evaluation.Serving;

/// <summary>A server that answers from a script: each line of its answer comes one second after the one before.</summary>
public sealed class ServerClientTests
{
    private const string Usage = """{"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Piece(string text) => JsonSerializer.Serialize(new { choices = new[] { new { text, index = 0 } } });

    /// <summary>Empty pieces are no text; what follows the last one does not count.</summary>
    [Fact]
    public async Task TimesAreThoseOfPiecesWithText()
    {
        var (answer, body) = await AskAsync(Piece(""), Piece("a"), Piece("b"), Piece("c"), Piece(""), Usage, "[DONE]");
        Assert.Equal(new ServerAnswer { End = AnswerEnd.Whole, FirstTokenSeconds = 2, Seconds = 4, PromptTokens = 12, CachedTokens = 4, AnswerTokens = 5 }, answer);
        Assert.Equal(0.5, answer.TokenSeconds);
        Assert.Equal(("m", "the prompt", 7, true, true), (
            body.GetProperty("model").GetString(), body.GetProperty("prompt").GetString(), body.GetProperty("max_tokens").GetInt32(),
            body.GetProperty("ignore_eos").GetBoolean(), body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean()));
    }

    /// <summary>Servers that do not know the field may refuse it.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task OnlyWhereNothingIsToBeReusedTheServerIsTold(bool reuses, bool told)
    {
        using var script = new Script([Piece("a"), "[DONE]"], HttpStatusCode.OK);
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://server/") };
        await new ServerClient(http, "m", script.Clock, reuses).AskAsync("x", 1, script.Clock.GetTimestamp(), Cancellation);
        Assert.Equal(told, script.Asked.TryGetProperty("cache_prompt", out var value) && !value.GetBoolean());
    }

    [Fact]
    public async Task PiecesAreCountedWhereTheServerDoesNot()
    {
        var (answer, _) = await AskAsync(Piece("a"), Piece("b"), "[DONE]");
        Assert.Equal((AnswerEnd.Whole, 2, 0, 1.0), (answer.End, answer.AnswerTokens, answer.PromptTokens, answer.TokenSeconds));
    }

    [Theory]
    [InlineData("the answer broke off", """{"choices": [{"text": "a"}]}""")]
    [InlineData("an answer without text", "[DONE]")]
    [InlineData("out of memory", """{"choices": [{"text": "a"}]}""", """{"error": {"message": "out of memory"}}""")]
    [InlineData("invalid", "no JSON")]
    public async Task AnswersThatDoNotComeWholeHaveFailed(string says, params string[] events)
    {
        var (answer, _) = await AskAsync(events);
        Assert.Equal(AnswerEnd.Failed, answer.End);
        Assert.Contains(says, answer.Fault, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, AnswerEnd.Refused)]
    [InlineData(HttpStatusCode.ServiceUnavailable, AnswerEnd.Refused)]
    [InlineData(HttpStatusCode.BadRequest, AnswerEnd.Failed)]
    internal async Task OnlyFullServersRefuse(HttpStatusCode status, AnswerEnd expected)
    {
        using var script = new Script([], status);
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://server/") };
        Assert.Equal(expected, (await new ServerClient(http, "m", script.Clock).AskAsync("x", 1, script.Clock.GetTimestamp(), Cancellation)).End);
    }

    private static async Task<(ServerAnswer Answer, JsonElement Body)> AskAsync(params string[] events)
    {
        using var script = new Script(events, HttpStatusCode.OK);
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://server/") };
        var answer = await new ServerClient(http, "m", script.Clock).AskAsync("the prompt", 7, script.Clock.GetTimestamp(), Cancellation);
        return (answer, script.Asked);
    }

    private sealed class Script(IReadOnlyList<string> events, HttpStatusCode status) : HttpMessageHandler
    {
        public HandClock Clock { get; } = new();

        public JsonElement Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = JsonSerializer.Deserialize<JsonElement>(await request.Content!.ReadAsStringAsync(cancellationToken));
            return new HttpResponseMessage(status) { Content = new StreamContent(new Events(events, Clock)) };
        }
    }

    /// <summary>Gives one event with each read.</summary>
    private sealed class Events(IReadOnlyList<string> events, HandClock clock) : Stream
    {
        private int next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (next == events.Count)
                return 0;
            clock.Now += TimeSpan.FromSeconds(1);
            return Encoding.UTF8.GetBytes($"data: {events[next++]}\n\n", buffer.AsSpan(offset, count));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
