using System.Diagnostics;
using System.Globalization;

namespace Temoto.Machine;

/// <summary>Memory this process may use (the machine's, or its container's limit where that is lower), and what it uses.</summary>
internal static class PhysicalMemory
{
    /// <summary>Limits of Linux control groups, version 2 and 1; "max" or a missing file is no limit.</summary>
    private static readonly string[] LimitFiles = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    public static long AvailableBytes()
    {
        var bytes = TotalBytes();
        foreach (var file in LimitFiles)
        {
            if (long.TryParse(SystemText.FirstLine(file), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
                bytes = Math.Min(bytes, limit);
        }
        return bytes;
    }

    /// <summary>Largest resident set of this process so far, mapped weights included.</summary>
    public static long PeakResidentBytes()
    {
        // Linux says it in a line of text; the library for processes would take half a megabyte to read the same.
        if (OperatingSystem.IsLinux() && Kibibytes("/proc/self/status", "VmHWM:") is { } peak)
            return peak;
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

    /// <summary>The machine's.</summary>
    public static long TotalBytes() => Kibibytes("/proc/meminfo", "MemTotal:") ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The bytes that a line such as "MemTotal:  24683636 kB" states; null where there is no such line.</summary>
    private static long? Kibibytes(string path, string key)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith(key, StringComparison.Ordinal))
                    return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, "kB"] && long.TryParse(kibibytes, out var count) ? count * 1024 : null;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As if the line were missing.
        }
        return null;
    }
}
