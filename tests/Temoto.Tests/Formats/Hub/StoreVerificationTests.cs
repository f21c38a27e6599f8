using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public sealed class StoreVerificationTests : IDisposable
{
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private static int? Verify(string path, Action<long, long>? progress = null) =>
        StoreVerification.Verify(path, progress, TestContext.Current.CancellationToken);

    [Fact]
    public async Task ComparesEveryFileOrTheOneNamed()
    {
        fixture.Repository.Files["deep/b.gguf"] = new byte[200];
        await fixture.PullAsync();
        await fixture.PullAsync(fixture.Options("deep/b.gguf"));
        var seen = new List<(long Done, long All)>();
        Assert.Equal(4, Verify(fixture.Model.Folder, (done, all) => seen.Add((done, all))));
        Assert.Equal(seen[^1].All, seen[^1].Done);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, Verify(fixture.At("deep/b.gguf")));

        using (var file = File.OpenWrite(fixture.At("deep/b.gguf")))
            file.WriteByte(1);
        Assert.StartsWith(fixture.At("deep/b.gguf"), Assert.Throws<InputException>(() => Verify(fixture.Model.Folder)).Message);
        Assert.Contains("pull the model again", Assert.Throws<InputException>(() => Verify(fixture.At("deep/b.gguf"))).Message);
        Assert.Equal(1, Verify(fixture.At("model.safetensors")));
        File.Delete(fixture.At("tokenizer.json"));
        Assert.Throws<InputException>(() => Verify(fixture.Model.Folder));
    }

    [Fact]
    public void SaysThatThereAreNoHashes()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(Verify(folder.Path));
        Assert.Null(Verify(folder.Write("x.gguf", "x")));
    }
}
