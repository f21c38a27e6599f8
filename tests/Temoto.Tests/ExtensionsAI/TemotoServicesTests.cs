using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Temoto.Extensions.AI;
using Temoto.Tests.Server;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

public class TemotoServicesTests
{
    private static readonly ModelOptions OneThread = new() { Threads = 1 };

    [Fact]
    public async Task AModelIsLoadedOnceAndDisposedWithTheContainer()
    {
        var loads = 0;
        var provider = new ServiceCollection().AddTemoto(ServerUnderTest.DemoPath, OneThread with { MemoryPlanned = _ => loads++ }).BuildServiceProvider();
        Assert.Equal(0, loads);
        var client = provider.GetRequiredService<IChatClient>();
        Assert.Same(client, provider.GetRequiredService<TemotoChatClient>());
        var model = provider.GetRequiredService<LanguageModel>();
        Assert.Same(model, client.GetService<LanguageModel>());
        Assert.NotEmpty((await client.GetResponseAsync("What are you?")).Text);
        Assert.Equal(1, loads);
        await provider.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => model.CountTokens("pump"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("What are you?"));
    }

    /// <summary>The pipeline that a program builds around the client takes its place.</summary>
    [Fact]
    public void APipelineStandsBeforeIt()
    {
        var services = new ServiceCollection().AddTemoto(ServerUnderTest.DemoPath, OneThread);
        services.AddChatClient(services => services.GetRequiredService<TemotoChatClient>()).UseFunctionInvocation();
        using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        Assert.NotNull(client.GetService<FunctionInvokingChatClient>());
        Assert.Same(provider.GetRequiredService<TemotoChatClient>(), client.GetService<TemotoChatClient>());
    }

    [Fact]
    public async Task SeveralModelsAreToldApartByKeys()
    {
        using var provider = new ServiceCollection()
            .AddTemoto(ServerUnderTest.DemoPath, OneThread, new TemotoChatClientOptions { ModelId = "one" }, "first")
            .AddTemoto(ServerUnderTest.DemoPath, OneThread, new TemotoChatClientOptions { ModelId = "two" }, "second")
            .AddTemotoEmbeddings(ServerUnderTest.DemoPath, OneThread)
            .BuildServiceProvider();
        Assert.Null(provider.GetService<IChatClient>());
        foreach (var (key, name) in new[] { ("first", "one"), ("second", "two") })
            Assert.Equal(name, (await provider.GetRequiredKeyedService<IChatClient>(key).GetResponseAsync("x", new Ai.ChatOptions { MaxOutputTokens = 1 })).ModelId);
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Assert.Equal(provider.GetRequiredService<EmbeddingModel>().Embed("x"), (await generator.GenerateVectorAsync("x")).ToArray());
    }

    /// <summary>A container that goes while somebody reads an answer: the call ends with an error, nothing hangs.</summary>
    [Fact]
    public async Task DisposingTheContainerEndsCallsUnderWay()
    {
        var provider = new ServiceCollection().AddTemoto(ServerUnderTest.DemoPath, OneThread).BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        await using var call = client.GetStreamingResponseAsync("What are you?", new Ai.ChatOptions { RawRepresentationFactory = _ => DemoChat.Endless }).GetAsyncEnumerator();
        Assert.True(await call.MoveNextAsync());
        await provider.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (await call.MoveNextAsync())
            {
            }
        });
    }
}
