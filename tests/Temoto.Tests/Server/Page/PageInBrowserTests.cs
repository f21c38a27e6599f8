using System.Text.Json;
using Temoto.Server;
using Temoto.Server.Models;
using Temoto.Tests.Formats;
using Temoto.Tests.Simulation.Report;

namespace Temoto.Tests.Server.Page;

/// <summary>
/// The web page in a real browser, as people use it: the scenarios of tests/page, on a desk and on a phone. Each asks for no complaint of the console, no request to anybody else, nothing wider
/// than the window, and no grave finding of axe. What it looks like is kept in artifacts/page-screenshots.
/// </summary>
public sealed class PageInBrowserTests(DemoServer demo, ScriptedServer scripted, PageInBrowserTests.KeyedServer keyed, PageInBrowserTests.SeveralServer several)
    : IClassFixture<DemoServer>, IClassFixture<ScriptedServer>, IClassFixture<PageInBrowserTests.KeyedServer>, IClassFixture<PageInBrowserTests.SeveralServer>
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "tests", "page");

    /// <summary>A scenario for each file.</summary>
    public static TheoryData<string> Scenarios => [.. Directory.GetFiles(Path.Combine(Folder, "scenarios"), "*.mjs").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != "keyboard").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task ItDoesWhatPeopleDo(string scenario) => Assert.Equal("", await RunAsync(scenario));

    /// <summary>The list of what was done is what the documentation says can be done.</summary>
    [Fact]
    public async Task EverythingIsDoneByKeyboardAlone()
    {
        var steps = (await RunAsync("keyboard")).Trim();
        Assert.Contains(steps, (await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "docs", "page.md"))).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private Task<string> RunAsync(string scenario)
    {
        Oracle.Require(HeadlessBrowser.Program is not null, "chromium, for the page in a browser");
        Oracle.Require(new[] { "playwright-core", "axe-core" }.All(name => Directory.Exists(Path.Combine(Folder, "node_modules", name))), "node and the npm packages of tests/page");
        var servers = JsonSerializer.Serialize(new
        {
            demo = demo.Demo.Server.Url,
            scripted = scripted.Scripted.Server.Url,
            keyed = keyed.Keyed.Server.Url,
            several = several.Several.Server.Url,
            key = KeyedServer.Key,
            shots = Path.Combine(RepositoryPaths.Root, "artifacts", "page-screenshots"),
        });
        return Task.Run(() =>
        {
            try
            {
                return Oracle.Run("node", [Path.Combine(Folder, "run.mjs"), scenario, servers], "");
            }
            catch (InvalidOperationException error)
            {
                // What the servers refused, which a browser does not tell.
                var refused = new[] { demo.Demo, scripted.Scripted, keyed.Keyed, several.Several }.SelectMany(server => server.Log.Split('\n')).Where(line => line.Contains(" 4", StringComparison.Ordinal) || line.Contains(" 5", StringComparison.Ordinal));
                throw new InvalidOperationException($"{error.Message}\n{string.Join('\n', refused.TakeLast(20))}", error);
            }
        });
    }

    /// <summary>A server of two models.</summary>
    public sealed class SeveralServer : IAsyncLifetime
    {
        public ServerUnderTest Several { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Several = await ServerUnderTest.StartAsync(models: [new ModelSource("small", _ => ServerUnderTest.LoadDemo()), new ModelSource("a-model-of-a-rather-long-name", _ => ServerUnderTest.LoadDemo())]);

        public ValueTask DisposeAsync() => Several.DisposeAsync();
    }

    /// <summary>A server that asks for a key.</summary>
    public sealed class KeyedServer : IAsyncLifetime
    {
        public const string Key = "0123456789abcdef0123456789abcdef";

        private readonly TemporaryFolder folder = new();

        public ServerUnderTest Keyed { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            folder.Write("keys", $"alice {Key}\n");
            Keyed = await ServerUnderTest.StartAsync(new ServerSettings { ApiKeyFile = folder.File("keys") });
        }

        public async ValueTask DisposeAsync()
        {
            await Keyed.DisposeAsync();
            folder.Dispose();
        }
    }
}
