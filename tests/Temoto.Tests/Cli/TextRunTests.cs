using System.Text.Json;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class TextRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A model whose text goes on for longer than any test waits.</summary>
    private string[] Endless(params string[] more)
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2") with { MaxPositionEmbeddings = 1 << 20 }, 11, folder.Path, DType.BF16, null, default);
        return ["run", folder.Path, "--raw", "-p", "pump", "-n", "1000000", "--context", "1048576", "--temperature", "0", "-t", "1", .. more];
    }

    private string Tiny()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        return folder.Path;
    }

    [Fact]
    public void AnInterruptKeepsTheTextAndTellsTheFigures()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a POSIX signal");
        using var command = CommandProcess.Start(Endless());
        Assert.True(command.Output.Read() >= 0);
        command.Interrupt();
        var (exitCode, output, errors) = command.End();
        Assert.Equal(130, exitCode);
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
        Assert.Matches(@"decode \d+ tokens.* \| stopped: interrupted\]\n$", errors);
    }

    [Fact]
    public void AnInterruptedDocumentSaysCancelled()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a POSIX signal");
        using var command = CommandProcess.Start(Endless("--json"));
        command.AwaitMemoryPlan();
        command.Interrupt();
        var (exitCode, output, errors) = command.End();
        Assert.Equal(130, exitCode);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("cancelled", document.RootElement.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.String, document.RootElement.GetProperty("text").ValueKind);
        Assert.Contains("stopped: interrupted", errors, StringComparison.Ordinal);
    }

    /// <summary>As before <c>| head -1</c>: it ends, and says nothing of an error.</summary>
    [Fact]
    public void AReaderWhoLeavesEndsTheText()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "POSIX pipes");
        using var command = CommandProcess.Start(Endless());
        Assert.True(command.Output.Read() >= 0);
        command.Leave();
        var (exitCode, _, errors) = command.End();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("temoto:", errors, StringComparison.Ordinal);
        Assert.Contains("stopped: nobody reads on", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTextEndsWithOneNewlineAndTheReasonIsTold()
    {
        string[] run = ["run", Tiny(), "--raw", "-p", "pump", "--temperature", "0", "-t", "1", "-n"];
        using var document = JsonDocument.Parse(CommandLineTests.Run(null, [.. run, "1000", "--json", "--context", "24"]).Output);
        Assert.Equal("context", document.RootElement.GetProperty("finish_reason").GetString());
        var text = document.RootElement.GetProperty("text").GetString()!;
        var plain = CommandLineTests.Run(null, [.. run, "1000", "--context", "24"]);
        Assert.Equal(text.EndsWith('\n') ? text : text + "\n", plain.Output);
        Assert.Contains("| stopped: the context of 24 tokens is full]", plain.Errors, StringComparison.Ordinal);
        var limited = CommandLineTests.Run(null, [.. run, "3"]);
        Assert.Contains("| stopped: the limit of 3 tokens is reached (--max-tokens)]", limited.Errors, StringComparison.Ordinal);
        Assert.Equal("\n", CommandLineTests.Run(null, [.. run, "0"]).Output);
    }
}
