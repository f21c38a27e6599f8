using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Temoto.Tests;

/// <summary>Keeps docs/architecture.md true: who may reference whom, and which folder of the runtime may use which.</summary>
public partial class ArchitectureTests
{
    /// <summary>Runtime, then the three that do not see each other, then the command.</summary>
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Temoto.Runtime"] = [],
        ["Temoto.Quantization"] = ["Temoto.Runtime"],
        ["Temoto.Simulation"] = ["Temoto.Runtime"],
        ["Temoto.Server"] = ["Temoto.Runtime"],
        ["Temoto.Cli"] = ["Temoto.Runtime", "Temoto.Quantization", "Temoto.Simulation", "Temoto.Server"],
    };

    /// <summary>A folder uses only folders before it.</summary>
    private static readonly string[] FolderOrder = ["Tensors", "Kernels", "Packing", "Formats", "Dataflow", "Models", "Generation"];

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

    [Fact]
    public void TheRuntimeNeedsNoWebFramework()
    {
        var project = XDocument.Load(Path.Combine(RepositoryPaths.Root, "src", "Temoto.Runtime", "Temoto.Runtime.csproj"));
        Assert.Equal("Microsoft.NET.Sdk", project.Root!.Attribute("Sdk")!.Value);
        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.Empty(project.Descendants("PackageReference"));
    }

    [Fact]
    public void FoldersOfTheRuntimeUseOnlyFoldersBeforeThem()
    {
        var runtime = Path.Combine(RepositoryPaths.Root, "src", "Temoto.Runtime");
        var folders = Directory.GetDirectories(runtime).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).ToList();
        Assert.All(folders, folder => Assert.Contains(folder, FolderOrder));
        var checkedFiles = 0;
        foreach (var folder in folders)
        {
            var position = Array.IndexOf(FolderOrder, folder);
            foreach (var file in Directory.GetFiles(Path.Combine(runtime, folder!), "*.cs", SearchOption.AllDirectories))
            {
                checkedFiles++;
                foreach (Match use in FolderUse().Matches(File.ReadAllText(file)))
                {
                    var used = Array.IndexOf(FolderOrder, use.Groups[1].Value);
                    Assert.True(used <= position, $"{Path.GetRelativePath(runtime, file)} uses {use.Groups[1].Value}, which comes after {folder}");
                }
            }
        }
        Assert.True(checkedFiles > 30, $"only {checkedFiles} files looked at");
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

    [GeneratedRegex(@"\bTemoto\.(Tensors|Kernels|Packing|Formats|Dataflow|Models|Generation)\b")]
    private static partial Regex FolderUse();

    [GeneratedRegex(@"(?<![\w.])/(home|root|Users)/[A-Za-z0-9]")]
    private static partial Regex AbsolutePath();
}
