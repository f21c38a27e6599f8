using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

/// <summary>An empty store in a folder of its own, and a repository to pull from.</summary>
internal sealed class StoreFixture : IDisposable
{
    public const string OtherCommit = "fedcba9876543210fedcba9876543210fedcba98";

    private readonly TemporaryFolder folder = new();
    private readonly LoopbackServer server;

    public StoreFixture()
    {
        Store = new ModelStore(folder.File("models"));
        Serve = (request, stream) => Repository.ServeAsync(request, stream);
        server = new LoopbackServer((request, stream) => Serve(request, stream));
    }

    public ModelStore Store { get; }

    public FakeRepository Repository { get; set; } = new();

    /// <summary>How the server answers; well, unless a test says otherwise.</summary>
    public Func<LoopbackRequest, Stream, Task> Serve { get; set; }

    public string Endpoint => server.Endpoint;

    public IReadOnlyList<LoopbackRequest> FileRequests => server.FileRequests;

    public StoredModel Model => Store.For("maker/model");

    public HubOptions Options(string? file = null) => new()
    {
        Repository = "maker/model",
        Endpoint = server.Endpoint,
        File = file,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        Attempts = 2,
    };

    public Task<HubDownloadResult> PullAsync(HubOptions? options = null, Action? waiting = null) =>
        StorePull.RunAsync(options ?? Options(), Store, null, waiting, TestContext.Current.CancellationToken);

    /// <summary>A pull whose weights end after <paramref name="bytes"/>, twice, and which so fails.</summary>
    public async Task BreakAsync(int bytes = 500_000, HubOptions? options = null)
    {
        var serve = Serve;
        Serve = async (request, stream) =>
        {
            if (Repository.FileOf(request) is var (path, content) && FakeRepository.IsLarge(path))
            {
                await LoopbackServer.HeadAsync(stream, request.RangeStart is null ? 200 : 503, $"Content-Length: {content.Length}");
                await stream.WriteAsync(content.AsMemory(0, request.RangeStart is null ? bytes : 0));
                return;
            }
            await serve(request, stream);
        };
        await Assert.ThrowsAsync<HubUnavailableException>(() => PullAsync(options));
        Serve = serve;
    }

    /// <summary>The next version of the repository: other weights and another tokenizer, the same config.</summary>
    public void Advance()
    {
        Repository = new FakeRepository(seed: 2) { Head = OtherCommit };
    }

    public string At(string file) => Path.Combine(Model.Folder, file);

    /// <summary>The files under their own names are those of the repository, and nothing else is there.</summary>
    public void AssertHolds(FakeRepository repository, params string[] names)
    {
        var files = Directory.GetFiles(Model.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Model.Folder, path)).Where(name => !name.StartsWith(".temoto"));
        Assert.Equal(names, files.Order(StringComparer.Ordinal));
        foreach (var name in names)
            Assert.Equal(repository.Files[name], File.ReadAllBytes(At(name)));
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }
}
