using System.Diagnostics;

namespace Temoto.Tests.Formats.Files;

/// <summary>Files that are no files.</summary>
internal static class SpecialFile
{
    /// <summary>Opening one waits for ever, since nobody writes.</summary>
    public static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
