namespace Temoto.Machine;

/// <summary>Whether the system backs memory with pages of some megabytes, which saves a processor most of its walks through page tables.</summary>
internal enum LargePages
{
    /// <summary>The system does not say.</summary>
    Unknown,

    /// <summary>It never does.</summary>
    Never,

    /// <summary>Where a program asks for them, as this one does for weights.</summary>
    Advised,

    /// <summary>Wherever it can.</summary>
    Always,
}

/// <summary>Reads the system's choice.</summary>
internal static class LargePagesChoice
{
    /// <summary>Linux names all its choices, the one that holds in brackets: "always [madvise] never".</summary>
    /// <param name="path">The file that says it.</param>
    public static LargePages Read(string path = "/sys/kernel/mm/transparent_hugepage/enabled") => SystemText.FirstLine(path) switch
    {
        null => LargePages.Unknown,
        var line when line.Contains("[never]", StringComparison.Ordinal) => LargePages.Never,
        var line when line.Contains("[madvise]", StringComparison.Ordinal) => LargePages.Advised,
        var line when line.Contains("[always]", StringComparison.Ordinal) => LargePages.Always,
        _ => LargePages.Unknown,
    };
}
