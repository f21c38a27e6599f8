using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ModelStore store;

    public ModelStoreTests()
    {
        store = new ModelStore(folder.File("models"));
        foreach (var name in new[] { "a/one", "b/one", "b/two", "_/gpt2", "gpt2/x.gguf" })
            Directory.CreateDirectory(Path.Combine(store.Root, name, ".temoto"));
        Directory.CreateDirectory(Path.Combine(store.Root, "b", "of-somebody-else"));
        Directory.CreateDirectory(Path.Combine(store.Root, ".locks", "a"));
        Directory.CreateDirectory(folder.File("secret/.temoto"));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a/one", "a/one", null)]
    [InlineData("b/two", "b/two", null)]
    [InlineData("two", "b/two", null)]
    [InlineData("gpt2", "gpt2", null)]
    [InlineData("gpt2/x.gguf", "gpt2/x.gguf", null)]
    [InlineData("gpt2/y.gguf", "gpt2", "y.gguf")]
    [InlineData("b/two/deep/x.gguf", "b/two", "deep/x.gguf")]
    [InlineData("two/x.gguf", "b/two", "x.gguf")]
    [InlineData("b/two/config.json", null, null)]
    [InlineData("b/of-somebody-else", null, null)]
    [InlineData("a", null, null)]
    [InlineData("", null, null)]
    [InlineData("/", null, null)]
    [InlineData("a/one/", null, null)]
    [InlineData("../secret", null, null)]
    [InlineData("a/../../secret", null, null)]
    [InlineData("a/../b/two", null, null)]
    [InlineData(".locks/a", null, null)]
    [InlineData("C:\\x", null, null)]
    [InlineData("a\\one", null, null)]
    [InlineData("a/one\0", null, null)]
    public void FindsByNameAndByNothingElse(string text, string? name, string? file)
    {
        var found = store.Find(text);
        Assert.Equal((name, file), (found?.Model.Name, found?.File));
    }

    [Fact]
    public void ANameOfTwoOwnersIsAmbiguous() =>
        Assert.Contains("a/one, b/one", Assert.Throws<InputException>(() => store.Find("one")).Message);

    [Fact]
    public void ListsWhatPullMade() => Assert.Equal(["a/one", "b/one", "b/two", "gpt2", "gpt2/x.gguf"], store.Models().Select(model => model.Name));

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../b")]
    [InlineData("a/b/c")]
    [InlineData("/etc")]
    [InlineData("C:\\x")]
    [InlineData("a/b\0")]
    [InlineData("a/CON")]
    [InlineData("a/b.")]
    [InlineData("_/x")]
    [InlineData("")]
    public void NothingIsPulledUnderAHostileName(string name) => Assert.Throws<InputException>(() => store.For(name));

    [Fact]
    public void ADamagedManifestIsSaidAndNotBelieved()
    {
        var model = store.For("a/one");
        foreach (var text in new[]
        {
            "{", "[]", "{}",
            """{"repository":"a/one","endpoint":"e","revision":"main","commit":"c","pulled":"2026-01-01T00:00:00Z","files":[{"path":"../../../secret","bytes":1,"sha256":null}]}""",
            $$"""{"repository":"a/one","endpoint":"e","revision":"main","commit":"c","pulled":"2026-01-01T00:00:00Z","files":[{"path":"../x","bytes":1,"sha256":"{{new string('a', 64)}}"}]}""",
            $$"""{"repository":"a/one","endpoint":"e","revision":"main","commit":"c","pulled":"2026-01-01T00:00:00Z","files":[{"path":".temoto/x","bytes":1,"sha256":"{{new string('a', 64)}}"}]}""",
        })
        {
            File.WriteAllText(model.ManifestPath, text);
            Assert.Equal((StoredKind.Damaged, "a manifest that cannot be read"), (model.Look().Kind, model.Look().Problem));
            Assert.Contains("temoto pull a/one", Assert.Throws<InputException>(() => model.PathToOpen(null)).Message);
        }
    }
}
