using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public sealed class StoreRemovalTests : IDisposable
{
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private (long FreedBytes, int LeftFiles) Remove(string? file = null) => StoreRemoval.Remove(fixture.Store, fixture.Model, file);

    [Fact]
    public async Task RemovesTheModelAndTheOwnersEmptyFolder()
    {
        await fixture.PullAsync();
        var bytes = fixture.Model.SizeBytes;
        Assert.True(bytes > FakeRepository.WeightBytes);
        Assert.Equal((bytes, 0), Remove());
        Assert.False(Directory.Exists(Path.GetDirectoryName(fixture.Model.Folder)));
        Assert.Empty(fixture.Store.Models());
    }

    [Fact]
    public async Task RemovesAnUnfinishedPull()
    {
        await fixture.BreakAsync();
        Assert.True(Remove().FreedBytes > 500_000);
        Assert.False(Directory.Exists(Path.GetDirectoryName(fixture.Model.Folder)));
    }

    [Fact]
    public async Task LeavesWhatPullDidNotFetch()
    {
        await fixture.PullAsync();
        File.WriteAllText(fixture.At("notes.txt"), "mine");
        Assert.Equal(1, Remove().LeftFiles);
        Assert.Equal(["notes.txt"], Directory.GetFileSystemEntries(fixture.Model.Folder).Select(Path.GetFileName));
        Assert.Empty(fixture.Store.Models());
    }

    [Fact]
    public async Task RemovesOneFileOfSeveral()
    {
        fixture.Repository.Files["a.gguf"] = new byte[100];
        fixture.Repository.Files["deep/b.gguf"] = new byte[200];
        await fixture.PullAsync(fixture.Options("a.gguf"));
        await fixture.PullAsync(fixture.Options("deep/b.gguf"));
        Remove("deep/b.gguf");
        fixture.AssertHolds(fixture.Repository, "a.gguf");
        Assert.False(Directory.Exists(fixture.At("deep")));
        Assert.Equal(StoredKind.Complete, fixture.Model.Look().Kind);
        Remove("a.gguf");
        Assert.Empty(fixture.Store.Models());
    }

    [Fact]
    public async Task LinksAreNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        using var outside = new TemporaryFolder();
        var (mine, deep) = (outside.Write("mine.safetensors", "mine"), Directory.CreateDirectory(outside.File("deep")).FullName);
        fixture.Repository.Files["deep/b.gguf"] = new byte[200];
        await fixture.PullAsync();
        await fixture.PullAsync(fixture.Options("deep/b.gguf"));
        // A file moved elsewhere, a folder moved elsewhere, and a link in the store's own folder.
        File.Delete(fixture.At("model.safetensors"));
        File.CreateSymbolicLink(fixture.At("model.safetensors"), mine);
        File.Move(fixture.At("deep/b.gguf"), outside.File("deep/b.gguf"));
        Directory.Delete(fixture.At("deep"));
        Directory.CreateSymbolicLink(fixture.At("deep"), deep);
        Directory.CreateSymbolicLink(fixture.At(".temoto/pull"), outside.Path);
        Remove();
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.True(File.Exists(outside.File("deep/b.gguf")));
    }

    [Theory]
    [InlineData("maker")]
    [InlineData("maker/model")]
    public async Task AFolderThatIsALinkIsRefused(string linked)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        using var outside = new TemporaryFolder();
        await fixture.PullAsync();
        Directory.Move(Path.Combine(fixture.Store.Root, linked), outside.File("moved"));
        Directory.CreateSymbolicLink(Path.Combine(fixture.Store.Root, linked), outside.File("moved"));
        Assert.Equal(StoredKind.Complete, fixture.Model.Look().Kind);
        Assert.Contains("a link to", Assert.Throws<InputException>(() => Remove()).Message);
        Assert.Equal(StoredKind.Complete, fixture.Model.Look().Kind);
    }

    [Fact]
    public async Task AModelThatIsBeingPulledIsNotRemoved()
    {
        await fixture.PullAsync();
        using (StoreLock.TryTake(fixture.Store, fixture.Model))
            Assert.Contains("is running", Assert.Throws<InputException>(() => Remove()).Message);
        Remove();
    }
}
