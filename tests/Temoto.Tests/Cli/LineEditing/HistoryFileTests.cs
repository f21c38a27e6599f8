using System.Runtime.Versioning;
using Temoto.Cli.LineEditing;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli.LineEditing;

public class HistoryFileTests
{
    [Fact]
    public void EntriesComeBackAsTheyWere()
    {
        using var folder = new TemporaryFolder();
        var file = new HistoryFile(folder.File("state/temoto/history"));
        Assert.Empty(file.Read());
        string[] entries = ["ポンプ 😀", "two\nlines", @"a\nb \", "\ttab\r"];
        foreach (var entry in entries)
            file.Add(entry);
        Assert.Equal(entries, file.Read());
        Assert.Equal(entries.Length, File.ReadAllLines(folder.File("state/temoto/history")).Length);
    }

    [Fact]
    public void OnlyTheNewestThousandAreKeptAndNoBooks()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("history", string.Concat(Enumerable.Range(0, 1500).Select(i => $"entry {i}\n")));
        var file = new HistoryFile(path);
        file.Add("last");
        file.Add(new string('x', 100_000));
        var entries = file.Read();
        Assert.Equal(1000, entries.Count);
        Assert.Equal("entry 501", entries[0]);
        Assert.Equal("last", entries[^1]);
        Assert.Equal(["history"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    /// <summary>What is no file stays what it is; a link stays a link; what a killed chat left goes.</summary>
    [Fact]
    public void OnlyAFileIsReplaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no /dev/null");
        new HistoryFile("/dev/null").Add("secret");
        Assert.Empty(new HistoryFile("/dev/null").Read());
        Assert.Equal("", File.ReadAllText("/dev/null"));
        using var folder = new TemporaryFolder();
        folder.Write("real", "old\n");
        folder.Write($"real.{new string('0', 32)}.partial", "left");
        File.CreateSymbolicLink(folder.File("link"), "real");
        new HistoryFile(folder.File("link")).Add("new");
        Assert.Equal("old\nnew\n", File.ReadAllText(folder.File("real")));
        Assert.Equal(["link", "real"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.NotNull(new FileInfo(folder.File("link")).LinkTarget);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void OnlyItsOwnerMayReadIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var folder = new TemporaryFolder();
        var path = folder.Write("history", "old\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        new HistoryFile(path).Add("new");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }
}
