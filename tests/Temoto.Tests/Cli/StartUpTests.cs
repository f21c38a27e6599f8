using System.Text.Json;
using Temoto.Cli;
using Temoto.Formats.Tokenizers;

namespace Temoto.Tests.Cli;

/// <summary>What a start may cost: memory beside the weights, and settings of the runtime that it rests on.</summary>
public class StartUpTests
{
    /// <summary>
    /// The demo, compiled at run time as tests are: some 54 MiB beside its weights, most of it the .NET runtime. A quarter more is somebody's mistake.
    /// </summary>
    [Fact]
    public void ARunTakesTheWeightsAndLittleMore()
    {
        var run = CommandLineTests.Run(null, "run", "demo", "-p", "What are you?", "-n", "4", "--temperature", "0", "--json");
        Assert.Equal(0, run.ExitCode);
        using var document = JsonDocument.Parse(run.Output);
        var folder = Path.Combine(Path.GetDirectoryName(typeof(CommandLine).Assembly.Location)!, "models", "demo");
        var weights = new FileInfo(Path.Combine(folder, "model.safetensors")).Length;
        Assert.InRange(document.RootElement.GetProperty("peak_resident_bytes").GetInt64(), weights, weights + (70L << 20));
    }

    /// <summary>A token of six characters: its text, three places in tables and at most three slots of four bytes, with no object of its own.</summary>
    [Fact]
    public void AVocabularyTakesFewBytesPerToken()
    {
        const int count = 100_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var builder = new VocabularyBuilder(count, 6 * count);
        Span<char> text = stackalloc char[6];
        for (var id = 0; id < count; id++)
        {
            id.TryFormat(text, out _, "D6");
            Assert.True(builder.TryAdd(text, id));
        }
        var vocabulary = builder.Build(count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, count * (12 + 12 + 12) + 4096);
        Assert.Equal("099999", vocabulary[count - 1]);
    }

    /// <summary>The garbage collector has no thread of its own and no heap per core; loops start in optimised code.</summary>
    [Theory]
    [InlineData("System.GC.Concurrent")]
    [InlineData("System.Runtime.TieredCompilation.QuickJitForLoops")]
    public void TheCommandIsPublishedWithItsSettings(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(typeof(CommandLine).Assembly.Location, ".runtimeconfig.json")));
        var settings = document.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        Assert.False(settings.GetProperty(name).GetBoolean());
        Assert.False(settings.TryGetProperty("System.GC.Server", out var server) && server.GetBoolean());
    }
}
