using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Tensors;

public sealed class LinkedPathTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Link(string name, string target)
    {
        File.CreateSymbolicLink(folder.File(name), target);
        return folder.File(name);
    }

    /// <summary>Relative to the working directory, which other tests share and which stays; a bare link takes a process of its own (OutputFileTests).</summary>
    private string Relative(string name) => Path.GetRelativePath(Directory.GetCurrentDirectory(), folder.File(name));

    [Fact]
    public void APathWithoutLinksIsMadeFull()
    {
        Assert.Equal(folder.File("none"), LinkedPath.Resolve(Relative("none")));
        Assert.Equal(Directory.GetCurrentDirectory() + "/none", LinkedPath.Resolve("none"));
        Assert.Equal("/", LinkedPath.Resolve("/"));
    }

    [Fact]
    public void ARelativeTargetCountsFromTheFolderOfItsLink()
    {
        Directory.CreateDirectory(folder.File("a"));
        Directory.CreateDirectory(folder.File("b"));
        Assert.Equal(folder.File("real"), LinkedPath.Resolve(Link("link", "real")));
        Assert.Equal(folder.File("real"), LinkedPath.Resolve(Relative("link")));
        Assert.Equal(folder.File("b/real"), LinkedPath.Resolve(Link("a/link", "../b/real")));
        Assert.Equal(folder.File("b/real"), LinkedPath.Resolve(Link("nested", "a/link")));
    }

    /// <summary>out/.. is what out leads to, then up: not the folder that holds the link.</summary>
    [Fact]
    public void UpFromALinkedFolderIsWhereTheKernelGoes()
    {
        Directory.CreateDirectory(folder.File("deep/er"));
        Directory.CreateSymbolicLink(folder.File("out"), "deep/er");
        Assert.Equal(folder.File("deep/real"), LinkedPath.Resolve(folder.Path + "/out/../real"));
        Assert.Equal(folder.File("deep/real"), LinkedPath.Resolve(Link("deep/er/link", "../real")));
        Assert.Equal(folder.File("deep/real"), LinkedPath.Resolve(folder.File("out/link")));
    }

    [Fact]
    public void ACircleIsBadInput()
    {
        Link("a", "b");
        Link("b", "a");
        var error = Assert.Throws<InputException>(() => LinkedPath.Resolve(folder.File("a")));
        Assert.Contains("circle", error.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => MappedFile.Open(folder.File("a"), "a file"));
    }

    [Fact]
    public void OpenFilesOfAProcessAreLeftToTheKernel()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/self/fd is Linux's");
        Assert.Equal($"/proc/{Environment.ProcessId}/fd/0", LinkedPath.Resolve("/dev/stdin"));
        Assert.False(File.Exists(LinkedPath.Resolve("a\0b")));
    }
}
