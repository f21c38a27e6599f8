using Temoto.Models;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Files;

namespace Temoto.Tests.Tensors;

public class MappedFileTests
{
    [Fact]
    public void BytesAreThoseOfTheFile()
    {
        using var folder = new TemporaryFolder();
        using var file = MappedFile.Open(folder.Write("a", [1, 2, 3]), "a file");
        Assert.Equal(3, file.Length);
        Assert.Equal([2, 3], file.Span(1, 2).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => { file.Span(1, 3); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { file.Span(-1, 1); });
    }

    [Fact]
    public void ALinkIsFollowed()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("link"), folder.Write("target", new byte[1000]));
        using var file = MappedFile.Open(folder.File("link"), "a file");
        Assert.Equal(1000, file.Length);
    }

    [Theory]
    [InlineData("", "a directory")]
    [InlineData("none", "no such file")]
    [InlineData("empty", "an empty file")]
    public void WhatIsNoFileIsRefused(string name, string found)
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty", []);
        var error = Assert.Throws<InputException>(() => MappedFile.Open(name.Length == 0 ? folder.Path : folder.File(name), "a file"));
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Every page is mapped without having been touched (Linux 5.14 and later say so in smaps).</summary>
    [Fact]
    public unsafe void MapsPagesAtOnce()
    {
        if (!OperatingSystem.IsLinux() || Environment.OSVersion.Version < new Version(5, 14))
            Assert.Skip("pages can be mapped at once on Linux 5.14 and later");
        using var folder = new TemporaryFolder();
        using var file = MappedFile.Open(folder.Write("pages", new byte[(1 << 20) + 5]), "a file");
        MappedFile.MapPages(file.Data + 5000, (1 << 20) - 5000);
        Assert.True(ResidentKibibytes(file.Data) >= 1020);
    }

    /// <summary>Of a tensor, and of a part of one (experts, fused matrices taken apart): what was laid out elsewhere must not stay in memory beside.</summary>
    [Fact]
    public unsafe void PagesOfTensorsAndTheirPartsAreGivenBack()
    {
        if (!OperatingSystem.IsLinux() || Environment.OSVersion.Version < new Version(5, 14))
            Assert.Skip("pages can be mapped at once on Linux 5.14 and later");
        using var folder = new TemporaryFolder();
        using var file = MappedFile.Open(folder.Write("pages", new byte[1 << 20]), "a file");
        var whole = new Tensor("w", DType.I8, [256, 4096], file.Data, 1 << 20, file);
        foreach (var tensor in new[] { whole, TensorEdits.View(whole, "part", 0, 256), TensorEdits.View(TensorEdits.View(whole, "part", 0, 256), "part of it", 0, 256).Renamed("another name") })
        {
            tensor.MapPages();
            Assert.Equal(1024, ResidentKibibytes(file.Data));
            tensor.ReleasePages();
            Assert.Equal(0, ResidentKibibytes(file.Data));
        }
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("grown")]
    [InlineData("overwritten")]
    public void WhatIsWrittenInPlaceIsNoticed(string change)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", new byte[10_000]);
        FileInUse.Age(path);
        using var file = MappedFile.Open(path, "a file");
        file.RequireUnchanged();
        if (change == "overwritten")
            FileInUse.Overwrite(path, 9999);
        else
            FileInUse.Cut(path, change == "cut" ? 9999 : 10_001);
        var error = Assert.Throws<InputException>(file.RequireUnchanged).Message;
        Assert.Contains($"{path}: found {new FileInfo(path).Length} bytes, written at 2", error, StringComparison.Ordinal);
        Assert.Contains("expected the file as it was opened: 10000 bytes, written at 2", error, StringComparison.Ordinal);
        Assert.Contains("renaming", error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTakesItsNameDoesNoHarm()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", [1, 2, 3]);
        FileInUse.Age(path);
        using var file = MappedFile.Open(path, "a file");
        FileInUse.Replace(path, [4]);
        file.RequireUnchanged();
        File.Delete(path);
        file.RequireUnchanged();
        Assert.Equal([1, 2, 3], file.Span(0, 3).ToArray());
    }

    /// <summary>It is asked before every run, which allocates nothing.</summary>
    [Fact]
    public void AskingAllocatesNothing()
    {
        using var folder = new TemporaryFolder();
        using var file = MappedFile.Open(folder.Write("a", [1]), "a file");
        file.RequireUnchanged();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            file.RequireUnchanged();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ReadingBehindTheEndOfACutFileIsAnError()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", [1, 2, 3, 4]);
        FileInUse.Age(path);
        using var file = MappedFile.Open(path, "a file");
        var bytes = new byte[3];
        file.Read(1, bytes);
        Assert.Equal([2, 3, 4], bytes);
        FileInUse.Cut(path, 3);
        Assert.Contains("the end of the file after 3 bytes", Assert.Throws<InputException>(() => file.Read(1, bytes)).Message, StringComparison.Ordinal);
    }

    private static unsafe int ResidentKibibytes(byte* data)
    {
        var lines = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith($"{(nint)data:x}-", StringComparison.Ordinal));
        return int.Parse(lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
