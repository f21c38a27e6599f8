using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace Temoto.Tests.Server.Ollama;

/// <summary>OllamaSharp, unchanged.</summary>
public sealed class OllamaClientTests : IClassFixture<DemoServer>, IDisposable
{
    private readonly HttpClient http;
    private readonly OllamaApiClient client;

    public OllamaClientTests(DemoServer server)
    {
        http = new HttpClient { BaseAddress = server.Demo.Server.Url, Timeout = Timeout.InfiniteTimeSpan };
        client = new OllamaApiClient(http) { SelectedModel = "demo" };
    }

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

    [Fact]
    public async Task ItFindsTheModel()
    {
        Assert.True(await client.IsRunningAsync());
        Assert.Equal("0.1.0", await client.GetVersionAsync());
        var local = Assert.Single(await client.ListLocalModelsAsync());
        Assert.Equal(("demo:latest", "qwen2"), (local.Name, local.Details.Family));
        Assert.Equal("demo:latest", Assert.Single(await client.ListRunningModelsAsync()).Name);
        var shown = await client.ShowModelAsync(new ShowModelRequest { Model = "demo:latest" });
        Assert.Equal("qwen2", shown.Info.Architecture);
        Assert.Contains("completion", shown.Capabilities!);
    }

    [Fact]
    public async Task ItChatsWithAndWithoutStreaming()
    {
        var texts = new List<string>();
        foreach (var stream in new[] { true, false })
        {
            var request = new ChatRequest
            {
                Messages = [new Message(OllamaSharp.Models.Chat.ChatRole.User, "What are you?")],
                Stream = stream,
                Options = new RequestOptions { NumPredict = 10, Temperature = 0 },
            };
            var text = "";
            ChatDoneResponseStream? done = null;
            await foreach (var piece in client.ChatAsync(request))
            {
                text += piece!.Message.Content;
                done = piece as ChatDoneResponseStream ?? done;
            }
            Assert.Equal("length", done!.DoneReason);
            Assert.Equal(10, done.EvalCount);
            texts.Add(text);
        }
        Assert.Equal(texts[0], texts[1]);
        Assert.NotEmpty(texts[0]);
    }

    [Fact]
    public async Task ItGenerates()
    {
        var text = "";
        await foreach (var piece in client.GenerateAsync(new GenerateRequest { Model = "demo", Prompt = "What are you?", Options = new RequestOptions { NumPredict = 6 } }))
            text += piece!.Response;
        Assert.NotEmpty(text);
    }

    [Fact]
    public async Task AnotherModelIsAnError()
    {
        var error = await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            await foreach (var _ in client.GenerateAsync(new GenerateRequest { Model = "none", Prompt = "x" }))
            {
            }
        });
        Assert.Equal(System.Net.HttpStatusCode.NotFound, error.StatusCode);
    }
}
