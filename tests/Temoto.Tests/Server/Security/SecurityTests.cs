using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Temoto.Server;
using Temoto.Server.Scheduling;
using Temoto.Tests.Demo;
using Temoto.Tests.Formats;
using Temoto.Tests.Server.Scheduling;

namespace Temoto.Tests.Server.Security;

/// <summary>What an attacker would try, by name.</summary>
public sealed class SecurityTests : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Chat = "/v1/chat/completions";
    private const string Question = """{"messages": [{"role": "user", "content": "What are you?"}], "max_tokens": 2}""";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task MissingAndWrongKeysAreRefusedInEveryApi()
    {
        folder.Write("keys", $"alice {Key}\n");
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { ApiKeyFile = folder.File("keys") });
        foreach (var path in new[] { Chat, "/v1/completions", "/v1/messages", "/api/chat", "/api/generate", "/tokenize", "/nowhere" })
        {
            foreach (var header in new[] { null, "Bearer wrong", $"Bearer {Key}0", "Basic " + Key })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Question) };
                if (header is not null)
                    request.Headers.TryAddWithoutValidation("Authorization", header);
                using var response = await server.Client.SendAsync(request);
                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
                Assert.Contains("error", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
        foreach (var path in new[] { "/metrics", "/slots", "/props", "/v1/models", "/api/tags" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync(path)).Status);
        using var health = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        foreach (var (name, value) in new[] { ("Authorization", $"Bearer {Key}"), ("x-api-key", Key) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(Question) };
            request.Headers.Add(name, value);
            using var response = await server.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        Assert.Contains("key=alice", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PathTraversalFindsNothing()
    {
        await using var server = await ServerUnderTest.StartAsync();
        foreach (var path in new[] { "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/models/../../../etc/passwd", "/v1/models/%2e%2e%2fconfig.json", "/models/demo/config.json", "/index.html", "/appsettings.json" })
        {
            var answer = await RawAsync(server, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.Matches("^HTTP/1.1 (404|400) ", answer);
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden_size", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnOversizedBodyIsA413()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { MostBodyBytes = 2000 });
        var large = $"{{\"messages\": [{{\"role\": \"user\", \"content\": \"{new string('x', 3000)}\"}}]}}";
        var (status, answer) = await server.AskAsync(Chat, large);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        // Also where its length is not said beforehand.
        var raw = await RawAsync(server, $"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n", toEnd: false);
        Assert.StartsWith("HTTP/1.1 413 ", raw, StringComparison.Ordinal);
    }

    /// <summary>Who never ends the headers is cut off; the server's time for it is short here, and the test waits as long as it takes.</summary>
    [Fact]
    public async Task SlowHeadersAreCutOff()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { HeaderTime = TimeSpan.FromSeconds(1) });
        var answer = await RawAsync(server, $"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
    }

    /// <summary>Who sends headers and then no body holds a connection until it is too slow, and never a slot.</summary>
    [Fact]
    public async Task ASlowBodyHoldsNoSlotAndIsCutOff()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 1 });
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, server.Server.Url.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{"));
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question)).Status);
        Assert.All(server.Scheduler.Slots, slot => Assert.Null(slot.Job));
        using var reader = new StreamReader(slow.GetStream());
        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersCannotBeInjectedAndManyAreRefused()
    {
        await using var server = await ServerUnderTest.StartAsync();
        // A model's name comes back in the error: as JSON, and nowhere else.
        using var response = await server.PostAsync(Chat, """{"model": "x\r\nSet-Cookie: a=b\r\n\r\n<script>", "messages": [{"role": "user", "content": "x"}]}""");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await RawAsync(server, $"GET /health HTTP/1.1\r\nHost: localhost\r\n{many}\r\n", toEnd: false), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await RawAsync(server, $"GET /health HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 20000)}\r\n\r\n", toEnd: false), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await RawAsync(server, "GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked, identity\r\n\r\n", toEnd: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PagesOfOtherOriginsMayNotAsk()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Origins = ["https://chat.example"] });
        foreach (var (origin, status) in new[] { ("https://evil.example", HttpStatusCode.Forbidden), ("null", HttpStatusCode.Forbidden), ("https://chat.example", HttpStatusCode.OK), (server.Server.Url.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(Question) };
            request.Headers.Add("Origin", origin);
            using var response = await server.Client.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal(origin == "https://chat.example", response.Headers.Contains("Access-Control-Allow-Origin"));
        }
        foreach (var (origin, status) in new[] { ("https://evil.example", HttpStatusCode.Forbidden), ("https://chat.example", HttpStatusCode.NoContent) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, Chat);
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            using var response = await server.Client.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task ANameThatLeadsHereIsNotEnough()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { HostNames = ["box.example"] });
        foreach (var (host, status) in new[] { ("evil.example", 403), ("evil.example:8080", 403), ("localhost", 200), ("127.0.0.1:1", 200), ("box.example", 200) })
            Assert.StartsWith($"HTTP/1.1 {status} ", await RawAsync(server, $"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsOfTheFolderAndTheEnvironmentOpenNoOtherDoor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "watches are counted in /proc");
        var (byFile, byVariable) = (FreePort(), FreePort());
        folder.Write("appsettings.json", $$"""{"Kestrel": {"Endpoints": {"Other": {"Url": "http://127.0.0.1:{{byFile}}"} } } }""");
        for (var i = 0; i < 20; i++)
            Directory.CreateDirectory(folder.File($"folder{i}"));
        var environment = new Dictionary<string, string> { ["Kestrel__Endpoints__Third__Url"] = $"http://127.0.0.1:{byVariable}", ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{byVariable}" };
        using var server = await ServerProcess.StartInAsync(folder.Path, environment);
        Assert.NotEqual("", await server.AnswerAsync("What are you?"));
        Assert.InRange(server.Watches, 0, 10);
        foreach (var port in new[] { byFile, byVariable })
        {
            using var client = new TcpClient();
            Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port))).SocketErrorCode);
        }
    }

    /// <summary>Neither prompts nor answers nor what else a client writes, whatever becomes of the request.</summary>
    [Fact]
    public async Task LogsHoldNothingThatAClientWrote()
    {
        await using var server = await ServerUnderTest.StartAsync();
        const string secret = "xyzzy-4711";
        foreach (var body in new[]
        {
            $"{{\"messages\": [{{\"role\": \"user\", \"content\": \"{secret}\"}}], \"max_tokens\": 3}}",
            $"{{\"model\": \"{secret}\", \"messages\": []}}",
            $"{{\"messages\": \"{secret}\"}}",
            $"{{\"{secret}\": 1, \"messages\": 3, \"user\": \"{secret}\"}}",
            $"{secret}",
        })
        {
            using var response = await server.PostAsync($"{Chat}?q={secret}", body);
        }
        using var elsewhere = await server.Client.GetAsync($"/{secret}");
        using var model = await server.Client.GetAsync($"/v1/models/{secret}");
        Assert.Contains($"POST {Chat} 200", server.Log, StringComparison.Ordinal);
        Assert.Contains("GET elsewhere 404", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await server.Client.GetStringAsync("/slots"), StringComparison.Ordinal);
        Assert.DoesNotContain(ServerUnderTest.DemoPath, await server.Client.GetStringAsync("/props"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFullServerSaysWhenToComeAgain()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 1, Scheduler = new SchedulerSettings { QueueLength = 0 } });
        using var gate = new Gate();
        using var running = server.Scheduler.Submit("x", [server.Model.Request([1, 2], new GenerationOptions { LogitBias = gate, MaxTokens = 1 })]);
        gate.AwaitReached();
        foreach (var path in new[] { Chat, "/api/chat", "/v1/messages" })
        {
            using var response = await server.PostAsync(path, Question);
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }
        gate.Open();
        await server.AwaitIdleAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question)).Status);
    }

    [Fact]
    public async Task AServerThatLoadsSaysSo()
    {
        var may = new TaskCompletionSource();
        await using var server = await ServerUnderTest.StartAsync(null, awaitModel: false, () =>
        {
            may.Task.Wait();
            return ServerUnderTest.LoadDemo();
        });
        try
        {
            using var response = await server.PostAsync(Chat, Question);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/health")).Status);
        }
        finally
        {
            may.SetResult();
        }
        await server.Server.Models.Ready;
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question)).Status);
    }

    /// <summary>Balancers stop sending, requests are refused, what is under way comes to its end.</summary>
    [Fact]
    public async Task AServerThatStopsSaysSo()
    {
        var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 1 });
        using var gate = new Gate();
        using var running = server.Scheduler.Submit("x", [server.Model.Request([1, 2], new GenerationOptions { LogitBias = gate, MaxTokens = 1 })]);
        gate.AwaitReached();
        var waiting = server.AskAsync(Chat, Question);
        while (server.Scheduler.QueueCount == 0)
            await Task.Delay(1);
        var stopped = server.Server.StopAsync();
        var (status, health) = await server.GetAsync("/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), (status, health.GetProperty("status").GetString()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.AskAsync(Chat, Question)).Status);
        Assert.False(stopped.IsCompleted);
        gate.Open();
        Assert.Equal(HttpStatusCode.OK, (await waiting).Status);
        await stopped;
        await server.DisposeAsync();
    }

    /// <summary>Of 64 texts of 400 tokens on one slot, most are never begun when their client goes after the first token.</summary>
    [Fact]
    public async Task AClientThatLeavesFreesItsSlotAndItsPlaces()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 1, Scheduler = new SchedulerSettings { QueueLength = 64 } });
        using (var request = new HttpRequestMessage(HttpMethod.Post, Chat))
        {
            request.Content = new StringContent($"{{\"messages\": [{{\"role\": \"user\", \"content\": \"x\"}}], \"max_tokens\": 400, \"n\": 64, \"stream\": true, {DemoTokens.NoEndField}}}");
            using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var stream = await response.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await stream.ReadAsync(new byte[100]));
        }
        await server.AwaitIdleAsync();
        Assert.InRange(server.Server.Metrics.GeneratedTokens.Value, 1, 32 * 400);
        Assert.Equal(1, server.Server.Metrics.Cancelled.Value);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question)).Status);
    }

    [Fact]
    public async Task ACertificateIsUsedAndReadAgain()
    {
        WriteCertificate("first.example");
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { TlsCertificateFile = folder.File("cert.pem"), TlsKeyFile = folder.File("key.pem") });
        Assert.Equal("https", server.Server.Url.Scheme);
        Assert.Equal("CN=first.example", await SubjectAsync(server));
        WriteCertificate("second.example");
        File.SetLastWriteTimeUtc(folder.File("cert.pem"), DateTime.UtcNow.AddSeconds(5));
        Assert.Equal("CN=second.example", await SubjectAsync(server));
        folder.Write("cert.pem", "nothing");
        File.SetLastWriteTimeUtc(folder.File("cert.pem"), DateTime.UtcNow.AddSeconds(10));
        Assert.Equal("CN=second.example", await SubjectAsync(server));
        Assert.Contains("the certificate stays as it was", server.Log, StringComparison.Ordinal);
    }

    private static async Task<string> SubjectAsync(ServerUnderTest server)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Server.Url.Port);
        var subject = "";
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                // Signed by itself, as the one written above.
                subject = certificate!.Subject;
                return subject == certificate.Issuer;
            },
        });
        await tls.WriteAsync(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls);
        Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        return subject;
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write("cert.pem", certificate.ExportCertificatePem());
    }

    /// <summary>What comes back for bytes as they are: to the end of the connection, or the first line.</summary>
    private static async Task<string> RawAsync(ServerUnderTest server, string request, bool toEnd = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Server.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return toEnd ? await reader.ReadToEndAsync() : await reader.ReadLineAsync() ?? "";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
