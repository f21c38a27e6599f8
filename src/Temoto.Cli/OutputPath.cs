namespace Temoto.Cli;

/// <summary>Where a command writes: judged before the work, which may take hours.</summary>
internal static class OutputPath
{
    /// <summary>Refuses a directory, and a path whose folder is not there. What can still go wrong, the writer says.</summary>
    public static void RequireFile(string path)
    {
        if (path.Length == 0)
            throw new InputException("--output", null, "an empty name", "a file to write", "give a name");
        if (Directory.Exists(path))
            throw new InputException(path, null, "a directory", "a file name", "name the file to write");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder))
            throw new InputException(path, null, $"no directory '{folder}'", "a directory that exists", "create it, or choose another output path");
    }
}
