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
