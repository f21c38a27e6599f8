using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class OptionNamesTests
{
    /// <summary>Whatever property an error of the library names, the command line has a name of its own for it; but for what only programs ask for.</summary>
    [Fact]
    public void EveryOptionOfTheLibraryHasAName()
    {
        string[] onlyOfPrograms = [nameof(ModelOptions.MemoryPlanned), nameof(GenerationOptions.LogitBias), nameof(GenerationOptions.TopLogprobs), nameof(GenerationOptions.ReusePrompt)];
        foreach (var type in new[] { typeof(ModelOptions), typeof(GenerationOptions) })
        {
            foreach (var property in type.GetProperties().Where(property => !onlyOfPrograms.Contains(property.Name)))
                Assert.StartsWith("--", OptionNames.In($"{type.Name}.{property.Name}"), StringComparison.Ordinal);
        }
        Assert.Equal("prompt: shorten it, or raise --context", OptionNames.In("prompt: shorten it, or raise ModelOptions.ContextTokens"));
    }

    /// <summary>And no error of the library names an option of the command.</summary>
    [Fact]
    public void TheLibraryDoesNotNameTheCommandsOptions()
    {
        var runtime = Path.Combine(RepositoryPaths.Root, "src", "Temoto.Runtime");
        var files = Directory.GetFiles(runtime, "*.cs", SearchOption.AllDirectories);
        Assert.True(files.Length > 100);
        Assert.All(files, file => Assert.DoesNotContain("Exception(\"--", File.ReadAllText(file), StringComparison.Ordinal));
    }
}
