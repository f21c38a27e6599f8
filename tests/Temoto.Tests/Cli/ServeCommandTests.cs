using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>The verb as operators see it: a process, its lines, its signals.</summary>
public sealed class ServeCommandTests
{
    [Fact]
    public async Task ItSaysFiveLinesAnswersAndEndsWhenItIsTold()
    {
        using var process = CommandProcess.Start("serve", "demo", "--port", "0", "--slots", "2");
        var lines = new List<string>();
        for (var i = 0; i < 5; i++)
            lines.Add((await process.Output.ReadLineAsync())!);
        Assert.Equal(["serving", "model", "slots", "memory", "keys"], lines.Select(line => line.Split(' ')[0]));
        var url = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using (var client = new HttpClient { BaseAddress = new Uri(url) })
        {
            using var response = await client.PostAsJsonAsync("/api/generate", new { model = "demo", prompt = "What are you?", stream = false, options = new { num_predict = 3 } });
            Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("response").GetString()!);
        }
        process.Terminate();
        var end = process.End();
        Assert.Equal((0, ""), (end.ExitCode, end.Output));
        Assert.Contains("POST /api/generate 200", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonIsOneDocument()
    {
        using var process = CommandProcess.Start("serve", "demo", "--port", "0", "--json", "--alias", "pump:small", "--no-log");
        var text = "";
        while (await process.Output.ReadLineAsync() is { } line)
        {
            text += line;
            if (line == "}")
                break;
        }
        var document = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal("demo", document.GetProperty("model").GetString());
        using (var client = new HttpClient())
            Assert.Contains("pump:small", await client.GetStringAsync(document.GetProperty("url").GetString() + "/v1/models"), StringComparison.Ordinal);
        process.Interrupt();
        var end = process.End();
        Assert.Equal((0, "", ""), (end.ExitCode, end.Output, end.Errors));
    }

    [Theory]
    [InlineData("--host", "--host", "0.0.0.0")]
    [InlineData("--host", "--host", "0.0.0.0", "--api-key-file", "KEYS")]
    [InlineData("--host", "--host", "box.example")]
    [InlineData("--tls-key", "--tls-cert", "x")]
    [InlineData("no-such-keys", "--api-key-file", "no-such-keys")]
    [InlineData("--tls-cert", "--tls-cert", "no-such", "--tls-key", "no-such")]
    [InlineData("--cors-origin", "--cors-origin", "chat.example")]
    [InlineData("--cors-origin", "--cors-origin", "https://chat.example/page")]
    [InlineData("--slots", "--slots", "0")]
    [InlineData("--slots", "--slots", "65")]
    [InlineData("--slots", "--slots", "64", "--memory-budget", "40MiB")]
    [InlineData("--prompt-chunk", "--prompt-chunk", "8")]
    [InlineData("--max-body", "--max-body", "much")]
    [InlineData("--port", "--port", "65536")]
    [InlineData("--queue", "--queue", "-1")]
    [InlineData("--also", "--also", "other=demo", "--also", "other=demo")]
    [InlineData("--also", "--also", "demo")]
    [InlineData("demo.prefix", "--prefix-cache", "KEYS")]
    [InlineData("no-such-model", "--also", "other=no-such-model")]
    public void BadUseIsOneLine(string says, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        folder.Write("keys", "0123456789abcdef");
        var result = CommandLineTests.Run("", ["serve", "demo", "--port", "0", .. arguments.Select(word => word == "KEYS" ? folder.File("keys") : word)]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(says, Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void AModelThatIsNotThereAndAPortThatIsTakenAreOneLine()
    {
        var missing = CommandLineTests.Run("", "serve", "no-such-model.gguf", "--port", "0");
        Assert.Equal((2, ""), (missing.ExitCode, missing.Output));
        Assert.Contains("no-such-model.gguf", Assert.Single(missing.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var taken = CommandLineTests.Run("", "serve", "demo", "--port", $"{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal((2, ""), (taken.ExitCode, taken.Output));
        Assert.Contains("--port", Assert.Single(taken.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void TheUnitStartsTheSameServerHardened()
    {
        var result = CommandLineTests.Run("", "serve", "demo", "--alias", "50% \"x\"", "--print-systemd-unit", "--slots", "3", "--prefix-cache", "/var/cache/temoto");
        Assert.Equal(0, result.ExitCode);
        var start = result.Output.Split('\n').Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        Assert.EndsWith(" serve demo --alias \"50%% \\\"x\\\"\" --slots 3 --prefix-cache /var/cache/temoto", start, StringComparison.Ordinal);
        foreach (var line in new[] { "Type=notify", "NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes", "CacheDirectory=temoto", "TimeoutStopSec=45" })
            Assert.Contains($"\n{line}\n", result.Output, StringComparison.Ordinal);
        // systemd's own judgement, where it is installed.
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed: the unit is not verified by systemd");
        using var folder = new TemporaryFolder();
        folder.Write("temoto.service", result.Output);
        using var verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", folder.File("temoto.service")]) { RedirectStandardError = true })!;
        Assert.DoesNotContain("temoto.service:", verify.StandardError.ReadToEnd(), StringComparison.Ordinal);
        verify.WaitForExit();
    }

    [Theory]
    [InlineData("demo", "demo")]
    [InlineData("Qwen/Qwen2.5-0.5B-Instruct", "Qwen/Qwen2.5-0.5B-Instruct")]
    public void AModelIsCalledAsItWasGiven(string given, string name) => Assert.Equal(name, ServeCommand.NameOf(given));

    [Fact]
    public void AFileIsCalledByItsName()
    {
        using var folder = new TemporaryFolder();
        folder.Write("qwen.gguf", "");
        Assert.Equal("qwen", ServeCommand.NameOf(folder.File("qwen.gguf")));
        Assert.Equal(Path.GetFileName(folder.Path), ServeCommand.NameOf(folder.Path + "/"));
    }
}
