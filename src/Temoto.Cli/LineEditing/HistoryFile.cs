using System.Text;
using Temoto.Formats.Files;
using Temoto.Tensors;

namespace Temoto.Cli.LineEditing;

/// <summary>
/// The history on disk: UTF-8, an entry a line, with a line break written as \n and a backslash as \\. It holds what people typed, so only its owner may
/// read it. It is replaced whole, so a reader never sees half of it; of two chats that add at the same moment, one entry may be lost. A link is followed;
/// what is no file (/dev/null, a pipe) is neither read nor replaced.
/// </summary>
internal sealed class HistoryFile(string path)
{
    public const string EnvironmentVariable = "TEMOTO_HISTORY";
    private const int MostEntries = 1000;

    /// <summary>Longer ones (a pasted book) are not kept.</summary>
    private const int MostEntryChars = 1 << 14;

    /// <summary>A file longer than we write is not ours.</summary>
    private const long MostBytes = 4L * MostEntries * MostEntryChars;

    /// <summary>TEMOTO_HISTORY, else temoto/history in the user's state directory. Null where that is off (empty) or there is no such directory.</summary>
    public static HistoryFile? OfUser()
    {
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { } chosen)
            return chosen.Length == 0 ? null : new HistoryFile(Path.GetFullPath(chosen));
        return StateFolder() is { } folder ? new HistoryFile(Path.Combine(folder, "temoto", "history")) : null;
    }

    /// <summary>The entries, the oldest first; none where there is no file.</summary>
    public IReadOnlyList<string> Read()
    {
        var target = Target;
        if (FileKinds.Of(target) != FileKind.Regular || new FileInfo(target).Length > MostBytes)
            return [];
        return [.. File.ReadLines(target).Where(line => line.Length > 0).TakeLast(MostEntries).Select(Unescape)];
    }

    /// <summary>Adds an entry to what the file holds now, and drops the oldest beyond the limit.</summary>
    public void Add(string entry)
    {
        var target = Target;
        if (entry.Length > MostEntryChars || FileKinds.Of(target) is not (FileKind.Regular or FileKind.Missing))
            return;
        var entries = Read().Append(entry).TakeLast(MostEntries);
        CreateFolder(Path.GetDirectoryName(target)!);
        PartialFiles.RemoveAbandoned(target);
        var temporaryPath = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            using var stream = new FileStream(temporaryPath, Private);
            using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" };
            foreach (var line in entries)
                writer.WriteLine(Escape(line));
            writer.Flush();
            // While it is open, and so locked: one that is not would be taken for abandoned.
            File.Move(temporaryPath, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporaryPath);
        }
    }

    /// <summary>The file itself, where a link leads to it.</summary>
    private string Target => LinkedPath.Resolve(path);

    private static FileStreamOptions Private
    {
        get
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = PartialFiles.Lock };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return options;
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>XDG_STATE_HOME, else ~/.local/state; on Windows the local application data.</summary>
    private static string? StateFolder()
    {
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state))
            return state;
        var special = OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile;
        var folder = Environment.GetFolderPath(special, Environment.SpecialFolderOption.DoNotVerify);
        if (folder.Length == 0)
            return null;
        return OperatingSystem.IsWindows() ? folder : Path.Combine(folder, ".local", "state");
    }

    private static string Escape(string entry) =>
        entry.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal).Replace("\r", @"\r", StringComparison.Ordinal);

    private static string Unescape(string line)
    {
        var entry = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\' || i + 1 == line.Length)
                entry.Append(line[i]);
            else
                entry.Append(line[++i] switch { 'n' => '\n', 'r' => '\r', var other => other });
        }
        return entry.ToString();
    }
}
