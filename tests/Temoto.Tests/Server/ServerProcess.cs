using System.Net.Http.Json;
using System.Text.Json;
using Temoto.Tests.Cli;

namespace Temoto.Tests.Server;

/// <summary>A server of the demo model in a process of its own, as an operator has it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Path = "/v1/chat/completions";

    /// <summary>Young objects are collected every 4 MiB, so that the size of the process says what it holds.</summary>
    private static readonly Dictionary<string, string> SmallYoungGeneration = new() { ["DOTNET_GCgen0size"] = "0x400000" };

    private readonly CommandProcess process;

    private ServerProcess(CommandProcess process, Uri url)
    {
        this.process = process;
        Client = NewClient(url);
    }

    public HttpClient Client { get; private set; }

    public long ResidentBytes => StatusKilobytes("VmRSS:") * 1024;

    /// <summary>Folders and files whose changes the system reports to it.</summary>
    public int Watches => Directory.GetFiles($"/proc/{process.Id}/fdinfo").Sum(file => File.ReadLines(file).Count(line => line.StartsWith("inotify ", StringComparison.Ordinal)));

    public int OpenFiles => Directory.GetFileSystemEntries($"/proc/{process.Id}/fd").Length;

    /// <summary>Returns when the model is loaded.</summary>
    public static Task<ServerProcess> StartAsync(params string[] options) => StartInAsync("", SmallYoungGeneration, options);

    /// <param name="folder">Where it is started; empty for where the tests run.</param>
    public static async Task<ServerProcess> StartInAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var process = CommandProcess.StartIn(folder, environment, ["serve", "demo", "--port", "0", "--no-log", .. options]);
        var url = "";
        for (var line = 0; line < 5; line++)
        {
            var text = await process.Output.ReadLineAsync();
            if (line == 0)
                url = text!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        }
        return new ServerProcess(process, new Uri(url));
    }

    public Task<HttpResponseMessage> AskAsync(string question, bool stream, CancellationToken cancellation = default) => Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(new { messages = new[] { new { role = "user", content = question } }, max_tokens = 12, stream }) },
        HttpCompletionOption.ResponseHeadersRead, cancellation);

    public Task<HttpResponseMessage> PostAsync(string body) => Client.PostAsync(Path, new StringContent(body));

    public async Task<string> AnswerAsync(string question)
    {
        using var response = await AskAsync(question, stream: false);
        response.EnsureSuccessStatusCode();
        return ChatText.Of(await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Closes all connections of the client.</summary>
    public void Reconnect()
    {
        Client.Dispose();
        Client = NewClient(Client.BaseAddress!);
    }

    /// <summary>Until no place is taken and nobody waits.</summary>
    public async Task AwaitIdleAsync()
    {
        while ((await Client.GetFromJsonAsync<JsonElement>("/slots")).EnumerateArray().Any(slot => slot.GetProperty("is_processing").GetBoolean()))
            await Task.Delay(10);
    }

    public void Kill() => process.Kill();

    public void Dispose()
    {
        Client.Dispose();
        process.Dispose();
    }

    private static HttpClient NewClient(Uri url) => new() { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };

    private long StatusKilobytes(string name) =>
        long.Parse(File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
