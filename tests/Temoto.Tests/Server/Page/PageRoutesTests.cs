using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Temoto.Server;
using Temoto.Server.Page;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Server.Page;

/// <summary>Who gets the page, with which headers, and who does not.</summary>
public sealed class PageRoutesTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private readonly ServerUnderTest demo = server.Demo;

    [Theory]
    [InlineData(Browser, true)]
    [InlineData("TEXT/HTML", true)]
    [InlineData("text/html;q=0, */*", false)]
    [InlineData("*/*", false)]
    [InlineData("application/json", false)]
    [InlineData("nonsense", false)]
    [InlineData(null, false)]
    public async Task OnlyBrowsersGetThePageAtTheRoot(string? accept, bool getsPage)
    {
        using var response = await GetAsync("/", accept);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(getsPage, text.Contains("<!DOCTYPE html>", StringComparison.Ordinal));
        // What Ollama's clients look for.
        Assert.Equal(!getsPage, text.Contains("Ollama is running", StringComparison.Ordinal));
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task HeadHasTheHeadersAndNoBody()
    {
        foreach (var (path, accept, length) in new[] { ("/", null, null), ("/", Browser, (long?)PageFiles.Index.Bytes.Length), ("/page/start.js", null, PageFiles.Find("start.js")!.Bytes.Length) })
        {
            using var response = await GetAsync(path, accept, method: HttpMethod.Head);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
            if (length is not null)
                Assert.Equal(length, response.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task EveryFileComesStrictAndIsKnownAgain()
    {
        Assert.InRange(PageFiles.Files.Count(), 40, 100);
        foreach (var file in PageFiles.Files)
        {
            var path = PageRoutes.Folder + file.Name;
            using var response = await GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(file.ContentType, response.Content.Headers.ContentType!.ToString());
            Assert.Equal(file.Bytes.ToArray(), await response.Content.ReadAsByteArrayAsync());
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
                response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal(("nosniff", "same-origin", "same-origin", "no-cache"), (Header(response, "X-Content-Type-Options"), Header(response, "Referrer-Policy"), Header(response, "Cross-Origin-Resource-Policy"), Header(response, "Cache-Control")));
            using var again = await GetAsync(path, etag: response.Headers.ETag!.ToString());
            Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length));
            Assert.Equal(response.Headers.ETag, again.Headers.ETag);
        }
        Assert.Equal(PageFiles.Files.Count(), PageFiles.Files.Select(file => file.ETag).Distinct().Count());
        using var changed = await GetAsync("/page/start.js", etag: "W/\"0000000000000000\"");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task WhoTakesGzipGetsIt()
    {
        using var response = await GetAsync("/page/base/texts.js", encoding: "gzip, br");
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var text = new MemoryStream();
        await plain.CopyToAsync(text);
        var file = PageFiles.Find("base/texts.js")!;
        Assert.Equal(file.Bytes.ToArray(), text.ToArray());
        Assert.True(file.Compressed.Length < file.Bytes.Length / 2);
        using var bare = await GetAsync("/page/base/texts.js", encoding: "br");
        Assert.Empty(bare.Content.Headers.ContentEncoding);
    }

    /// <summary>A page that is small is there at once, also by a slow line.</summary>
    [Fact]
    public void AllOfItTogetherIsSmall() => Assert.InRange(PageFiles.Files.Sum(file => file.Compressed.Length), 1, 60_000);

    [Fact]
    public async Task NothingElseLiesThere()
    {
        foreach (var path in new[] { "/page/", "/page/none.js", "/page/index.html/x", "/page/..%2f..%2fetc/passwd", "/page/base" })
        {
            using var response = await GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
        using var posted = await demo.PostAsync("/page/start.js", "{}");
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
    }

    /// <summary>The page comes while the model is being loaded, and says so itself.</summary>
    [Fact]
    public async Task ItIsThereBeforeTheModel()
    {
        var may = new TaskCompletionSource();
        await using var loading = await ServerUnderTest.StartAsync(null, awaitModel: false, () =>
        {
            may.Task.Wait();
            return ServerUnderTest.LoadDemo();
        });
        try
        {
            using var response = await loading.Client.GetAsync("/page/start.js");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        finally
        {
            may.SetResult();
        }
        await loading.Server.Models.Ready;
    }

    [Fact]
    public async Task ItNeedsNoKeyAndOpensNothingElse()
    {
        using var folder = new TemporaryFolder();
        folder.Write("keys", "0123456789abcdef0123456789abcdef\n");
        await using var keyed = await ServerUnderTest.StartAsync(new ServerSettings { ApiKeyFile = folder.File("keys") });
        Assert.Equal(HttpStatusCode.OK, (await keyed.Client.GetAsync("/page/start.js")).StatusCode);
        foreach (var path in new[] { "/page/../v1/models", "/page/%2e%2e/v1/models", "/page/..%2fv1/models", "//page/x", "/page", "/Page/start.js", "/v1/models", "/metrics" })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, keyed.Server.Url.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(client.GetStream());
            var answer = await reader.ReadToEndAsync();
            // A slash that is written as %2f stays within its name: no file has it.
            Assert.StartsWith(path.Contains("..%2f", StringComparison.Ordinal) ? "HTTP/1.1 404 " : "HTTP/1.1 401 ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("\"demo\"", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithoutThePageTheServerIsItsApis()
    {
        await using var bare = await ServerUnderTest.StartAsync(new ServerSettings { HasPage = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", Browser);
        using var root = await bare.Client.SendAsync(request);
        Assert.StartsWith("Temoto is running", await root.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await bare.Client.GetAsync("/page/start.js")).StatusCode);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept = null, string? etag = null, string? encoding = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        foreach (var (name, value) in new[] { ("Accept", accept), ("If-None-Match", etag), ("Accept-Encoding", encoding) })
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
        return await demo.Client.SendAsync(request);
    }
}
