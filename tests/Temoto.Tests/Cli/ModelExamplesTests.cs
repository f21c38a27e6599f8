using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class ModelExamplesTests
{
    [Fact]
    public void TheDemoModelBringsThree()
    {
        var commands = ModelExamples.Commands(Path.Combine(RepositoryPaths.Root, "models", "demo"));
        Assert.Equal(3, commands.Count);
        Assert.All(commands, command => Assert.Matches("^temoto run \\S+ -p \"[^\"]+\"$", command));
    }

    [Fact]
    public void OtherModelsBringNone()
    {
        using var folder = new TemporaryFolder();
        Assert.Empty(ModelExamples.Commands(folder.Path));
    }
}
