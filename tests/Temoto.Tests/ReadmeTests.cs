using Temoto.Formats;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>What the README shows is what is there.</summary>
public class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "README.md"));

    [Fact]
    public void TheLibraryExampleIsTheSample()
    {
        var sample = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples", "hello", "Program.cs"));
        Assert.Contains("```csharp\n" + sample + "```", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSampleRuns()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-llama"), 1, folder.Path, DType.F16, null, default);
        var program = Path.Combine(AppContext.BaseDirectory, "hello.dll");
        var output = Oracle.Run("dotnet", [program, folder.Path, "pump"], "");
        Assert.StartsWith("llama of ", output, StringComparison.Ordinal);
        Assert.Contains("the prompt has 4 tokens\n", output, StringComparison.Ordinal);
        Assert.True(output.Length > output.IndexOf('\n', StringComparison.Ordinal) + 2, "no text was generated");
    }

    [Fact]
    public void TheTwoCommandsAreThere()
    {
        Assert.Contains("./temoto run demo", Readme, StringComparison.Ordinal);
        Assert.Contains("./check", Readme, StringComparison.Ordinal);
        foreach (var command in new[] { "temoto", "check", ".ci/run" })
            Assert.True(File.Exists(Path.Combine(RepositoryPaths.Root, command)), command);
    }
}
