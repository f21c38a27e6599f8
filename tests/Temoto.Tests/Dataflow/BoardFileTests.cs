#if BOARDS
using Temoto.Machine;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

public class BoardFileTests
{
    private static Board Sample => HostBoard.Assumed("avx2", 4) with { Evidence = "measured", ReadBytesPerSecond = 12345678901.5, RegionSeconds = 1.7e-6 };

    [Fact]
    public void ABoardComesBackAsItWasWritten()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "board.json");
        BoardFile.Write(path, Sample);
        Assert.Equal(Sample, BoardFile.Read(path));
    }

    [Theory]
    [InlineData("\"threads\": 4", "\"threads\": 0", "threads")]
    [InlineData("\"threads\": 4", "\"threads\": \"4\"", "threads")]
    [InlineData("\"threads\": 4,", "", "threads: found nothing")]
    [InlineData("\"threads\": 4", "\"threads\": 4, \"cores\": 2", "cores: found an unknown key")]
    [InlineData("\"threads\": 4", "\"threads\": 4, \"threads\": 4", "duplicate")]
    [InlineData("\"measured\"", "\"guessed\"", "evidence")]
    [InlineData("12345678901.5", "-1", "read_bytes_per_second")]
    [InlineData("12345678901.5", "1e300", "read_bytes_per_second")]
    [InlineData("1.7E-06", "2", "region_seconds")]
    [InlineData("{", "[", "")]
    public void WhatIsNoBoardIsOneLineThatNamesTheKey(string old, string replacement, string says)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("board.json");
        BoardFile.Write(path, Sample);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
        var error = Assert.Throws<InputException>(() => BoardFile.Read(path));
        Assert.Contains(says, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void TheHostTakesAFileThatFitsAndAssumesOtherwise()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("board.json");
        Assert.Equal("assumed", HostBoard.Get("avx2", 4, path).Evidence);
        BoardFile.Write(path, Sample);
        Assert.Equal(Sample, HostBoard.Get("avx2", 4, path));
        Assert.Equal("assumed", HostBoard.Get("avx2", 2, path).Evidence);
        Assert.Equal("assumed", HostBoard.Get("avx512", 4, path).Evidence);
        BoardFile.Write(path, Sample with { Name = "another processor" });
        Assert.Equal("assumed", HostBoard.Get("avx2", 4, path).Evidence);
        Assert.Equal("assumed", HostBoard.Get("avx2", 4, null).Evidence);
    }

    [Fact]
    public void AssumedFiguresAreABoardLikeAnyOther()
    {
        using var folder = new TemporaryFolder();
        foreach (var kernels in Temoto.Kernels.KernelChooser.Available)
        {
            var board = HostBoard.Assumed(kernels, 3);
            BoardFile.Write(folder.File("board.json"), board);
            Assert.Equal(board, BoardFile.Read(folder.File("board.json")));
        }
    }
}
#endif
