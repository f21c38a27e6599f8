using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Temoto.Tests.Simulation.Report;

/// <summary>Chromium without a window, driven by its DevTools protocol over a loopback socket. What was started here is stopped here.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private readonly Process process;
    private readonly ClientWebSocket socket = new();
    private readonly string profile;
    private readonly List<string> complaints = [];
    private string? session;
    private int lastId;

    private HeadlessBrowser(Process process, string profile)
    {
        this.process = process;
        this.profile = profile;
    }

    /// <summary>Where the browser is installed, or null.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Errors and warnings of the console, exceptions, and what could not be loaded, since the last page was opened.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    public static async Task<HeadlessBrowser> Start()
    {
        var profile = Directory.CreateTempSubdirectory("temoto-browser-").FullName;
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank" })
            start.ArgumentList.Add(argument);
        var browser = new HeadlessBrowser(Process.Start(start)!, profile);
        var address = await browser.Address();
        await browser.socket.ConnectAsync(address, CancellationToken.None);
        var target = await browser.Call("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await browser.Call("Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        browser.session = attached["sessionId"]!.GetValue<string>();
        foreach (var domain in new[] { "Page.enable", "Log.enable", "Runtime.enable" })
            await browser.Call(domain);
        return browser;
    }

    /// <summary>Opens a file in a window of some width, light or dark, or as it is printed; done when it is loaded.</summary>
    public async Task Open(string file, int width, int height, bool isDark, bool isPrint = false)
    {
        complaints.Clear();
        await Call("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        await Call("Emulation.setEmulatedMedia", new JsonObject { ["media"] = isPrint ? "print" : "screen", ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }) });
        await Call("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri });
        while (await Evaluate("document.readyState + ' ' + location.protocol") is not "complete file:")
        {
        }
    }

    /// <summary>The value of an expression, as text.</summary>
    public async Task<string> Evaluate(string expression)
    {
        var answer = await Call("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})", ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } error ? throw new InvalidOperationException(error.ToJsonString()) : answer["result"]!["value"]!.GetValue<string>();
    }

    /// <summary>The window, or the whole page, as PNG.</summary>
    public async Task<byte[]> Screenshot(bool wholePage)
    {
        var answer = await Call("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = wholePage });
        return Convert.FromBase64String(answer["data"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        socket.Dispose();
        try
        {
            Directory.Delete(profile, recursive: true);
        }
        catch (IOException)
        {
            // A child that is ending still writes; the folder is a temporary one.
        }
    }

    /// <summary>The browser prints where it listens.</summary>
    private async Task<Uri> Address()
    {
        const string mark = "DevTools listening on ";
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(mark, StringComparison.Ordinal))
                continue;
            // Nobody reads what it prints later; a full pipe would stop it.
            _ = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            return new Uri(line[mark.Length..].Trim());
        }
        throw new InvalidOperationException($"{Program} ended before it listened");
    }

    private async Task<JsonNode> Call(string method, JsonObject? parameters = null)
    {
        var id = ++lastId;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            message["sessionId"] = session;
        await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        while (true)
        {
            var answer = await Receive();
            if (answer["id"]?.GetValue<int>() == id)
                return answer["result"] ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{method}: {answer.ToJsonString()}"));
            Hear(answer);
        }
    }

    private void Hear(JsonNode message)
    {
        var isComplaint = message["method"]?.GetValue<string>() switch
        {
            "Log.entryAdded" => message["params"]!["entry"]!["level"]!.GetValue<string>() is "error" or "warning",
            "Runtime.consoleAPICalled" => message["params"]!["type"]!.GetValue<string>() is "error" or "warning",
            "Runtime.exceptionThrown" => true,
            _ => false,
        };
        if (isComplaint)
            complaints.Add(message["params"]!.ToJsonString());
    }

    private async Task<JsonNode> Receive()
    {
        var (buffer, all) = (new byte[1 << 16], new MemoryStream());
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            all.Write(buffer, 0, part.Count);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException("the browser closed its socket");
            if (part.EndOfMessage)
                return JsonNode.Parse(all.ToArray())!;
        }
    }
}
