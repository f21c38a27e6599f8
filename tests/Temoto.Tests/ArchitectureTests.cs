using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Temoto.Tests;

/// <summary>Keeps docs/architecture.md true: who may reference whom, and which folder of the runtime may use which.</summary>
public partial class ArchitectureTests
{
    /// <summary>The plan, the template language and the forms of answers, the runtime, then those that do not see each other, then the command.</summary>
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Temoto.Grammars"] = [],
        ["Temoto.Jinja"] = [],
        ["Temoto.Plan"] = [],
        ["Temoto.Runtime"] = ["Temoto.Plan", "Temoto.Jinja", "Temoto.Grammars"],
        ["Temoto.Extensions.AI"] = ["Temoto.Runtime"],
        ["Temoto.Evaluation"] = ["Temoto.Runtime"],
        ["Temoto.Quantization"] = ["Temoto.Runtime"],
        ["Temoto.Simulation"] = ["Temoto.Runtime"],
        ["Temoto.Server"] = ["Temoto.Runtime"],
        ["Temoto.Cli"] = ["Temoto.Runtime", "Temoto.Extensions.AI", "Temoto.Evaluation", "Temoto.Quantization", "Temoto.Simulation", "Temoto.Server"],
    };

    /// <summary>
    /// A folder uses only folders before it; where a folder below it has a place of its own, that counts. Inside a folder, those below it may use each other.
    /// Model types stand on configurations and JSON; the rest of Formats, which makes checkpoints of files, asks them.
    /// </summary>
    private static readonly string[] FolderOrder =
        ["Machine", "Tensors", "Packing", "Kernels", "Formats.Files", "Formats.Config", "Formats.Json", "Planning", "Models", "Formats", "Generation"];

    /// <summary>Where a file's public type is in <c>Temoto</c>: what users of the library name, beside the internals of what it does.</summary>
    private static readonly string[] FoldersOfTheLibrary = ["src/Temoto.Runtime/Generation", "src/Temoto.Runtime/Generation/Embeddings", "src/Temoto.Runtime/Generation/Tools"];

    /// <summary>Folders of one file for each kind of step and each verb, as many as there are.</summary>
    private static readonly string[] FoldersByKind = ["src/Temoto.Runtime/Generation/Execution", "src/Temoto.Cli"];

    /// <summary>What a reader still takes in at a glance.</summary>
    private const int MostFiles = 30;

    [Fact]
    public void ProjectsFormAStar()
    {
        var projects = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Assert.True(AllowedReferences.TryGetValue(name, out var allowed), $"{name} is not in the star");
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                var target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
                Assert.Contains(target, allowed);
            }
        }
    }

    [Theory]
    [InlineData("Temoto.Plan")]
    [InlineData("Temoto.Jinja")]
    [InlineData("Temoto.Grammars")]
    [InlineData("Temoto.Runtime")]
    public void WhatADeviceNeedsHasNoPackageAndNoWebFramework(string name)
    {
        var project = XDocument.Load(Path.Combine(RepositoryPaths.Root, "src", name, $"{name}.csproj"));
        Assert.Equal("Microsoft.NET.Sdk", project.Root!.Attribute("Sdk")!.Value);
        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.Empty(project.Descendants("PackageReference"));
    }

    /// <summary>Who plugs a model into a program brings the interfaces, and nothing that implements them.</summary>
    [Fact]
    public void WhatPluginsNeedIsAbstractionsAlone()
    {
        var project = XDocument.Load(Path.Combine(RepositoryPaths.Root, "src", "Temoto.Extensions.AI", "Temoto.Extensions.AI.csproj"));
        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.All(project.Descendants("PackageReference"), reference => Assert.EndsWith(".Abstractions", reference.Attribute("Include")!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void FoldersOfTheRuntimeUseOnlyFoldersBeforeThem()
    {
        var runtime = Path.Combine(RepositoryPaths.Root, "src", "Temoto.Runtime");
        var folders = Directory.GetDirectories(runtime).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).ToList();
        Assert.All(folders, folder => Assert.Contains(folder, FolderOrder));
        var checkedFiles = 0;
        foreach (var file in SourceFiles("src/Temoto.Runtime"))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(runtime, Path.Combine(RepositoryPaths.Root, file)))!.Replace('\\', '.').Replace('/', '.');
            if (folder.Length == 0)
                continue;
            checkedFiles++;
            foreach (Match use in FolderUse().Matches(File.ReadAllText(Path.Combine(RepositoryPaths.Root, file))))
                Assert.True(Place(use.Groups[1].Value) <= Place(folder), $"{file} uses {use.Groups[1].Value}, which comes after {folder}");
        }
        Assert.True(checkedFiles > 30, $"only {checkedFiles} files looked at");
    }

    /// <summary>Who knows a type's full name knows its folder.</summary>
    [Fact]
    public void NamespacesFollowFolders()
    {
        var checkedFiles = 0;
        foreach (var file in SourceFiles("src").Concat(SourceFiles("tests")))
        {
            var (folder, declared) = (Path.GetDirectoryName(file)!.Replace('\\', '/'), Namespace().Match(File.ReadAllText(Path.Combine(RepositoryPaths.Root, file))));
            if (!declared.Success)
                continue;
            checkedFiles++;
            var parts = folder.Split('/')[1..];
            // A namespace Temoto.Plan would hide the type Plan.
            parts[0] = parts[0] switch { "Temoto.Runtime" => "Temoto", "Temoto.Plan" => "Temoto.Plans", var name => name };
            if (declared.Groups[1].Value == "Temoto" && FoldersOfTheLibrary.Contains(folder))
                continue;
            Assert.True(string.Join('.', parts) == declared.Groups[1].Value, $"{file} is in {declared.Groups[1].Value}");
        }
        Assert.True(checkedFiles > 300, $"only {checkedFiles} files looked at");
    }

    [Fact]
    public void AFolderHoldsNoMoreFilesThanAReaderTakesIn()
    {
        var folders = SourceFiles("src").GroupBy(file => Path.GetDirectoryName(file)!.Replace('\\', '/')).ToList();
        Assert.All(FoldersByKind, folder => Assert.Contains(folder, folders.Select(group => group.Key)));
        foreach (var folder in folders.Where(group => !FoldersByKind.Contains(group.Key)))
            Assert.True(folder.Count() <= MostFiles, $"{folder.Key} has {folder.Count()} files; expected at most {MostFiles}: give them floors");
    }

    [Fact]
    public void NoFileNamesAnAbsolutePathOfAMachine()
    {
        foreach (var folder in new[] { "src", "tests", "docs" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(RepositoryPaths.Root, folder), "*.*", SearchOption.AllDirectories))
            {
                if (file.Contains("node_modules", StringComparison.Ordinal) || Path.GetExtension(file) is not (".cs" or ".md" or ".py" or ".mjs" or ".json"))
                    continue;
                Assert.DoesNotMatch(AbsolutePath(), File.ReadAllText(file));
            }
        }
    }

    /// <summary>The place of the longest name in <see cref="FolderOrder"/> that a folder, or a namespace, lies in; -1 for what lies in none, which every folder may use.</summary>
    private static int Place(string folder) =>
        Array.IndexOf(FolderOrder, FolderOrder.Where(known => folder == known || folder.StartsWith(known + ".", StringComparison.Ordinal)).MaxBy(known => known.Length));

    /// <summary>From the root of the checkout, sorted.</summary>
    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryPaths.Root, file))
            .Where(file => !file.Split('/', '\\').Any(part => part is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bTemoto\.(\w+(?:\.\w+)*)")]
    private static partial Regex FolderUse();

    [GeneratedRegex(@"(?<![\w.])/(home|root|Users)/[A-Za-z0-9]")]
    private static partial Regex AbsolutePath();
}
