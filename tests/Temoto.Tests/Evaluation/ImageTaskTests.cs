using Temoto.Evaluation;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation;

public sealed class ImageTaskTests : IDisposable
{
    private static readonly string[] Labels = ["b", "a", "c", "a"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Add(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
        File.WriteAllBytes(folder.File(path), []);
    }

    [Fact]
    public void PicturesAreSortedByClassAndName()
    {
        foreach (var path in new[] { "a/2.png", "a/1.png", "b/3.png", "a/.thumbnail", ".cache/x.png", "notes.txt" })
            Add(path);
        Assert.Equal(
            [new ImageTaskRow(folder.File("b/3.png"), 0), new ImageTaskRow(folder.File("a/1.png"), 1), new ImageTaskRow(folder.File("a/2.png"), 1)],
            ImageTask.Read(folder.Path, Labels));
    }

    [Fact]
    public void WhatIsNoTaskIsRefused()
    {
        Assert.Contains("no pictures", Assert.Throws<InputException>(() => ImageTask.Read(folder.Path, Labels)).Message, StringComparison.Ordinal);
        Add("a/x/1.png");
        Assert.Contains("a folder inside a class", Assert.Throws<InputException>(() => ImageTask.Read(folder.Path, Labels)).Message, StringComparison.Ordinal);
        Directory.Delete(folder.File("a/x"), recursive: true);
        Add("A/1.png");
        Assert.Contains("found the subfolder 'A'; expected the model's classes: b, a, c, a;", Assert.Throws<InputException>(() => ImageTask.Read(folder.Path, Labels)).Message, StringComparison.Ordinal);
    }
}
