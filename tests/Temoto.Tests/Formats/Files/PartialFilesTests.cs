using Temoto.Formats.Checkpoints;
using Temoto.Formats.Files;

namespace Temoto.Tests.Formats.Files;

public sealed class PartialFilesTests : IDisposable
{
    private const string Left = ".0123456789abcdef0123456789abcdef.partial";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] Names => [.. Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>A killed process holds no lock any more.</summary>
    [Fact]
    public void TheNextWriterRemovesWhatADeadOneLeft()
    {
        folder.Write("out" + Left, "half of it");
        folder.Write("other" + Left, "of another file");
        folder.Write("out.mine.partial", "a user's own");
        AtomicFile.WriteText(folder.File("out"), "whole");
        Assert.Equal([.. new[] { "other" + Left, "out", "out.mine.partial" }.Order(StringComparer.Ordinal)], Names);
    }

    [Fact]
    public void TwoLiveWritersOfOneFileLeaveEachOtherAlone()
    {
        using var first = new AtomicFile(folder.File("out"));
        first.Stream.Write("first"u8);
        using var second = new AtomicFile(folder.File("out"));
        second.Stream.Write("second"u8);
        Assert.Equal(2, Names.Length);
        first.Commit();
        Assert.Equal("first", File.ReadAllText(folder.File("out")));
        second.Commit();
        Assert.Equal("second", File.ReadAllText(folder.File("out")));
        Assert.Equal(["out"], Names);
    }

    [Fact]
    public void ManyWritersAtOnceAllSucceed()
    {
        Parallel.For(0, 400, i => AtomicFile.WriteText(folder.File($"{i % 3}"), $"{i}"));
        Assert.Equal(["0", "1", "2"], Names);
    }

    [Fact]
    public void ANewCheckpointDirectoryIsCleared()
    {
        folder.Write("model.safetensors" + Left, "33 MB of a killed process");
        folder.Write("notes.txt", "a user's own");
        HuggingFaceDirectory.Create(folder.Path);
        Assert.Equal(["notes.txt"], Names);
    }

    [Fact]
    public void AFinishedFileCanBeReadAtOnce()
    {
        using var file = new AtomicFile(folder.File("out"));
        file.Stream.Write("x"u8);
        file.Commit();
        Assert.Equal("x", File.ReadAllText(folder.File("out")));
    }
}
