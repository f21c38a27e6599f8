using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>Everything packable of the checkout, packed as it was built into a folder that goes away.</summary>
public sealed class Packages : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public Packages()
    {
        Run(RepositoryPaths.Root, "dotnet", "pack", "Temoto.slnx", "-c", Configuration, "--no-build", "-o", Feed, "-v", "quiet", "-nologo", "-m:1");
        Paths = Directory.EnumerateFiles(Feed, "*.nupkg").ToDictionary(path => Nuspec(path).Elements().Single(element => element.Name.LocalName == "id").Value);
    }

    /// <summary>The folder of the packages: a feed.</summary>
    public string Feed => folder.File("feed");

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, string> Paths { get; }

    /// <summary>Of all of them.</summary>
    public string Version => Nuspec(Paths["Temoto"]).Elements().Single(element => element.Name.LocalName == "version").Value;

    /// <summary>Where this machine keeps the packages that it restored: a feed, too.</summary>
    public static string MachineCache =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Of the tests, and so of what was built with them.</summary>
    public static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public void Dispose() => folder.Dispose();

    /// <summary>A nuget.config that knows this feed, and others, and nothing beyond.</summary>
    public string NugetConfig(params IEnumerable<string> others)
    {
        var sources = others.Prepend(Feed).Select((feed, i) => $"""<add key="feed{i}" value="{feed}" />""");
        return $"<configuration><packageSources><clear />{string.Concat(sources)}</packageSources></configuration>";
    }

    /// <summary>What a package says of itself.</summary>
    public static XElement Nuspec(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().First();
    }

    /// <summary>Runs a program with caches of its own and no server that outlives it; returns its standard output without the last line end.</summary>
    public string Run(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (var (name, value) in Surroundings())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{output}\n{errors.Result}");
        return output.TrimEnd('\n');
    }

    private IEnumerable<(string Name, string Value)> Surroundings()
    {
        // The host of an installed tool looks for the runtime here.
        yield return ("DOTNET_ROOT", Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..")));
        yield return ("DOTNET_CLI_HOME", folder.File("home"));
        yield return ("DOTNET_NOLOGO", "1");
        yield return ("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
        // They would keep this process's pipes open.
        yield return ("MSBUILDDISABLENODEREUSE", "1");
        yield return ("DOTNET_CLI_USE_MSBUILD_SERVER", "0");
        yield return ("UseSharedCompilation", "false");
        yield return ("NUGET_PACKAGES", folder.File("cache"));
        yield return ("NUGET_HTTP_CACHE_PATH", folder.File("http"));
    }
}
