using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public sealed class StorePullTests : IDisposable
{
    private static readonly string[] Needed = ["config.json", "model.safetensors", "tokenizer.json"];

    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task WhatWasPulledIsCompleteAndSaysWhereItIsFrom()
    {
        var address = new Uri(fixture.Endpoint);
        var result = await fixture.PullAsync(
            fixture.Options() with { Endpoint = $"http://user:secret@{address.Authority}", Token = "hf_token", Revision = "v1" });
        Assert.Equal(fixture.Model.Folder, result.Directory);
        fixture.AssertHolds(fixture.Repository, Needed);
        var state = fixture.Model.Look();
        Assert.Equal(StoredKind.Complete, state.Kind);
        var manifest = state.Manifest!;
        Assert.Equal(("maker/model", fixture.Endpoint), (manifest.Repository, manifest.Endpoint));
        Assert.Equal(("v1", FakeRepository.Commit), (manifest.Revision, manifest.Commit));
        Assert.All(manifest.Files, file => Assert.Equal(FakeRepository.Hash(file.Path, fixture.Repository.Files[file.Path]), file.Identity));
        Assert.Equal(["manifest.json"], Directory.GetFileSystemEntries(Path.Combine(fixture.Model.Folder, ".temoto")).Select(Path.GetFileName));
        var text = File.ReadAllText(fixture.Model.ManifestPath);
        Assert.DoesNotContain("secret", text);
        Assert.DoesNotContain("hf_token", text);
    }

    [Fact]
    public async Task AnInterruptedPullSaysHowToGoOnAndDoes()
    {
        await fixture.BreakAsync(options: fixture.Options() with { Revision = "v 2" });
        var state = fixture.Model.Look();
        Assert.Equal((StoredKind.Unfinished, "temoto pull maker/model --revision \"v 2\""), (state.Kind, state.Command));
        var error = Assert.Throws<InputException>(() => fixture.Model.PathToOpen(null));
        Assert.Contains(state.Command!, error.Message);
        fixture.AssertHolds(fixture.Repository);
        await fixture.PullAsync();
        Assert.Contains(fixture.FileRequests, request => request.RangeStart == 500_000);
        fixture.AssertHolds(fixture.Repository, Needed);
        Assert.Equal(fixture.Model.Folder, fixture.Model.PathToOpen(null));
    }

    [Fact]
    public async Task ANameThatTheHubDoesNotHaveLeavesNothing()
    {
        await Assert.ThrowsAsync<InputException>(() => fixture.PullAsync(fixture.Options() with { Repository = "maker/modle" }));
        fixture.Serve = (request, stream) => request.Path.Contains("/resolve/")
            ? LoopbackServer.SendAsync(stream, 403, [])
            : fixture.Repository.ServeAsync(request, stream);
        await Assert.ThrowsAsync<InputException>(() => fixture.PullAsync());
        Assert.Empty(fixture.Store.Models());
        Assert.False(Directory.Exists(Path.GetDirectoryName(fixture.Model.Folder)));
    }

    [Fact]
    public async Task TheModelStaysUsableUntilAnotherRevisionIsWhole()
    {
        var first = fixture.Repository;
        first.Files["vocab.json"] = "{}"u8.ToArray();
        await fixture.PullAsync();
        fixture.Advance();
        await fixture.BreakAsync();
        fixture.AssertHolds(first, [.. Needed, "vocab.json"]);
        Assert.Equal((StoredKind.Complete, true), (fixture.Model.Look().Kind, fixture.Model.HasUnfinishedPull));
        var before = fixture.FileRequests.Count;
        await fixture.PullAsync();
        fixture.AssertHolds(fixture.Repository, Needed);
        Assert.Equal(StoreFixture.OtherCommit, fixture.Model.Look().Manifest!.Commit);
        Assert.Equal(["model.safetensors"], fixture.FileRequests.Skip(before).Select(request => Path.GetFileName(request.Path)));
        Assert.False(fixture.Model.HasUnfinishedPull);
    }

    [Fact]
    public async Task WhatAnInterruptedPullOfAnotherRevisionLeftIsNotMixedIn()
    {
        var first = fixture.Repository;
        await fixture.PullAsync();
        fixture.Advance();
        await fixture.BreakAsync();
        fixture.Repository = first;
        Assert.Equal(0, (await fixture.PullAsync()).Files.Count(file => file.WasFetched));
        fixture.AssertHolds(first, Needed);
        Assert.Equal((StoredKind.Complete, false), (fixture.Model.Look().Kind, fixture.Model.HasUnfinishedPull));
    }

    /// <summary>Killed before the first file, after one, after all.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task FilesThatWereJustBeingNamedAreNamedByTheNextPull(int moved)
    {
        fixture.Repository.Files["vocab.json"] = "{}"u8.ToArray();
        await fixture.PullAsync();
        fixture.Advance();
        var model = fixture.Model;
        Directory.CreateDirectory(model.StagingFolder);
        foreach (var (name, i) in Needed.Select((name, i) => (name, i)))
            File.WriteAllBytes(i < moved ? fixture.At(name) : Path.Combine(model.StagingFolder, name), fixture.Repository.Files[name]);
        var files = Needed.Select(name => (Name: name, Bytes: fixture.Repository.Files[name])).Select(file => FakeRepository.IsLarge(file.Name)
            ? new HubFile(file.Name, file.Bytes.Length, Sha256: FakeRepository.Hash(file.Name, file.Bytes))
            : new HubFile(file.Name, file.Bytes.Length, GitSha1: FakeRepository.Hash(file.Name, file.Bytes)));
        (StoreManifest.Read(model.ManifestPath) with { Commit = StoreFixture.OtherCommit, Files = [.. files] }).Write(model.NextManifestPath);
        Assert.Equal(StoredKind.Unfinished, model.Look().Kind);
        var before = fixture.FileRequests.Count;
        await fixture.PullAsync();
        Assert.Equal(before, fixture.FileRequests.Count);
        fixture.AssertHolds(fixture.Repository, Needed);
        Assert.Equal((StoredKind.Complete, false), (model.Look().Kind, model.HasUnfinishedPull));
    }

    [Fact]
    public async Task FilesOfOneModelAreOfOneCommit()
    {
        var (a, b) = (new byte[100], new byte[200]);
        fixture.Repository = new FakeRepository();
        fixture.Repository.Files["a.gguf"] = a;
        fixture.Repository.Files["quants/b.gguf"] = b;
        await fixture.PullAsync(fixture.Options("a.gguf"));
        Assert.Equal(fixture.At("a.gguf"), fixture.Model.PathToOpen(null));

        // Another commit, and the same file in it: the commit moves on.
        fixture.Repository.Head = StoreFixture.OtherCommit;
        await fixture.PullAsync(fixture.Options("quants/b.gguf"));
        fixture.AssertHolds(fixture.Repository, "a.gguf", "quants/b.gguf");
        // It is there already.
        await fixture.PullAsync(fixture.Options("quants/b.gguf"));
        fixture.AssertHolds(fixture.Repository, "a.gguf", "quants/b.gguf");
        Assert.Equal(StoreFixture.OtherCommit, fixture.Model.Look().Manifest!.Commit);
        var error = Assert.Throws<InputException>(() => fixture.Model.PathToOpen(null));
        Assert.Contains("maker/model/quants/b.gguf", error.Message);
        Assert.Equal(fixture.At("quants/b.gguf"), fixture.Model.PathToOpen("quants/b.gguf"));
        Assert.Contains("--file c.gguf", Assert.Throws<InputException>(() => fixture.Model.PathToOpen("c.gguf")).Message);

        // Another commit that changed it.
        fixture.Repository.Head = FakeRepository.Commit;
        fixture.Repository.Files["a.gguf"] = new byte[101];
        error = await Assert.ThrowsAsync<InputException>(() => fixture.PullAsync(fixture.Options("quants/b.gguf")));
        Assert.Contains($"--revision {StoreFixture.OtherCommit}", error.Message);
        Assert.Equal(100, new FileInfo(fixture.At("a.gguf")).Length);
        Assert.Equal(StoredKind.Complete, fixture.Model.Look().Kind);
    }

    [Fact]
    public async Task ASecondPullOfTheSameModelWaitsForTheFirst()
    {
        var waits = new TaskCompletionSource();
        var isAsked = new TaskCompletionSource();
        fixture.Serve = async (request, stream) =>
        {
            isAsked.TrySetResult();
            await waits.Task;
            await fixture.Repository.ServeAsync(request, stream);
        };
        var first = fixture.PullAsync();
        await isAsked.Task;
        var second = fixture.PullAsync(waiting: waits.SetResult);
        Assert.Equal(3, (await first).Files.Count(file => file.WasFetched));
        Assert.Equal(0, (await second).Files.Count(file => file.WasFetched));
        fixture.AssertHolds(fixture.Repository, Needed);
    }

    [Theory]
    [InlineData(".temoto/manifest.json")]
    [InlineData(".TEMOTO/x.gguf")]
    public async Task TheStoresOwnFilesCannotBePulled(string name)
    {
        fixture.Repository.Files[name] = "{}"u8.ToArray();
        var error = await Assert.ThrowsAsync<InputException>(() => fixture.PullAsync(fixture.Options(name)));
        Assert.Contains("--to", error.Message);
        Assert.Empty(fixture.Store.Models());
    }
}
