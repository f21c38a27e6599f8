using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Temoto.Server.Scheduling;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Server;

/// <summary>What operators fear: far more clients than places, for long; clients that leave and that send rubbish; a server that is killed.</summary>
public sealed class EnduranceTests
{
    private const int Clients = 200;

    private static readonly string[] Questions = ["What are you?", "Say it again", "Fan 3 stopped", "What is a bearing?", "Pump P-7 is running; temp 81.4 °C high", "警報: 1号機 過負荷"];

    /// <summary>
    /// 200 clients on four places and a queue of 64: each request ends in the whole answer that it has alone, or in 429. Some read a stream, some leave in the middle of an answer, some send what is no request.
    /// Afterwards all places are free, the server has no more files open than before, and it has not grown since it was warm by more than twice what is collected at a time.
    /// </summary>
    [Fact]
    public async Task AnOverloadedServerLosesNothingAndKeepsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc tells memory and open files on Linux");
        using var server = await ServerProcess.StartAsync("--slots", "4", "--queue", "64");
        var expected = new List<string>();
        foreach (var question in Questions)
            expected.Add(await server.AnswerAsync(question));

        await LoadAsync(server, expected, requests: 40, seed: 1);
        server.Reconnect();
        await server.AwaitIdleAsync();
        var (filesBefore, bytesBefore) = (server.OpenFiles, server.ResidentBytes);

        var counts = await LoadAsync(server, expected, requests: Thoroughness.Cases(300), seed: 2);
        server.Reconnect();
        await server.AwaitIdleAsync();
        Assert.Equal(expected[0], await server.AnswerAsync(Questions[0]));
        var (files, bytes) = (server.OpenFiles, server.ResidentBytes);
        TestContext.Current.SendDiagnosticMessage($"{counts}; open files {filesBefore} before and {files} after; resident {bytesBefore >> 10} and {bytes >> 10} KiB");
        Assert.InRange(files, 0, filesBefore + 2);
        Assert.InRange(bytes, 0, bytesBefore + (8L << 20));
        Assert.True(counts.Whole > 100 && counts.Refused > 0 && counts.Left > 100 && counts.Bad > 100, counts.ToString());
    }

    /// <summary>It is killed while it answers, and started again: the same answers, from the first on, and what it kept of prompts is whole or not used.</summary>
    [Fact]
    public async Task AServerThatIsKilledStartsAgain()
    {
        using var folder = new TemporaryFolder();
        var question = string.Concat(Enumerable.Repeat(Questions[4] + ". ", 4));
        string expected;
        using (var first = await ServerProcess.StartAsync("--slots", "2", "--prefix-cache", folder.Path))
        {
            expected = await first.AnswerAsync(question);
            await AwaitWrittenAsync(Path.Combine(folder.Path, "demo.prefix"));
            using var response = await first.AskAsync(Questions[0], stream: true);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            first.Kill();
        }
        using var second = await ServerProcess.StartAsync("--slots", "2", "--prefix-cache", folder.Path);
        Assert.Equal(expected, await second.AnswerAsync(question));
        var reused = (await second.Client.GetStringAsync("/metrics")).Split('\n').Single(line => line.StartsWith("temoto_reused_tokens_total ", StringComparison.Ordinal));
        Assert.NotEqual("temoto_reused_tokens_total 0", reused);
    }

    /// <summary>Whole places, one at least, behind the head.</summary>
    private static async Task AwaitWrittenAsync(string path)
    {
        using var model = ServerUnderTest.LoadDemo();
        using var cache = model.Engine.NewCache();
        var place = PrefixCacheFile.BytesOfPlace(PrefixCache.BytesOfBlock(cache.Layout));
        while (new FileInfo(path).Length - PrefixCacheFile.HeaderBytes is var bytes && (bytes <= 0 || bytes % place != 0))
            await Task.Delay(1);
    }

    private sealed record Counts(int Whole, int Refused, int Left, int Bad);

    private static async Task<Counts> LoadAsync(ServerProcess server, List<string> expected, int requests, int seed)
    {
        int whole = 0, refused = 0, left = 0, bad = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            var random = new Random(seed * Clients + client);
            for (var request = 0; request < requests; request++)
            {
                var question = random.Next(Questions.Length);
                switch (random.Next(10))
                {
                    case < 3:
                        await CountAsync(server.AskAsync(Questions[question], stream: false), async response =>
                            Assert.Equal(expected[question], ChatText.Of(await response.Content.ReadFromJsonAsync<JsonElement>())));
                        break;
                    case < 6:
                        await CountAsync(server.AskAsync(Questions[question], stream: true), async response => Assert.Equal(expected[question], StreamedText(await response.Content.ReadAsStringAsync())));
                        break;
                    case < 9:
                        await LeavingClient.AskAsync(gone => server.AskAsync(Questions[question], stream: true, gone), random.Next(4));
                        Interlocked.Increment(ref left);
                        break;
                    default:
                        using (var response = await server.PostAsync(Rubbish(random)))
                            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
                        Interlocked.Increment(ref bad);
                        break;
                }
            }
        }));
        return new Counts(whole, refused, left, bad);

        async Task CountAsync(Task<HttpResponseMessage> asked, Func<HttpResponseMessage, Task> check)
        {
            using var response = await asked;
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Interlocked.Increment(ref refused);
                await Task.Delay(50);
                return;
            }
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await check(response);
            Interlocked.Increment(ref whole);
        }
    }

    private static string Rubbish(Random random) => random.Next(4) switch
    {
        0 => "",
        1 => "{\"messages\": [",
        2 => "{\"messages\": 7}",
        _ => new string('[', random.Next(1, 200)),
    };

    private static string StreamedText(string events)
    {
        var lines = events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", lines[^1]);
        var text = new StringBuilder();
        foreach (var line in lines[..^1])
        {
            var choices = JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]).GetProperty("choices");
            if (choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content))
                text.Append(content.GetString());
        }
        return text.ToString();
    }
}
