using Temoto.Tensors;

namespace Temoto.Formats.Files;

/// <summary>
/// The temporary files of <see cref="AtomicFile"/>: NAME.(32 hexadecimal digits).partial beside NAME. A writer holds a lock on its own as long as it lives, so
/// one whose lock can be taken was left by a process that was killed. Where files cannot be locked (some network folders) nothing is taken for abandoned.
/// </summary>
internal static class PartialFiles
{
    private const string Suffix = ".partial";
    private const int Digits = 32;

    // On Unix this is a shared lock: it keeps removers out and lets readers in as soon as the file has its name. Windows lets an open file be renamed only so.
    public static readonly FileShare Lock = OperatingSystem.IsWindows() ? FileShare.Read | FileShare.Delete : FileShare.Read;

    /// <summary>A new temporary file beside <paramref name="path"/>, locked.</summary>
    public static (string Path, Stream Stream) Create(string path)
    {
        const int tries = 8;
        for (var i = 1; ; i++)
        {
            var temporary = $"{path}.{Guid.NewGuid():N}{Suffix}";
            FileStream? stream = null;
            try
            {
                stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, Lock, 1 << 16);
            }
            catch (IOException error) when (i < tries && (HeldFile.Is(error) || File.Exists(temporary)))
            {
                // Someone who looked for abandoned files came between its making and its lock.
            }
            if (stream is not null && File.Exists(temporary))
                return (temporary, stream);
            stream?.Dispose();
            if (i == tries)
                throw new IOException($"{temporary} was removed as soon as it was made");
        }
    }

    /// <summary>Removes what dead writers of <paramref name="path"/> left; what cannot be removed stays.</summary>
    public static void RemoveAbandoned(string path)
    {
        var start = Path.GetFileName(path) + ".";
        var length = start.Length + Digits + Suffix.Length;
        RemoveAbandoned(Path.GetDirectoryName(path)!, name => name.StartsWith(start, StringComparison.Ordinal) && name.Length == length);
    }

    /// <summary>Removes what dead writers of any file left in <paramref name="directory"/>.</summary>
    public static void RemoveAllAbandoned(string directory) => RemoveAbandoned(directory, _ => true);

    /// <summary>Removes a file, or leaves it where that cannot be done: it is called when something else has failed already.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void RemoveAbandoned(string directory, Predicate<string> belongs)
    {
        foreach (var path in Find(directory))
        {
            if (belongs(Path.GetFileName(path)) && IsAbandoned(path, out var held))
            {
                using (held)
                    Remove(path);
            }
        }
    }

    private static List<string> Find(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*" + Suffix).Where(path => IsTemporaryName(Path.GetFileName(path)))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsTemporaryName(string name) =>
        name.Length > Digits + 1 + Suffix.Length
        && name.EndsWith(Suffix, StringComparison.Ordinal)
        && name[^(Suffix.Length + Digits + 1)] == '.'
        && name.Substring(name.Length - Suffix.Length - Digits, Digits).All(char.IsAsciiHexDigitLower);

    /// <summary>True where nobody holds the lock; it is held then in <paramref name="held"/>, so that nobody else removes the file at the same time.</summary>
    private static bool IsAbandoned(string path, out FileStream? held)
    {
        held = null;
        try
        {
            // A name like ours that is a pipe, or a link, is none of ours.
            if (FileKinds.Of(path) != FileKind.Regular || new FileInfo(path).LinkTarget is not null || !LocksWork(path))
                return false;
            held = OpenAlone(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>True where a writer's lock keeps a remover out, as our own shows.</summary>
    private static bool LocksWork(string path)
    {
        using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, Lock, 1);
        try
        {
            OpenAlone(path).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static FileStream OpenAlone(string path) =>
        new(path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, 1);
}
