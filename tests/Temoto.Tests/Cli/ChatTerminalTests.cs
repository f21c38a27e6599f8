using System.Text.Json;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>The built command on a pseudo-terminal: what a person types, and what becomes of it.</summary>
public class ChatTerminalTests
{
    private const string PasteBegin = "\e[200~";
    private const string PasteEnd = "\e[201~";

    private sealed record Outcome(int? ExitCode, string Screen, IReadOnlyList<string> History);

    private static object Wait(string text) => new { wait = text };

    private static object Send(string text) => new { send = text };

    /// <summary>A chat with a tiny model whose answers have two tokens.</summary>
    private static Outcome Chat(params object[] steps)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pseudo-terminals are Unix's");
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.File("model"), DType.BF16, null, default);
        var history = folder.File("state/history");
        string[] environment = ["env", "TERM=xterm", $"TEMOTO_HISTORY={history}"];
        string[] command = [.. environment, "dotnet", typeof(CommandLine).Assembly.Location, "chat", folder.File("model"), "-n", "2", "--temperature", "0", "-t", "1"];
        using var answer = JsonDocument.Parse(Oracle.Python("terminal.py", JsonSerializer.Serialize(steps), command));
        var screen = answer.RootElement.GetProperty("screen").GetString()!;
        var failed = answer.RootElement.GetProperty("failed");
        Assert.True(failed.ValueKind == JsonValueKind.Null, $"waited in vain for {failed} on the screen {screen}");
        var code = answer.RootElement.GetProperty("exit");
        return new Outcome(code.ValueKind == JsonValueKind.Null ? null : code.GetInt32(), screen, File.Exists(history) ? File.ReadAllLines(history) : []);
    }

    [Fact]
    public void LinesAreEditedKeptAndBroughtBack()
    {
        var outcome = Chat(
            Wait("> "), Send("本誤\x7f語\x01日\x05!"), Wait("> 日本語!"), Send("\r"), Wait("tokens/s"),
            Wait("> "), Send("second\e[D\e[D\x0b"), Wait("> seco"), Send("\r"), Wait("tokens/s"),
            Wait("> "), Send("\e[A\e[A\e[1;5D>"), Wait("> >日本語!"), Send("\r"), Wait("tokens/s"),
            Wait("> "), Send("\x04"));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(["日本語!", "seco", ">日本語!"], outcome.History);
    }

    [Fact]
    public void APasteOfSeveralLinesIsOneMessage()
    {
        var outcome = Chat(
            Wait("\e[?2004h"), Send($"{PasteBegin}one\r/exit\rthree{PasteEnd}"), Wait("three"), Send("\r"), Wait("tokens/s"),
            Wait("> "), Send("/exit\r"));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([@"one\n/exit\nthree", "/exit"], outcome.History);
        Assert.EndsWith("\e[?2004l", outcome.Screen.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void ControlCGivesUpALineThenSaysHowToLeaveThenLeaves()
    {
        var outcome = Chat(
            Wait("> "), Send("junk"), Wait("junk"), Send("\x03"), Wait("^C"),
            Wait("> "), Send("\x03"), Wait("Ctrl-D or /exit leaves"),
            Wait("> "), Send("\x03"));
        Assert.Equal(130, outcome.ExitCode);
        Assert.Empty(outcome.History);
        Assert.EndsWith("\e[?2004l", outcome.Screen, StringComparison.Ordinal);
    }
}
