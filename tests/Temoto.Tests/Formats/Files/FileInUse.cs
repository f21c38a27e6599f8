namespace Temoto.Tests.Formats.Files;

/// <summary>What others do to a model file while a process uses it.</summary>
internal static class FileInUse
{
    /// <summary>Written yesterday: a change today has another time on any file system.</summary>
    public static void Age(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets nobody write to a file that is mapped");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
    }

    public static void Cut(string path, long lengthBytes)
    {
        using var stream = Open(path);
        stream.SetLength(lengthBytes);
        AwaitTick();
    }

    /// <summary>Other bytes in place from <paramref name="start"/> on; the length stays.</summary>
    public static void Overwrite(string path, long start = 0)
    {
        using var stream = Open(path);
        var bytes = new byte[stream.Length - start];
        bytes.AsSpan().Fill(0x5A);
        stream.Position = start;
        stream.Write(bytes);
        stream.Flush();
        AwaitTick();
    }

    public static void FlipByte(string path, long offset)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = offset;
        var value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 0x10));
    }

    /// <summary>As careful writers do: a new file takes the name, the old one lives on for those who have it open.</summary>
    public static void Replace(string path, byte[] bytes)
    {
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Runs of one token ask for the file once in a tick.</summary>
    private static void AwaitTick() => SpinWait.SpinUntil(AfterTick(Environment.TickCount64));

    private static Func<bool> AfterTick(long tick) => () => Environment.TickCount64 != tick;

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
}
