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
}
