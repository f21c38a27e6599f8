using Temoto.Formats.Files;

namespace Temoto.Tests.Formats.Files;

public class AtomicFileTests
{
    [Fact]
    public void NothingAppearsWithoutCommit()
    {
        using var folder = new TemporaryFolder();
        using (var file = new AtomicFile(folder.File("a")))
            file.Stream.Write([1, 2, 3]);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ALinkStaysALinkAndItsTargetIsReplaced()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("link"), folder.Write("target", "old"));
        using (var file = new AtomicFile(folder.File("link")))
        {
            file.Stream.Write("new"u8);
            file.Commit();
        }
        Assert.NotNull(File.ResolveLinkTarget(folder.File("link"), returnFinalTarget: false));
        Assert.Equal("new", File.ReadAllText(folder.File("target")));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void ADeviceIsWrittenNotReplaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a POSIX device");
        using var folder = new TemporaryFolder();
        // Through a link, so that a defect would replace the link and not the machine's device.
        File.CreateSymbolicLink(folder.File("link"), "/dev/null");
        using (var file = new AtomicFile(folder.File("link")))
        {
            file.Stream.Write([1, 2, 3]);
            file.Commit();
        }
        Assert.Equal("/dev/null", File.ResolveLinkTarget(folder.File("link"), returnFinalTarget: false)?.FullName);
        Assert.Equal("", File.ReadAllText(folder.File("link")));
    }

    [Fact]
    public void TheTargetOfADanglingLinkIsMade()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("elsewhere"));
        File.CreateSymbolicLink(folder.File("link"), "elsewhere/target");
        AtomicFile.WriteText(folder.File("link"), "new");
        Assert.Equal("new", File.ReadAllText(folder.File("elsewhere/target")));
        Assert.Equal("elsewhere/target", new FileInfo(folder.File("link")).LinkTarget);
        File.CreateSymbolicLink(folder.File("lost"), "nowhere/target");
        Assert.Throws<InputException>(() => AtomicFile.WriteText(folder.File("lost"), "new"));
        File.CreateSymbolicLink(folder.File("circle"), "circle");
        Assert.Contains("circle", Assert.Throws<InputException>(() => AtomicFile.WriteText(folder.File("circle"), "new")).Message, StringComparison.Ordinal);
        Assert.Contains("a directory", Assert.Throws<InputException>(() => AtomicFile.WriteText(folder.Path, "new")).Message, StringComparison.Ordinal);
    }

    /// <summary>A full disk is met again by the flush that belongs to closing the file.</summary>
    [Fact]
    public void AFullDiskLeavesNothingAndSaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<IOException>(() =>
        {
            using var file = new AtomicFile(folder.File("out"), Full);
            file.Stream.Write(new byte[1000]);
            file.Commit();
        });
        Assert.Equal($"{folder.File("out")}: no room for all of it on the disk; free some space, or choose another output path", error.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static (string, Stream) Full(string path)
    {
        var (temporary, stream) = PartialFiles.Create(path);
        return (temporary, new FullStream(stream));
    }

    [Fact]
    public void ABeginningThatFailsLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<IOException>(() => AtomicFile.Begin(folder.File("out"), _ => throw new IOException("no")));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void AFullDeviceIsAFullDisk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        Assert.Contains("free some space", Assert.Throws<IOException>(() => AtomicFile.WriteText("/dev/full", "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>Takes bytes as a buffer does, and has no room for them in the end.</summary>
    private sealed class FullStream(Stream inner) : MemoryStream
    {
        public override void Flush() => throw new IOException("No space left on device", 28);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
            if (disposing)
                Flush();
        }
    }
}
