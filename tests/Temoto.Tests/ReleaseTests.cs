using System.Security.Cryptography;
using System.Text.Json;
using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>tools/release: what it makes can be checked by whoever gets it.</summary>
public class ReleaseTests
{
    private static string Script => Path.Combine(RepositoryPaths.Root, "tools", "release");

    [Fact]
    public void ABadArgumentIsOneLine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs a shell script");
        using var folder = new TemporaryFolder();
        folder.Write("mine.txt", "x");
        foreach (var arguments in new string[][] { [], ["--help"], [folder.File("out"), "--build"], [folder.Path], [folder.File("mine.txt")] })
        {
            var (exitCode, output, errors) = Run(arguments);
            Assert.Equal((2, ""), (exitCode, output));
            Assert.StartsWith("release: found ", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void AReleaseHasItsSumsAndItsBillOfMaterials()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs a shell script");
        Thoroughness.Require("packs, and makes a bill of materials");
        Assert.SkipUnless(Packages.Configuration == "release", "only Release builds are shipped");
        using var folder = new TemporaryFolder();
        var (exitCode, output, errors) = Run(folder.Path, "--no-build");
        Assert.True(exitCode == 0, errors);

        var sums = File.ReadAllText(folder.File("SHA256SUMS"));
        Assert.Equal(output, sums);
        var files = Directory.GetFiles(folder.Path).Where(path => !path.EndsWith("SHA256SUMS", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(files.Select(path => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}  {Path.GetFileName(path)}\n"), sums.TrimEnd('\n').Split('\n').Select(line => line + "\n"));
        Assert.Equal(["Temoto", "Temoto.Extensions.AI", "Temoto.Grammars", "Temoto.Jinja", "Temoto.Plan", "Temoto.Runtime"],
            files.Where(path => path.EndsWith(".nupkg", StringComparison.Ordinal)).Select(path => Packages.Nuspec(path).Elements().First(element => element.Name.LocalName == "id").Value));

        using var bill = JsonDocument.Parse(File.ReadAllText(files.Single(path => path.EndsWith(".cdx.json", StringComparison.Ordinal))));
        RequireTellsWhatIsInTheTool(bill.RootElement);
    }

    /// <summary>By the fields of CycloneDX 1.6: each library of the tool once, as the .NET host knows it, packages with hash and licence, and what depends on what.</summary>
    private static void RequireTellsWhatIsInTheTool(JsonElement bill)
    {
        Assert.Equal(("CycloneDX", "1.6"), (bill.GetProperty("bomFormat").GetString(), bill.GetProperty("specVersion").GetString()));
        var about = bill.GetProperty("metadata").GetProperty("component");
        Assert.Equal(("Temoto", "application"), (about.GetProperty("name").GetString(), about.GetProperty("type").GetString()));
        Assert.StartsWith("pkg:nuget/Temoto@", about.GetProperty("purl").GetString(), StringComparison.Ordinal);
        var components = bill.GetProperty("components").EnumerateArray().ToList();
        // Build tools are named, and said to be left out.
        var held = components.Where(component => component.GetProperty("scope").GetString() == "required").ToList();
        using var known = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(typeof(CommandLine).Assembly.Location, ".deps.json")));
        var libraries = known.RootElement.GetProperty("libraries").EnumerateObject().Where(library => !library.Name.StartsWith("temoto/", StringComparison.Ordinal)).ToList();
        Assert.Equal(libraries.Select(library => library.Name).Order(StringComparer.Ordinal), held.Select(component => $"{component.GetProperty("name").GetString()}/{component.GetProperty("version").GetString()}").Order(StringComparer.Ordinal));
        foreach (var library in libraries.Where(library => library.Value.GetProperty("type").GetString() == "package"))
        {
            var component = held.Single(component => component.GetProperty("purl").GetString() == $"pkg:nuget/{library.Name.Replace('/', '@')}");
            Assert.Equal("SHA-512", component.GetProperty("hashes")[0].GetProperty("alg").GetString());
            Assert.Matches("^[0-9A-Fa-f]{128}$", component.GetProperty("hashes")[0].GetProperty("content").GetString()!);
            Assert.Contains(component.GetProperty("licenses")[0].GetProperty("license").GetProperty("id").GetString(), (string[])["MIT", "Apache-2.0"]);
        }
        var references = components.Append(about).Select(component => component.GetProperty("bom-ref").GetString()).ToHashSet();
        foreach (var dependency in bill.GetProperty("dependencies").EnumerateArray())
        {
            Assert.Contains(dependency.GetProperty("ref").GetString(), references);
            if (dependency.TryGetProperty("dependsOn", out var others))
                Assert.All(others.EnumerateArray(), other => Assert.Contains(other.GetString(), references));
        }
    }

    private static (int ExitCode, string Output, string Errors) Run(params string[] arguments) => ProcessRun.Of("bash", [Script, .. arguments]);
}
