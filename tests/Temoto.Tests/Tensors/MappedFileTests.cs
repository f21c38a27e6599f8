using Temoto.Tensors;
using Temoto.Tests.Formats;

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

    private static unsafe int ResidentKibibytes(byte* data)
    {
        var lines = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith($"{(nint)data:x}-", StringComparison.Ordinal));
        return int.Parse(lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
