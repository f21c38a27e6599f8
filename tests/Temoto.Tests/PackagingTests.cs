using System.IO.Compression;
using Temoto.Tests.Formats;

namespace Temoto.Tests;

/// <summary>What is shipped: the packages, what lies in them, and that they work where nothing else of the checkout is.</summary>
public sealed class PackagingTests(Packages packages) : IClassFixture<Packages>
{
    /// <summary>No file twice, none of the tests, the training or the machine that packed.</summary>
    [Fact]
    public void PackagesHoldWhatTheirUsersNeedAndNothingElse()
    {
        string[] libraries = ["Temoto.Extensions.AI", "Temoto.Grammars", "Temoto.Jinja", "Temoto.Plan", "Temoto.Runtime"];
        Assert.Equal(["Temoto", .. libraries], packages.Paths.Keys.Order(StringComparer.Ordinal));
        foreach (var library in libraries)
        {
            Assert.Equal(["README.md", $"{library}.nuspec", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"], Entries(packages.Paths[library]));
            Assert.Equal([$"{library}.nuspec", $"lib/net10.0/{library}.pdb"], Entries(Path.ChangeExtension(packages.Paths[library], "snupkg")));
        }
        string[] tool =
        [
            "DotnetToolSettings.xml", "Microsoft.Extensions.AI.Abstractions.dll", "Microsoft.Extensions.DependencyInjection.Abstractions.dll", "Microsoft.Extensions.Logging.Abstractions.dll", "ModelContextProtocol.Core.dll",
            "Spectre.Console.dll", "System.CommandLine.dll", "Temoto.Evaluation.dll", "Temoto.Evaluation.pdb", "Temoto.Extensions.AI.dll", "Temoto.Extensions.AI.pdb", "Temoto.Grammars.dll", "Temoto.Grammars.pdb", "Temoto.Jinja.dll", "Temoto.Jinja.pdb",
            "Temoto.Plan.dll", "Temoto.Plan.pdb", "Temoto.Quantization.dll", "Temoto.Quantization.pdb",
            "Temoto.Runtime.dll", "Temoto.Runtime.pdb", "Temoto.Server.dll", "Temoto.Server.pdb", "Temoto.Simulation.dll", "Temoto.Simulation.pdb",
            "models/demo-vision/config.json", "models/demo-vision/model.safetensors", "models/demo-vision/preprocessor_config.json",
            "models/demo/config.json", "models/demo/examples.txt", "models/demo/generation_config.json", "models/demo/model.safetensors",
            "models/demo/tokenizer.json", "models/demo/tokenizer_config.json",
            "temoto.deps.json", "temoto.dll", "temoto.pdb", "temoto.runtimeconfig.json",
        ];
        string[] about = ["README.md", "THIRD-PARTY-NOTICES.txt", "Temoto.nuspec"];
        Assert.Equal([.. about, .. tool.Select(name => $"tools/net10.0/any/{name}")], Entries(packages.Paths["Temoto"]));
    }

    [Fact]
    public void PackagesSayWhatTheyAre()
    {
        foreach (var (id, path) in packages.Paths)
        {
            var about = Packages.Nuspec(path);
            string? Text(string name) => about.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
            Assert.Equal(id, Text("id"));
            Assert.Equal("The Temoto authors", Text("authors"));
            Assert.Equal("MIT", Text("license"));
            Assert.Equal("README.md", Text("readme"));
            Assert.NotEqual("Package Description", Text("description"));
            Assert.DoesNotContain(RepositoryPaths.Root, about.ToString(), StringComparison.Ordinal);
            // An edge device needs nothing but the runtime, and that no package but the plan and the template language beside it.
            var dependencies = about.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string?)element.Attribute("id"));
            Assert.Equal(id switch
            {
                "Temoto.Runtime" => ["Temoto.Grammars", "Temoto.Jinja", "Temoto.Plan"],
                "Temoto.Extensions.AI" => ["Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions", "Temoto.Runtime"],
                _ => [],
            }, dependencies.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void PackingAgainGivesTheSameBytes()
    {
        Thoroughness.Require("packs again");
        using var again = new Packages();
        foreach (var (id, path) in packages.Paths)
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again.Paths[id]));
    }

    /// <summary>Neither assemblies nor symbols do: a Debug build, made for the debugger at hand, may.</summary>
    [Fact]
    public void PackagesNameNoFolderOfTheMachine()
    {
        Assert.SkipUnless(Packages.Configuration == "release", "only Release builds are shipped");
        var root = System.Text.Encoding.UTF8.GetBytes(RepositoryPaths.Root);
        foreach (var path in packages.Paths.Values.SelectMany(path => new[] { path, Path.ChangeExtension(path, "snupkg") }).Where(File.Exists))
        {
            using var archive = ZipFile.OpenRead(path);
            foreach (var entry in archive.Entries.Where(entry => !entry.Name.EndsWith(".safetensors", StringComparison.Ordinal)))
            {
                using var content = new MemoryStream();
                using (var stream = entry.Open())
                    stream.CopyTo(content);
                Assert.True(content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(root) < 0, $"{Path.GetFileName(path)}: {entry.FullName}");
            }
        }
    }

    /// <summary>The tool installed into an empty folder, and a program that knows the library as a package: no cache, no network.</summary>
    [Fact]
    public void TheToolAndTheLibraryWorkFromTheirPackages()
    {
        Thoroughness.Require("installs and builds from the packages");
        using var folder = new TemporaryFolder();
        var version = packages.Version;
        folder.Write("nuget.config", packages.NugetConfig());

        string[] options = ["--version", version, "--tool-path", folder.File("tools"), "--configfile", folder.File("nuget.config")];
        packages.Run(folder.Path, "dotnet", ["tool", "install", "Temoto", .. options]);
        var (command, shown) = ReadmeTests.FirstCommand();
        Assert.Equal(shown.TrimEnd(), packages.Run(folder.Path, folder.File("tools/temoto"), "run", "demo", "-p", command));
        var picture = Path.Combine(RepositoryPaths.Root, "models/demo-vision/samples/crack-1.png");
        Assert.Contains("crack", packages.Run(folder.Path, folder.File("tools/temoto"), "run", "demo-vision", "--image", picture), StringComparison.Ordinal);

        var answer = RunProgram(folder, "Temoto.Runtime", File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples/hello/Program.cs")), Demo, command);
        Assert.StartsWith("qwen2 of ", answer, StringComparison.Ordinal);
        Assert.EndsWith(shown.TrimEnd(), answer.TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>The program that the package's own page shows. The interfaces come from what this machine has restored.</summary>
    [Fact]
    public void TheChatClientWorksFromItsPackage()
    {
        Thoroughness.Require("builds from the packages");
        using var folder = new TemporaryFolder();
        folder.Write("nuget.config", packages.NugetConfig(Packages.MachineCache));
        var page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "src/Temoto.Extensions.AI/README.md"));
        var (command, shown) = ReadmeTests.FirstCommand();
        var program = page.Split("```csharp\n")[1].Split("```")[0].Replace("\"path/to/Qwen2.5-0.5B-Instruct\"", "args[0]", StringComparison.Ordinal).Replace("\"Why do bearings fail?\"", "args[1]", StringComparison.Ordinal);
        Assert.Equal(shown.TrimEnd(), RunProgram(folder, "Temoto.Extensions.AI", program, Demo, command).TrimEnd());
    }

    private static string Demo => Path.Combine(RepositoryPaths.Root, "models/demo");

    /// <summary>Builds a program that knows a package, where nothing else of the checkout is, and gives what it prints.</summary>
    private string RunProgram(TemporaryFolder folder, string package, string program, params string[] arguments)
    {
        Directory.CreateDirectory(folder.File("program"));
        folder.Write("program/Program.cs", program);
        folder.Write("program/program.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{packages.Version}" />
              </ItemGroup>
            </Project>
            """);
        packages.Run(folder.File("program"), "dotnet", "build", "-c", "Release", "-o", folder.File("built"), "-v", "quiet", "-nologo");
        return packages.Run(folder.Path, "dotnet", [folder.File("built/program.dll"), .. arguments]);
    }

    /// <summary>Without what the container format adds.</summary>
    private static string[] Entries(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        string[] added = ["[Content_Types].xml", "_rels/", "package/"];
        var names = archive.Entries.Select(entry => entry.FullName);
        return [.. names.Where(name => !added.Any(start => name.StartsWith(start, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
    }
}
