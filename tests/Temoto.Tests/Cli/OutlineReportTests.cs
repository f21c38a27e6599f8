using System.Text.Json;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Checkpoints.Gguf;

namespace Temoto.Tests.Cli;

/// <summary>A GGUF file that does not run, as one meets it at the command line.</summary>
public class OutlineReportTests
{
    [Fact]
    public void AVocabularyWithoutWeightsIsInspectedAndTokenizes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m.gguf");
        using (var writer = new GgufWriter(path, GgufFixture.Metadata(GgufFixture.Config("llama")), []))
            writer.Commit();
        var text = CommandLineTests.Run(null, "inspect", path);
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("runs                     no: a vocabulary without weights", text.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(CommandLineTests.Run(null, "inspect", path, "--json").Output);
        Assert.False(document.RootElement.GetProperty("runs").GetBoolean());
        Assert.Equal("a vocabulary without weights", document.RootElement.GetProperty("reason").GetString());
        // A folder with one model file is that file; the tokens of the fixture's vocabulary begin with the 256 bytes.
        Assert.Equal("33 33", CommandLineTests.Run("!!", "tokenize", folder.Path).Output.Trim());
        var run = CommandLineTests.Run(null, "run", path, "--raw", "-p", "a");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("token_embd.weight", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void InspectSaysWhatWasPassedOver()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, TestContext.Current.CancellationToken);
        folder.Write("generation_config.json", """{"top_k":-1}""");
        const string note = "generation_config.json: top_k -1 read as 0, off";
        Assert.Contains($"note                     {note}", CommandLineTests.Run(null, "inspect", folder.Path).Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(CommandLineTests.Run(null, "inspect", folder.Path, "--json").Output);
        Assert.Equal(note, document.RootElement.GetProperty("notes")[0].GetString());
    }
}
