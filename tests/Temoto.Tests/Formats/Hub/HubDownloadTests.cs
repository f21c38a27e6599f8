using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Temoto.Formats.Hub;
using static Temoto.Tests.Formats.Hub.LoopbackServer;

namespace Temoto.Tests.Formats.Hub;

/// <summary>Downloads from a server on loopback that misbehaves in every way that a network does; each test ends with the directory's state.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private static readonly string[] Needed = ["config.json", Weights, "tokenizer.json"];

    private readonly string directory = Path.Combine(Path.GetTempPath(), "temoto-hub-" + Guid.NewGuid().ToString("N"));
    private readonly FakeRepository repository = new();

    public void Dispose()
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private static HubOptions Options(LoopbackServer server) => new()
    {
        Repository = "maker/model",
        Endpoint = server.Endpoint,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        Attempts = 3,
    };

    private Task<HubDownloadResult> Run(HubOptions options, Action<HubProgress>? progress = null, CancellationToken? cancellation = null) =>
        HubDownload.RunAsync(options, directory, progress, cancellation ?? TestContext.Current.CancellationToken);

    private string[] Names() => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal)]
        : [];

    private string At(string name) => Path.Combine(directory, name);

    private void AssertWhole()
    {
        Assert.Equal(Needed, Names());
        foreach (var name in Needed)
            Assert.Equal(repository.Files[name], File.ReadAllBytes(At(name)));
    }

    /// <summary>Every file under its own name is whole; the rest of the directory is .part files of it.</summary>
    private void AssertNothingHalf(params string[] whole)
    {
        Assert.Equal(whole, Names().Where(name => !name.Contains(".part")));
        foreach (var name in whole)
            Assert.Equal(repository.Files[name], File.ReadAllBytes(At(name)));
    }

    [Fact]
    public async Task FetchesWhatACheckpointNeedsAtOneCommit()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        var seen = new List<HubProgress>();
        var result = await Run(Options(server) with { Revision = "refs/pr/1" }, seen.Add);
        AssertWhole();
        Assert.Equal("/api/models/maker/model/revision/refs%2Fpr%2F1?blobs=true", server.Requests[0].Path);
        Assert.Equal(["tokenizer.json", Weights, "config.json"], server.FileRequests.Select(request => Path.GetFileName(request.Path)));
        Assert.All(server.FileRequests, request => Assert.StartsWith($"/maker/model/resolve/{FakeRepository.Commit}/", request.Path));
        Assert.All(server.Requests, request => Assert.Null(request["Authorization"]));
        Assert.Equal(FakeRepository.Commit, result.Commit);
        Assert.All(result.Files, file => Assert.True(file.WasFetched));
        Assert.Equal(seen[^1].TotalBytes, seen[^1].DoneBytes);
        Assert.Equal(Needed.Sum(name => (long)repository.Files[name].Length), seen[^1].TotalBytes);
        Assert.Equal(seen.Select(one => one.DoneBytes).Order(), seen.Select(one => one.DoneBytes));
    }

    [Fact]
    public async Task WhatIsThereAlreadyIsNotFetchedAgain()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        await Run(Options(server));
        File.WriteAllText(At("tokenizer.json"), new string('x', repository.Files["tokenizer.json"].Length));
        var before = server.FileRequests.Count;
        var result = await Run(Options(server));
        AssertWhole();
        Assert.Equal(before + 1, server.FileRequests.Count);
        Assert.Equal(["tokenizer.json"], result.Files.Where(file => file.WasFetched).Select(file => file.Path));
    }

    [Fact]
    public async Task ALostConnectionIsResumedWithIfRange()
    {
        var drops = 0;
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content) && request.RangeStart is null or < 2 << 20 && drops++ < 3)
            {
                var start = (int)(request.RangeStart ?? 0);
                var etag = $"ETag: \"{FakeRepository.Hash(Weights, content)}\"";
                await (start == 0
                    ? HeadAsync(stream, 200, etag, $"Content-Length: {content.Length}")
                    : HeadAsync(stream, 206, etag, $"Content-Length: {content.Length - start}", $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}"));
                await stream.WriteAsync(content.AsMemory(start, 700_000));
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        await Run(Options(server) with { Attempts = 5 });
        AssertWhole();
        var ranges = server.FileRequests.Where(request => request.Path.EndsWith(Weights)).ToArray();
        Assert.Equal([null, 700_000L, 1_400_000L, 2_100_000L], ranges.Select(request => request.RangeStart));
        Assert.All(ranges.Skip(1), request => Assert.Equal($"\"{FakeRepository.Hash(Weights, repository.Files[Weights])}\"", request["If-Range"]));
    }

    [Fact]
    public async Task ConnectionsThatKeepBreakingEndInAnErrorAndAPartThatIsResumedLater()
    {
        var isBroken = true;
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (isBroken && repository.FileOf(request) is (Weights, var content))
            {
                await HeadAsync(stream, request.RangeStart is null ? 200 : 503, $"ETag: \"v1\"", $"Content-Length: {content.Length}");
                await stream.WriteAsync(content.AsMemory(0, request.RangeStart is null ? 500_000 : 0));
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        var error = await Assert.ThrowsAsync<HubUnavailableException>(() => Run(Options(server)));
        Assert.Contains("3 tries", error.Message);
        Assert.Equal(3, server.FileRequests.Count(request => request.Path.EndsWith(Weights)));
        AssertNothingHalf("tokenizer.json");
        Assert.Equal(repository.Files[Weights][..500_000], File.ReadAllBytes(At(Weights + ".part")));
        isBroken = false;
        await Run(Options(server));
        AssertWhole();
        Assert.Contains(server.FileRequests, request => request.RangeStart == 500_000 && request["If-Range"] == "\"v1\"");
    }

    [Fact]
    public async Task AServerThatIgnoresRangesSendsTheWholeFileAgain()
    {
        var isFirst = true;
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is not (Weights, var content))
            {
                await repository.ServeAsync(request, stream);
                return;
            }
            await HeadAsync(stream, 200, $"Content-Length: {content.Length}");
            await stream.WriteAsync(content.AsMemory(0, isFirst ? 900_000 : content.Length));
            isFirst = false;
        });
        await Run(Options(server));
        AssertWhole();
        Assert.Equal(900_000, server.FileRequests.Single(request => request.RangeStart is not null).RangeStart);
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData("tokenizer.json")]
    public async Task ContentWithAnotherHashNeverGetsItsName(string spoilt)
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is var (path, content) && path == spoilt)
            {
                var changed = content.ToArray();
                changed[changed.Length / 2] ^= 1;
                await SendAsync(stream, 200, changed);
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains(FakeRepository.Hash(spoilt, repository.Files[spoilt]), error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(Names(), name => name.StartsWith(spoilt) || name == "config.json");
    }

    [Fact]
    public async Task ASpoiltPartIsStartedAgain()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        Directory.CreateDirectory(directory);
        var half = repository.Files[Weights][..1_000_000];
        half[5] ^= 1;
        File.WriteAllBytes(At(Weights + ".part"), half);
        File.WriteAllText(At(Weights + ".part.etag"), FakeRepository.Hash(Weights, repository.Files[Weights]) + "\n\n");
        await Run(Options(server));
        AssertWhole();
        Assert.Equal([1_000_000L, null], server.FileRequests.Where(request => request.Path.EndsWith(Weights)).Select(request => request.RangeStart));
    }

    [Fact]
    public async Task APartOfAnotherVersionIsNotContinued()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(At(Weights + ".part"), new FakeRepository(seed: 2).Files[Weights][..1_000_000]);
        File.WriteAllText(At(Weights + ".part.etag"), FakeRepository.Hash(Weights, new FakeRepository(seed: 2).Files[Weights]) + "\n\"e\"\n");
        await Run(Options(server));
        AssertWhole();
        Assert.All(server.FileRequests, request => Assert.Null(request.RangeStart));
    }

    [Theory]
    [InlineData("")]
    [InlineData("more")]
    public async Task APartWithoutARecordOrTooLongIsNotContinued(string rest)
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(At(Weights + ".part"), [.. repository.Files[Weights], .. Encoding.ASCII.GetBytes(rest)]);
        if (rest.Length > 0)
            File.WriteAllText(At(Weights + ".part.etag"), FakeRepository.Hash(Weights, repository.Files[Weights]) + "\n\n");
        await Run(Options(server));
        AssertWhole();
    }

    [Fact]
    public async Task AWholePartIsOnlyChecked()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(At(Weights + ".part"), repository.Files[Weights]);
        File.WriteAllText(At(Weights + ".part.etag"), FakeRepository.Hash(Weights, repository.Files[Weights]) + "\n\n");
        await Run(Options(server));
        AssertWhole();
        Assert.DoesNotContain(server.FileRequests, request => request.Path.EndsWith(Weights));
    }

    [Theory]
    [InlineData(-1000)]
    [InlineData(1000)]
    public async Task AnotherLengthThanListedIsRefused(int difference)
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content))
                await SendAsync(stream, 200, new byte[content.Length + difference]);
            else
                await repository.ServeAsync(request, stream);
        });
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains($"{FakeRepository.WeightBytes + difference:N0} bytes announced", error.Message);
        AssertNothingHalf("tokenizer.json");
        Assert.DoesNotContain(Names(), name => name.Contains(".part"));
    }

    [Fact]
    public async Task ABodyWithoutEndIsCutOff()
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is not (Weights, _))
            {
                await repository.ServeAsync(request, stream);
                return;
            }
            // No length, no end: for a client that trusts it this fills the disk.
            await HeadAsync(stream, 200);
            for (var i = 0; i < 64; i++)
                await stream.WriteAsync(new byte[1 << 20]);
        });
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("more than", error.Message);
        AssertNothingHalf("tokenizer.json");
        Assert.DoesNotContain(Names(), name => name.Contains(".part"));
    }

    [Fact]
    public async Task ARangeThatStartsElsewhereIsThrownAway()
    {
        var answers = 0;
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is not (Weights, var content))
            {
                await repository.ServeAsync(request, stream);
                return;
            }
            switch (answers++)
            {
                case 0:
                    await HeadAsync(stream, 200, $"Content-Length: {content.Length}");
                    await stream.WriteAsync(content.AsMemory(0, 800_000));
                    break;
                case 1:
                    await SendAsync(stream, 206, content[100..], $"Content-Range: bytes 100-{content.Length - 1}/{content.Length}");
                    break;
                default:
                    await repository.ServeAsync(request, stream);
                    break;
            }
        });
        await Run(Options(server));
        AssertWhole();
    }

    [Fact]
    public async Task RangeNotSatisfiableStartsAgain()
    {
        var answers = 0;
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content) && answers++ < 2)
            {
                await HeadAsync(stream, request.RangeStart is null ? 200 : 416, $"Content-Length: {(request.RangeStart is null ? content.Length : 0)}");
                await stream.WriteAsync(content.AsMemory(0, request.RangeStart is null ? 1000 : 0));
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        await Run(Options(server));
        AssertWhole();
        Assert.Equal([null, 1000L, null], server.FileRequests.Where(request => request.Path.EndsWith(Weights)).Select(request => request.RangeStart));
    }

    [Fact]
    public async Task TheTokenStaysAtTheEndpoint()
    {
        using var store = new LoopbackServer(async (request, stream) =>
        {
            // Another server, as the hub's file store is: its own ETag, and a connection that breaks once.
            var content = repository.Files[Weights];
            if (request.RangeStart is { } start)
            {
                await SendAsync(stream, 206, content[(int)start..], "ETag: \"store\"", $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}");
                return;
            }
            await HeadAsync(stream, 200, "ETag: \"store\"", $"Content-Length: {content.Length}");
            await stream.WriteAsync(content.AsMemory(0, 600_000));
        });
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content))
            {
                await SendAsync(
                    stream, 302, [], $"Location: {store.Endpoint}/bucket/x?signature=y", $"X-Linked-Size: {content.Length}",
                    $"X-Linked-ETag: \"{FakeRepository.Hash(Weights, content)}\"", $"X-Repo-Commit: {FakeRepository.Commit}");
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        await Run(Options(server) with { Token = "hf_secret" });
        AssertWhole();
        Assert.All(server.Requests, request => Assert.Equal("Bearer hf_secret", request["Authorization"]));
        Assert.Equal([null, 600_000L], store.Requests.Select(request => request.RangeStart));
        Assert.Equal([null, "\"store\""], store.Requests.Select(request => request["If-Range"]));
        Assert.All(store.Requests, request => Assert.Null(request["Authorization"]));
        Assert.All(store.Requests, request => Assert.DoesNotContain("hf_secret", request.Path + string.Concat(request.Headers.Values)));
    }

    [Fact]
    public async Task ARenamedRepositoryIsFollowedWithTheToken()
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (request.Path.Contains("/old/name/"))
                await SendAsync(stream, 307, [], $"Location: {request.Path.Replace("/old/name/", "/maker/model/")}");
            else
                await repository.ServeAsync(request, stream);
        });
        await Run(Options(server) with { Repository = "old/name", Token = "t" });
        AssertWhole();
        Assert.All(server.Requests, request => Assert.Equal("Bearer t", request["Authorization"]));
    }

    [Fact]
    public async Task RedirectsInACircleEnd()
    {
        using var server = new LoopbackServer((request, stream) => SendAsync(stream, 302, [], $"Location: {request.Path}"));
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("redirects", error.Message);
        Assert.InRange(server.Requests.Count, 2, 20);
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData(404, "RepoNotFound", "owner", "not there")]
    [InlineData(404, "RevisionNotFound", "no revision 'main'", "--revision")]
    [InlineData(401, "RepoNotFound", "no access", "HF_TOKEN")]
    [InlineData(401, "GatedRepo", "no access", "HF_TOKEN")]
    [InlineData(403, "GatedRepo", "no access", "HF_TOKEN")]
    [InlineData(400, "", "HTTP 400", "check the endpoint")]
    public async Task RefusalsAreSaidAtOnce(int status, string code, string part, string otherPart)
    {
        using var server = new LoopbackServer((_, stream) => SendAsync(stream, status, [], $"X-Error-Code: {code}"));
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.StartsWith("maker/model: found HTTP " + status, error.Message);
        Assert.Contains(part == "owner" ? "a model's repository" : part, error.Message);
        Assert.Contains(otherPart, error.Message);
        Assert.Single(server.Requests);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task AGatedFileIsSaidWithItsName()
    {
        using var server = new LoopbackServer((request, stream) =>
            request.Path.EndsWith(Weights) ? SendAsync(stream, 403, [], "X-Error-Code: GatedRepo") : repository.ServeAsync(request, stream));
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server) with { Token = "t" }));
        Assert.StartsWith("maker/model: model.safetensors: found HTTP 403 (GatedRepo)", error.Message);
        Assert.Contains("accept its terms", error.Message);
        AssertNothingHalf("tokenizer.json");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task ABusyServerIsAskedAgain(int status)
    {
        var busy = new ConcurrentDictionary<string, int>();
        using var server = new LoopbackServer((request, stream) =>
            busy.AddOrUpdate(request.Path, 1, (_, count) => count + 1) <= 2 ? SendAsync(stream, status, [], "Retry-After: 0") : repository.ServeAsync(request, stream));
        await Run(Options(server));
        AssertWhole();
        Assert.Equal(4 * 3, server.Requests.Count);
    }

    [Fact]
    public async Task AServerThatStaysBusyIsGivenUp()
    {
        using var server = new LoopbackServer((_, stream) => SendAsync(stream, 500, []));
        var error = await Assert.ThrowsAsync<HubUnavailableException>(() => Run(Options(server)));
        Assert.Contains("HTTP 500", error.Message);
        Assert.Equal(3, server.Requests.Count);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task NobodyListeningIsAnErrorInOneLine()
    {
        // Bound and not listening: refuses connections, and is nobody else's meanwhile.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endpoint = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        var error = await Assert.ThrowsAsync<HubUnavailableException>(() => Run(new HubOptions { Repository = "a/b", Endpoint = endpoint, FirstDelay = TimeSpan.FromMilliseconds(1), Attempts = 2 }));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("2 tries", error.Message);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task AServerThatFallsSilentIsLost()
    {
        var stalls = 0;
        using var release = new CancellationTokenSource();
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content) && stalls++ == 0)
            {
                await HeadAsync(stream, 200, $"Content-Length: {content.Length}");
                await stream.WriteAsync(content.AsMemory(0, 300_000));
                await Task.Delay(Timeout.Infinite, release.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        // An hour passes when all that was sent has arrived, and at no other time.
        var clock = new StandingClock();
        await Run(Options(server) with { StallTimeout = TimeSpan.FromHours(1), Clock = clock }, progress =>
        {
            if (stalls == 1 && progress.File == Weights && progress.FileDoneBytes == 300_000)
                clock.EndNextWait();
        });
        AssertWhole();
        Assert.Contains(server.FileRequests, request => request.RangeStart is 300_000);
        await release.CancelAsync();
    }

    /// <summary>No wait ever ends but those that are told to.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private int ending;

        /// <summary>The next wait that begins is over at once.</summary>
        public void EndNextWait() => Volatile.Write(ref ending, 1);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Interlocked.Exchange(ref ending, 0) == 1 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task CancellingLeavesAPartThatIsResumed()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (repository.FileOf(request) is (Weights, var content) && !cancellation.IsCancellationRequested)
            {
                await HeadAsync(stream, 200, $"Content-Length: {content.Length}", "ETag: \"e\"");
                await stream.WriteAsync(content.AsMemory(0, 1_000_000));
                await Task.Delay(Timeout.Infinite, cancellation.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }
            await repository.ServeAsync(request, stream);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(
            Options(server), progress => { if (progress.File == Weights && progress.FileDoneBytes == 1_000_000) cancellation.Cancel(); }, cancellation.Token));
        AssertNothingHalf("tokenizer.json");
        Assert.Equal(1_000_000, new FileInfo(At(Weights + ".part")).Length);
        await Run(Options(server));
        AssertWhole();
        Assert.Contains(server.FileRequests, request => request.RangeStart == 1_000_000 && request["If-Range"] == "\"e\"");
    }

    [Fact]
    public async Task AFullDiskIsSaidBeforeAnythingIsFetched()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server) with { FreeBytes = _ => 1_000_000 }));
        Assert.Contains("1,000,000 bytes free", error.Message);
        Assert.Empty(server.FileRequests);
        Assert.Empty(Names());
        // What is there already needs no room.
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(At(Weights), repository.Files[Weights]);
        await Run(Options(server) with { FreeBytes = _ => 1_000_000 });
        AssertWhole();
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("a/../../model.safetensors")]
    [InlineData("..\\model.safetensors")]
    [InlineData("C:model.safetensors")]
    [InlineData("C:\\model.safetensors")]
    [InlineData("a\0.safetensors")]
    [InlineData("nul.safetensors")]
    [InlineData("a//model.safetensors")]
    [InlineData("./model.safetensors")]
    [InlineData("MODEL.SAFETENSORS")]
    public async Task NamesThatLeaveTheDirectoryAreRefused(string name)
    {
        repository.Files.Add(name, [1, 2, 3]);
        if (name is not "MODEL.SAFETENSORS")
            repository.Files.Remove(Weights);
        using var server = new LoopbackServer(repository.ServeAsync);
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("do not trust", error.Message);
        Assert.Empty(server.FileRequests);
        Assert.Empty(Names());
        Assert.False(File.Exists(Path.Combine(directory, "..", Weights)));
    }

    [Fact]
    public async Task AListingWithoutHashesIsCompletedFromHeaders()
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            if (request.Path.StartsWith("/api/"))
                await SendAsync(stream, 200, repository.Listing(describes: false));
            else if (request.Method == "HEAD" && repository.FileOf(request) is (Weights, var content))
                await SendAsync(stream, 302, [], "Location: http://127.0.0.1:1/none", $"X-Linked-Size: {content.Length}", $"X-Linked-ETag: \"{FakeRepository.Hash(Weights, content)}\"");
            else if (request.Method == "HEAD" && repository.FileOf(request) is var (path, small))
                await HeadAsync(stream, 200, $"Content-Length: {small.Length}", $"ETag: W/\"{FakeRepository.Hash(path, small)}\"");
            else
                await repository.ServeAsync(request, stream);
        });
        await Run(Options(server));
        AssertWhole();
        Assert.Equal(3, server.FileRequests.Count(request => request.Method == "HEAD"));
    }

    [Fact]
    public async Task AFileWithoutHashIsRefused()
    {
        using var server = new LoopbackServer((request, stream) => request.Path.StartsWith("/api/")
            ? SendAsync(stream, 200, repository.Listing(describes: false))
            : HeadAsync(stream, 200, "Content-Length: 5", "ETag: \"not-a-hash\""));
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("neither size nor hash", error.Message);
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"siblings": 5}""")]
    [InlineData("""{"siblings": [5]}""")]
    [InlineData("""{"siblings": [{"rfilename": 5}]}""")]
    [InlineData("""{"siblings": [{"rfilename": "\ud800"}]}""")]
    [InlineData("""{"siblings": []}""")]
    [InlineData("""{"siblings": [{"rfilename": "model.safetensors", "size": 1}]}""")]
    [InlineData("""{"siblings": [{"rfilename": "model.bin", "size": 1}]}""")]
    public async Task ABrokenListingIsRefused(string listing)
    {
        using var server = new LoopbackServer((request, stream) => SendAsync(stream, 200, Encoding.UTF8.GetBytes(listing)));
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task AListingWithoutEndIsCutOff()
    {
        using var server = new LoopbackServer(async (request, stream) =>
        {
            await HeadAsync(stream, 200);
            for (var i = 0; i < 64; i++)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 1 << 20)));
        });
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("16 MiB", error.Message);
    }

    [Fact]
    public async Task AFileInTheWayOfTheDirectoryIsRefused()
    {
        using var server = new LoopbackServer(repository.ServeAsync);
        Directory.CreateDirectory(directory);
        File.WriteAllText(At("file"), "x");
        await Assert.ThrowsAsync<InputException>(() => HubDownload.RunAsync(Options(server), At("file"), null, TestContext.Current.CancellationToken));
        Directory.CreateDirectory(At(Weights));
        await Assert.ThrowsAsync<HubUnavailableException>(() => Run(Options(server)));
        Assert.False(File.Exists(At("config.json")));
    }

    [Fact]
    public async Task OneGgufFileIsFetchedByName()
    {
        var gguf = new FakeRepository();
        gguf.Files.Clear();
        gguf.Files["a-q4.gguf"] = [1, 2, 3];
        gguf.Files["sub/a q8.gguf"] = [4, 5, 6, 7];
        using var server = new LoopbackServer(gguf.ServeAsync);
        var error = await Assert.ThrowsAsync<InputException>(() => Run(Options(server)));
        Assert.Contains("a-q4.gguf, sub/a q8.gguf", error.Message);
        await Run(Options(server) with { File = "sub/a q8.gguf" });
        Assert.Equal([Path.Combine("sub", "a q8.gguf")], Names());
        await Assert.ThrowsAsync<InputException>(() => Run(Options(server) with { File = "../a-q4.gguf" }));
    }

    /// <summary>Seeded chaos: whatever the network does, a name is only given to whole content, and enough runs finish.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task ChaosNeverLeavesAHalfFileUnderItsName(int seed)
    {
        var random = new Random(seed);
        using var server = new LoopbackServer(async (request, stream) =>
        {
            int fault;
            int cut;
            lock (random)
            {
                fault = random.Next(8);
                cut = random.Next(1 << 20);
            }
            var file = repository.FileOf(request);
            switch (fault)
            {
                case 0:
                    return; // Hangs up without a word.
                case 1:
                    await SendAsync(stream, 502, "<html>bad gateway</html>"u8.ToArray());
                    return;
                case 2 when file is var (_, whole):
                    await HeadAsync(stream, 200, $"Content-Length: {whole.Length}");
                    await stream.WriteAsync(whole.AsMemory(0, Math.Min(cut, whole.Length)));
                    return;
                case 3 or 4 when file is var (_, whole) && request.RangeStart is { } start:
                    await HeadAsync(stream, 206, $"Content-Length: {whole.Length - start}", $"Content-Range: bytes {start}-{whole.Length - 1}/{whole.Length}");
                    await stream.WriteAsync(whole.AsMemory((int)start, (int)Math.Min(cut, whole.Length - start)));
                    return;
                case 5 when file is var (_, whole) && whole.Length > 0:
                    var spoilt = whole.ToArray();
                    spoilt[cut % spoilt.Length] ^= 8;
                    await SendAsync(stream, 200, spoilt);
                    return;
                default:
                    await repository.ServeAsync(request, stream);
                    return;
            }
        });
        for (var run = 1; ; run++)
        {
            Assert.True(run < 60, "60 runs did not finish");
            try
            {
                await Run(Options(server));
                break;
            }
            catch (Exception error) when (error is InputException or HubUnavailableException)
            {
                foreach (var name in Names().Where(name => !name.Contains(".part")))
                    Assert.Equal(repository.Files[name], File.ReadAllBytes(At(name)));
            }
        }
        AssertWhole();
    }
}
