using Temoto.Cli;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Hub;

namespace Temoto.Tests.Cli;

public sealed class ModelNameTests : IDisposable
{
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task APathWinsThenABuiltInNameThenTheStore()
    {
        await fixture.PullAsync();
        Assert.Equal(fixture.Model.Folder, ModelName.Resolve("maker/model", fixture.Store));
        Assert.Equal(fixture.Model.Folder, ModelName.Resolve("model", fixture.Store));
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "models", "demo"), ModelName.Resolve("demo", fixture.Store));
        using var folder = new TemporaryFolder();
        Assert.Equal(folder.Path, ModelName.Resolve(folder.Path, fixture.Store));
    }

    /// <summary>Paths are left to whoever opens them: its line says what kind of file it wants.</summary>
    [Theory]
    [InlineData("missing")]
    [InlineData("missing.gguf")]
    [InlineData("models/missing.gguf")]
    [InlineData("../x")]
    [InlineData("a/../../b")]
    [InlineData("/nowhere/at/all")]
    [InlineData("C:\\x")]
    [InlineData("a/b\0")]
    [InlineData("")]
    public void WhatIsNoNameStaysAPath(string model) => Assert.Equal(model, ModelName.Resolve(model, fixture.Store));

    [Fact]
    public void ANameThatWasNotPulledSaysHowToPullIt()
    {
        Assert.EndsWith("fetch it: temoto pull maker/model", Assert.Throws<InputException>(() => ModelName.Resolve("maker/model", fixture.Store)).Message);
        Assert.Throws<InputException>(() => ModelName.Resolve("maker/model", null));
    }
}
