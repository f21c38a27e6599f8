using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class StandardOutputTests : IDisposable
{
    private const string Label = "\u001b]0;pwned\u0007\u001b[31mcat\nforged";
    private const string Shown = @"\u001B]0;pwned\u0007\u001B[31mcat\u000Aforged";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, "a\u001b[2Jb")]
    [InlineData(true, @"a\u001B[2Jb")]
    public void OnlyATerminalIsGuarded(bool isTerminal, string expected)
    {
        using var stream = new MemoryStream();
        using (var writer = StandardOutput.Open(stream, isTerminal, autoFlush: true))
            writer.Write("a\u001b[2Jb");
        Assert.Equal(expected, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void LabelsOfAModelReachAFileAsTheyAre()
    {
        var result = CommandLineTests.Run(null, "run", HostileVision(), "--image", Picture);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(Label, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--image")]
    [InlineData("inspect", null)]
    [InlineData("run --json", "--image")]
    [InlineData("inspect --json", null)]
    public void LabelsOfAModelDoNotReachATerminalRaw(string verb, string? pictureOption)
    {
        string[] arguments = [.. verb.Split(' '), HostileVision(), .. pictureOption is null ? [] : new[] { pictureOption, Picture }];
        var screen = OnATerminal(Quoted(arguments));
        Assert.DoesNotContain("\u001b]0;", screen, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', screen);
        Assert.Contains(verb.EndsWith("--json", StringComparison.Ordinal) ? @"\u001B]0;pwned\u0007" : Shown, screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--decode")]
    [InlineData("--decode --json")]
    public void TokensOfAModelDoNotReachATerminalRaw(string options)
    {
        var screen = OnATerminal($"printf %s {HostileToken} | {Quoted(["tokenize", folder.Path, .. options.Split(' ')])}");
        Assert.DoesNotContain("\u001b]0;", screen, StringComparison.Ordinal);
        Assert.Contains(@"\u001B]0;pwned\u0007", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsDoNotReachATerminalRaw()
    {
        var screen = OnATerminal(Quoted(["inspect", "\u001b]0;pwned\u0007\u202e.gguf"]));
        Assert.DoesNotContain("\u001b]0;", screen, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', screen);
        Assert.Contains("no such file", screen, StringComparison.Ordinal);
    }

    /// <summary>Our own codes must pass: a bar that moves.</summary>
    [Fact]
    public void TheBarOfOurOwnReachesATerminal()
    {
        var screen = OnATerminal(Quoted(["pack", "--shape", "tiny-llama", "-o", folder.File("tiny")]));
        Assert.Contains("\u001b[", screen, StringComparison.Ordinal);
        Assert.DoesNotContain(@"\u001B", screen, StringComparison.Ordinal);
        Assert.Contains("wrote ", screen, StringComparison.Ordinal);
    }

    private static string Picture => Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "models", "demo-vision", "samples"), "*.png")[0];

    /// <summary>demo-vision, whose labels set the title and forge lines.</summary>
    private string HostileVision()
    {
        var demo = Path.Combine(RepositoryPaths.Root, "models", "demo-vision");
        foreach (var name in new[] { "model.safetensors", "preprocessor_config.json" })
            File.Copy(Path.Combine(demo, name), folder.File(name));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(demo, "config.json")))!;
        var labels = config["id2label"]!.AsObject();
        foreach (var key in labels.Select(item => item.Key).ToList())
            labels[key] = Label + key;
        config.AsObject().Remove("label2id");
        folder.Write("config.json", config.ToJsonString());
        return folder.Path;
    }

    /// <summary>The demo's tokenizer with a token more that sets the title; gives its id.</summary>
    private int HostileToken
    {
        get
        {
            var demo = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "models", "demo", "tokenizer.json")))!;
            var added = demo["added_tokens"]!.AsArray();
            var copy = added[^1]!.DeepClone();
            var id = Math.Max(demo["model"]!["vocab"]!.AsObject().Max(item => (int)item.Value!), added.Max(item => (int)item!["id"]!)) + 1;
            copy["id"] = id;
            copy["content"] = "\u001b]0;pwned\u0007";
            copy["special"] = false;
            added.Add(copy);
            folder.Write("tokenizer.json", demo.ToJsonString());
            return id;
        }
    }

    private static string Quoted(IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Prepend(typeof(CommandLine).Assembly.Location).Prepend("dotnet").Select(word => $"'{word}'"));

    /// <summary>What a terminal would get from <paramref name="command"/>.</summary>
    private static string OnATerminal(string command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs 'script' of util-linux for a terminal");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qfec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["TERM"] = "xterm-256color";
        using var process = Process.Start(start)!;
        var screen = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return screen;
    }
}
