using System.Diagnostics;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>Where a command's output goes, in a working directory of its own.</summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OutputFileTests() => SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.File("model"), DType.BF16, null, default);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ABareLinkIsFollowedFromWhereItLies()
    {
        folder.Write("real.temoto", "old");
        File.CreateSymbolicLink(folder.File("link.temoto"), "real.temoto");
        var result = Run("\"$@\" pack model --method rtn -o link.temoto && \"$@\" inspect link.temoto");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal("real.temoto", new FileInfo(folder.File("link.temoto")).LinkTarget);
        Assert.True(new FileInfo(folder.File("real.temoto")).Length > 10_000);
        Assert.False(File.Exists("/real.temoto"));
        Assert.Equal(["link.temoto", "real.temoto"], Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    /// <summary>A limit on the size of files stands in for a disk without room: the same kind of error from the same call.</summary>
    [Fact]
    public void LogitsWithoutRoomEndWithOneLineAndNothingLeft()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ulimit -f and its signal");
        // 4 KiB; .NET itself wants a large file for its code unless told otherwise.
        var result = Run("trap '' XFSZ; ulimit -f 4; DOTNET_EnableWriteXorExecute=0 exec \"$@\" logits model --tokens 1,2,3,4,5,6,7,8,9,10,11,12 -o out.f32");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("temoto: out.f32: no room for all of it on the disk; free some space, or choose another", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ATextMayComeThroughAPipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell's pipe");
        var result = Run("echo 'The pump is on. The pump is off. The valve is open.' | \"$@\" eval model --text /dev/stdin");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("perplexity", result.Output, StringComparison.Ordinal);
    }

    private CommandLineTests.Result Run(string script)
    {
        var (exitCode, output, errors) = ProcessRun.Of(new ProcessStartInfo("bash", ["-c", script, "bash", "dotnet", typeof(CommandLine).Assembly.Location]) { WorkingDirectory = folder.Path });
        return new CommandLineTests.Result(exitCode, output, errors);
    }
}
