namespace Temoto.Formats.Hub;

/// <summary>Names that come from a hub are untrusted: none may leave the directory they are written to.</summary>
internal static class HubPath
{
    private const int LongestName = 255;

    private static readonly HashSet<string> WindowsDevices = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether no git tree could hold the name: the listing was made to do harm.</summary>
    public static bool IsHostile(string path) =>
        path.Length == 0 || path[0] == '/' || path.Contains('\\') || path.Any(char.IsControl) || path.Split('/').Any(part => part is "" or "." or "..");

    /// <summary>The place of a repository's file under <paramref name="directory"/>; refuses names that are unsafe on any system.</summary>
    public static string Under(string directory, string path, string source)
    {
        if (IsHostile(path))
            throw Refused("it would leave the directory");
        foreach (var part in path.Split('/'))
        {
            if (part.Contains(':'))
                throw Refused("it names a drive or stream");
            if (part.Length > LongestName)
                throw Refused("it is too long");
            if (part.EndsWith('.') || part.EndsWith(' ') || WindowsDevices.Contains(part.Split('.')[0].TrimEnd()))
                throw Refused("it is not a file name everywhere");
        }
        var root = Path.GetFullPath(directory);
        var full = Path.GetFullPath(Path.Combine(root, Path.Combine(path.Split('/'))));
        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return full.StartsWith(prefix, StringComparison.Ordinal) ? full : throw Refused("it would leave the directory");

        InputException Refused(string why) => new(source, null, $"a file named '{path}' ({why})", "a plain relative path", "do not trust this repository");
    }

    /// <summary><c>owner/name</c> of letters, digits, '-', '_' and '.'.</summary>
    public static void CheckRepository(string repository)
    {
        var parts = repository.Split('/');
        if (parts.Length is 1 or 2 && parts.All(IsRepositoryPart))
            return;
        throw new InputException("repository", null, $"'{repository}'", "owner/name", "copy it from the model's page");
    }

    /// <summary>An owner, or a name.</summary>
    public static bool IsRepositoryPart(string part) =>
        part.Length is > 0 and <= 96 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && part.Any(char.IsAsciiLetterOrDigit) && !part.Contains("..");
}
