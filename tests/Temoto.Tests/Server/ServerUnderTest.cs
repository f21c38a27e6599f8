using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Temoto.Server;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Tests.Server;

/// <summary>A server of the demo model on a free port of the loopback address, stopped by the handle that started it.</summary>
public sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly StringWriter log;

    private ServerUnderTest(TemotoServer server, StringWriter log)
    {
        Server = server;
        this.log = log;
        Client = new HttpClient { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
    }

    internal TemotoServer Server { get; }

    public HttpClient Client { get; }

    internal ServedModel Model => Server.Models.Loaded[0];

    internal Scheduler Scheduler => Model.Scheduler;

    public static string DemoPath => Path.Combine(RepositoryPaths.Root, "models", "demo");

    internal string Log
    {
        get
        {
            lock (log)
                return log.ToString();
        }
    }

    internal static async Task<ServerUnderTest> StartAsync(ServerSettings? settings = null, bool awaitModel = true, Func<LanguageModel>? load = null, Func<ServedEmbedder>? loadEmbedder = null, IReadOnlyList<ModelSource>? models = null)
    {
        var log = new StringWriter();
        settings = (settings ?? new ServerSettings()) with { Port = 0 };
        var server = await TemotoServer.StartAsync(settings, models ?? [new ModelSource("demo", _ => load?.Invoke() ?? LoadDemo(settings.Slots ?? 4))], new AccessLog(TextWriter.Synchronized(log)), loadEmbedder);
        if (awaitModel)
            await server.Models.Ready;
        return new ServerUnderTest(server, log);
    }

    /// <summary>The demo model beside itself as what makes vectors.</summary>
    internal static Task<ServerUnderTest> StartWithVectorsAsync(int mostWaiting = 8) => StartAsync(loadEmbedder: () => new ServedEmbedder("vectors", LoadVectors(), mostWaiting, TimeSpan.FromMinutes(10)));

    internal static EmbeddingModel LoadVectors() => EmbeddingModel.Load(DemoPath, new ModelOptions { Threads = 2 });

    internal static LanguageModel LoadDemo(int slots = 4) => LanguageModel.Load(DemoPath, new ModelOptions { Threads = 2, MaxBatchSequences = slots });

    internal Task<HttpResponseMessage> PostAsync(string path, string json) => Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>The document of an answer, whatever its status.</summary>
    internal async Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    internal async Task<(HttpStatusCode Status, JsonElement Answer)> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>The data of each event, as it stands.</summary>
    internal async Task<List<string>> EventsAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item[(item.IndexOf("data: ", StringComparison.Ordinal) + 6)..])];
    }

    internal async Task AwaitIdleAsync()
    {
        while (Scheduler.QueueCount > 0 || Scheduler.Slots.Any(slot => slot.Job is not null))
            await Task.Delay(1);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>One for all tests of a class.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    public ServerUnderTest Demo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Demo = await ServerUnderTest.StartAsync();

    public ValueTask DisposeAsync() => Demo.DisposeAsync();
}
