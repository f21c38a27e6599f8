using System.Text.Json;
using Microsoft.Extensions.AI;
using Temoto.Extensions.AI;
using Temoto.Tests.Server;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>What the generator gives is what the library gives. The demo model is the embedder here.</summary>
public sealed class TemotoEmbeddingGeneratorTests : IDisposable
{
    private static readonly string[] Texts = ["The pump has stopped.", "ポンプが停止した。", "x"];

    private readonly EmbeddingModel model = EmbeddingModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1 });

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task VectorsAreTheLibrarys()
    {
        using var generator = new TemotoEmbeddingGenerator(model);
        var made = await generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { Dimensions = model.Dimensions, ModelId = "demo" });
        Assert.Equal(model.Embed(Texts), made.Select(embedding => embedding.Vector.ToArray()));
        Assert.All(made, embedding => Assert.Equal("demo", embedding.ModelId));
        Assert.Equal(Texts.Sum(text => model.Encode(text, EmbeddingKind.Text, out _).Length), made.Usage!.InputTokenCount);
        Assert.Equal(model.Embed("x"), (await generator.GenerateVectorAsync("x")).ToArray());
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Fact]
    public async Task CallsAtTheSameTimeGetTheirOwn()
    {
        using var generator = new TemotoEmbeddingGenerator(model);
        var made = await Task.WhenAll(Texts.Concat(Texts).Select(text => generator.GenerateVectorAsync(text)));
        Assert.Equal(Texts.Concat(Texts).Select(text => model.Embed(text)), made.Select(vector => vector.ToArray()));
    }

    [Fact]
    public async Task AKindIsTaken()
    {
        using var generator = new TemotoEmbeddingGenerator(model, new TemotoEmbeddingOptions { Kind = EmbeddingKind.Passage });
        foreach (var kind in new object[] { "query", EmbeddingKind.Query, JsonDocument.Parse("\"query\"").RootElement })
        {
            var made = await generator.GenerateAsync(["x"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["kind"] = kind } });
            Assert.Equal(model.Embed("x", EmbeddingKind.Query), made.Single().Vector.ToArray());
        }
    }

    [Fact]
    public async Task ALongTextIsRefusedOrCut()
    {
        var text = string.Concat(Enumerable.Repeat("pump ", 2000));
        using var generator = new TemotoEmbeddingGenerator(model);
        Assert.Contains($"expected at most {model.MaxTokens}", (await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync([text]))).Message, StringComparison.Ordinal);
        using var cutting = new TemotoEmbeddingGenerator(model, new TemotoEmbeddingOptions { CutsLongTexts = true });
        var made = await cutting.GenerateAsync([text]);
        Assert.Equal(model.Embed(text), made.Single().Vector.ToArray());
        Assert.Equal(model.MaxTokens, made.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task WhatCannotBeDoneIsRefused()
    {
        using var generator = new TemotoEmbeddingGenerator(model);
        Task Ask(EmbeddingGenerationOptions options) => generator.GenerateAsync(["x"], options);
        await Assert.ThrowsAsync<NotSupportedException>(() => Ask(new() { Dimensions = 3 }));
        await Assert.ThrowsAsync<NotSupportedException>(() => Ask(new() { RawRepresentationFactory = _ => "x" }));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(new() { ModelId = "other" }));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(new() { AdditionalProperties = new() { ["kind"] = "book" } }));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(new() { AdditionalProperties = new() { ["king"] = "query" } }));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["x", null!]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["x"], cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public async Task ItDisposesWhatItLoaded()
    {
        var generator = new TemotoEmbeddingGenerator(model);
        generator.Dispose();
        Assert.NotEmpty(model.Embed("x"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(["x"]));
        var loaded = TemotoEmbeddingGenerator.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1 });
        var own = loaded.GetService<EmbeddingModel>()!;
        loaded.Dispose();
        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => own.Embed("x"));
    }

    [Fact]
    public void ItTellsWhatStandsBehindIt()
    {
        using var generator = new TemotoEmbeddingGenerator(model, new TemotoEmbeddingOptions { ModelId = "vectors" });
        Assert.Same(model, generator.GetService<EmbeddingModel>());
        Assert.Same(generator, generator.GetService<IEmbeddingGenerator>());
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(("temoto", "vectors", model.Dimensions), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Null(generator.GetService(typeof(EmbeddingModel), "key"));
    }
}
