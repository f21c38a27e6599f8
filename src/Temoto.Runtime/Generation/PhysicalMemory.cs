using System.Diagnostics;
using System.Globalization;

namespace Temoto.Generation;

/// <summary>Memory this process may use (the machine's, or its container's limit where that is lower), and what it uses.</summary>
internal static class PhysicalMemory
{
    /// <summary>Limits of Linux control groups, version 2 and 1; "max" or a missing file is no limit.</summary>
    private static readonly string[] LimitFiles = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    public static long AvailableBytes()
    {
        var bytes = TotalBytes() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (var file in LimitFiles)
        {
            if (long.TryParse(FirstLine(file), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
                bytes = Math.Min(bytes, limit);
        }
        return bytes;
    }

    /// <summary>Largest resident set of this process so far, mapped weights included.</summary>
    public static long PeakResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Lets <see cref="PeakResidentBytes"/> begin anew with what is resident now, where the system can (Linux: "5" to clear_refs, man 5 proc).</summary>
    public static void ResetPeakResidentBytes()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The peak then counts from the start of the process.
        }
    }

    /// <summary>MemTotal of /proc/meminfo ("MemTotal:  24683636 kB"); null where there is none.</summary>
    private static long? TotalBytes()
    {
        var fields = FirstLine("/proc/meminfo")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is ["MemTotal:", var kibibytes, "kB"] && long.TryParse(kibibytes, out var count) ? count * 1024 : null;
    }

    private static string? FirstLine(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
