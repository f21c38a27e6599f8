using Temoto.Formats;

namespace Temoto.Tests.Formats;

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
}
