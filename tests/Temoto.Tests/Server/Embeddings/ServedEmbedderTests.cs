using System.ClientModel;
using System.Net;
using System.Text.Json;
using OllamaSharp;
using OpenAI;
using OpenAI.Embeddings;
using Temoto.Server.Embeddings;

namespace Temoto.Tests.Server.Embeddings;

/// <summary>/v1/embeddings, /api/embed and /api/embeddings: what clients get is what the library gives. The demo model is its own embedder here.</summary>
public class ServedEmbedderTests
{
    private static readonly string[] Texts = ["The pump has stopped.", "ポンプが停止した。", "x"];

    [Fact]
    public async Task OpenAisClientGetsTheVectorsOfTheLibrary()
    {
        using var model = ServerUnderTest.LoadVectors();
        await using var server = await ServerUnderTest.StartWithVectorsAsync();
        var client = new EmbeddingClient("vectors", new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Client.BaseAddress!, "v1") });
        // It asks for base64.
        var answer = await client.GenerateEmbeddingsAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("vectors", answer.Value.Model);
        Assert.Equal(Texts.Sum(text => model.Encode(text, EmbeddingKind.Text, out _).Length), answer.Value.Usage.InputTokenCount);
        for (var i = 0; i < Texts.Length; i++)
            Assert.Equal(model.Embed(Texts[i]), answer.Value[i].ToFloats().ToArray());
    }

    [Fact]
    public async Task OllamasClientGetsTheSame()
    {
        using var model = ServerUnderTest.LoadVectors();
        await using var server = await ServerUnderTest.StartWithVectorsAsync();
        using var client = new OllamaApiClient(server.Client.BaseAddress!, "vectors:latest");
        var answer = await client.EmbedAsync(new OllamaSharp.Models.EmbedRequest { Model = "vectors", Input = [.. Texts] }, TestContext.Current.CancellationToken);
        Assert.Equal(Texts.Select(text => model.Embed(text)), answer.Embeddings);
        Assert.Equal(2, (await client.ListLocalModelsAsync(TestContext.Current.CancellationToken)).Count());
        var (_, old) = await server.AskAsync("/api/embeddings", """{"model": "vectors", "prompt": "x"}""");
        Assert.Equal(model.Embed("x"), old.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()));
    }

    [Fact]
    public async Task NumbersAndTokensAreTakenToo()
    {
        using var model = ServerUnderTest.LoadVectors();
        await using var server = await ServerUnderTest.StartWithVectorsAsync();
        var tokens = model.Encode("pump", EmbeddingKind.Text, out _);
        var (status, answer) = await server.AskAsync("/v1/embeddings", $$"""{"input": [[{{string.Join(", ", tokens)}}], "pump"]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(answer.GetProperty("data").EnumerateArray(), entry => Assert.Equal(model.Embed("pump"), entry.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())));
        Assert.Equal(["demo", "vectors"], (await server.GetAsync("/v1/models")).Answer.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
        Assert.Equal("embedding", (await server.AskAsync("/api/show", """{"model": "vectors"}""")).Answer.GetProperty("capabilities")[0].GetString());
    }

    [Theory]
    [InlineData("""{}""", 400, "input")]
    [InlineData("""{"input": []}""", 400, "input")]
    [InlineData("""{"input": [{"a": 1}]}""", 400, "input[0]")]
    [InlineData("""{"input": [1, 99999999]}""", 400, "input[1]")]
    [InlineData("""{"input": "x", "encoding_format": "hex"}""", 400, "encoding_format")]
    [InlineData("""{"input": "x", "dimensions": 3}""", 400, "dimensions")]
    [InlineData("""{"input": "x", "model": "demo"}""", 404, "demo")]
    public async Task WhatCannotBeUsedIsNamed(string request, int status, string named)
    {
        await using var server = await ServerUnderTest.StartWithVectorsAsync();
        var (actual, answer) = await server.AskAsync("/v1/embeddings", request);
        Assert.Equal(status, (int)actual);
        Assert.Contains(named, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>OpenAI's API refuses a text that is too long, Ollama's cuts it unless it is told not to.</summary>
    [Fact]
    public async Task ALongTextIsRefusedOrCut()
    {
        await using var server = await ServerUnderTest.StartWithVectorsAsync();
        var text = JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("pump ", 2000)));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.AskAsync("/v1/embeddings", $$"""{"input": {{text}}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync("/api/embed", $$"""{"model": "vectors", "input": {{text}}}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.AskAsync("/api/embed", $$"""{"model": "vectors", "input": {{text}}, "truncate": false}""")).Status);
    }

    [Fact]
    public async Task WithoutAnEmbedderItIsSaidHowToHaveOne()
    {
        await using var server = await ServerUnderTest.StartAsync();
        var (status, answer) = await server.AskAsync("/v1/embeddings", """{"input": "x"}""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("--embeddings", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>One runs, one may wait: of many at a time each is answered, or told to come again; then there is room again.</summary>
    [Fact]
    public async Task ThoseThatWaitAreCounted()
    {
        await using var server = await ServerUnderTest.StartWithVectorsAsync(mostWaiting: 1);
        var text = JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("pump ", 100)));
        var many = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => server.AskAsync("/v1/embeddings", $$"""{"input": [{{text}}, {{text}}, {{text}}]}""")));
        Assert.All(many, answer => Assert.True((int)answer.Status is 200 or 429, $"{answer.Status}"));
        Assert.Contains(many, answer => answer.Status == HttpStatusCode.OK);
        Assert.Contains(many, answer => (int)answer.Status == 429);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync("/v1/embeddings", """{"input": "x"}""")).Status);
    }

    [Fact]
    public async Task ARequestHasItsTime()
    {
        await using var server = await ServerUnderTest.StartAsync(loadEmbedder: () => new ServedEmbedder("vectors", ServerUnderTest.LoadVectors(), 8, TimeSpan.Zero));
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await server.AskAsync("/v1/embeddings", """{"input": "x"}""")).Status);
    }

    [Fact]
    public async Task BothModelsNeedNamesOfTheirOwn()
    {
        await using var server = await ServerUnderTest.StartAsync(awaitModel: false, loadEmbedder: () => new ServedEmbedder("demo", ServerUnderTest.LoadVectors(), 1, TimeSpan.FromMinutes(10)));
        Assert.Contains("--alias", (await Assert.ThrowsAsync<InputException>(() => server.Server.Models.Ready)).Message, StringComparison.Ordinal);
    }
}
