using System.Diagnostics;

namespace Temoto.Tests;

/// <summary>What the comparison with llama.cpp computes (bench/peers/llama.cpp/comparison) has tests of its own, in its own language.</summary>
public class ComparisonTests
{
    [Fact]
    public void ItsOwnTestsPass()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "the comparison runs on Linux");
        var start = new ProcessStartInfo("python3", ["-B", "-m", "unittest", "-q", "comparison.test_comparison"])
        {
            WorkingDirectory = Path.Combine(RepositoryPaths.Root, "bench", "peers", "llama.cpp"),
            RedirectStandardError = true,
        };
        using var python = Start(start);
        Assert.SkipWhen(python is null, "needs python3");
        var report = python!.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, report);
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
