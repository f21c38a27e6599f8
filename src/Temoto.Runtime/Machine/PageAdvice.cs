using System.Runtime.InteropServices;

namespace Temoto.Machine;

/// <summary>What the system is told about pages of anonymous memory. It may follow or not; nothing depends on it but speed.</summary>
internal static unsafe partial class PageAdvice
{
    /// <summary>MADV_HUGEPAGE of Linux.</summary>
    private const int HugePage = 14;

    /// <summary>Asks for huge pages (2 MB on most machines) under memory that nobody has touched yet: a pass over it then misses the address cache 512 times less often.</summary>
    public static void AskForHugePages(byte* data, long length)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var page = (nuint)Environment.SystemPageSize;
        var start = ((nuint)data + page - 1) / page * page;
        var end = ((nuint)data + (nuint)length) / page * page;
        if (end > start)
            _ = Advise((void*)start, end - start, HugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
