using System.Security.Cryptography;
using System.Text;

namespace Temoto.Server.Security;

/// <summary>
/// Who may ask: a file with a key a line, <c>KEY</c> or <c>NAME KEY</c>, where KEY is a text of at least 16 characters or <c>sha256:</c> and its hash. Only hashes are kept. A file that has changed is read
/// again at the next request; one that cannot be used any more leaves the keys as they were, and says so.
/// </summary>
internal sealed class ApiKeys
{
    private const int ShortestKey = 16;
    private const int LongestName = 32;
    private const string HashPrefix = "sha256:";

    private sealed record Entry(string Name, byte[] Hash);

    private readonly string path;
    private readonly Action<string> note;
    private readonly Lock gate = new();
    private (DateTime Written, long Bytes) version;
    private Entry[] entries;

    /// <param name="note">Takes a line for the log.</param>
    /// <exception cref="InputException">The file cannot be read, or holds no key.</exception>
    public ApiKeys(string path, Action<string> note)
    {
        this.path = path;
        this.note = note;
        version = VersionOf(path);
        entries = Read(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            note($"note: others on this machine may read or write {path}; chmod 600 keeps it yours");
    }

    public int Count => entries.Length;

    /// <summary>The name of a key; null for one that is none. Takes as long for a wrong key as for a right one.</summary>
    public string? NameOf(string? key)
    {
        if (string.IsNullOrEmpty(key))
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        string? name = null;
        foreach (var entry in Current())
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
                name = entry.Name;
        }
        return name;
    }

    private Entry[] Current()
    {
        lock (gate)
        {
            try
            {
                var now = VersionOf(path);
                if (now != version)
                {
                    version = now;
                    entries = Read(path);
                    note($"note: {path} was read again: {entries.Length} keys");
                }
            }
            catch (InputException error)
            {
                note($"note: the keys stay as they were: {error.Message}");
            }
            return entries;
        }
    }

    private static (DateTime Written, long Bytes) VersionOf(string path)
    {
        var file = new FileInfo(path);
        return (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
    }

    private static Entry[] Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, "a file that cannot be read", "a file with a key a line", "check the path and its permissions");
        }
        var entries = new List<Entry>();
        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
                continue;
            var place = $"line {i + 1}";
            if (words.Length > 2)
                throw new InputException(path, place, $"{words.Length} words", "KEY, or NAME KEY", "mend the line");
            var name = words.Length == 2 ? words[0] : $"key{i + 1}";
            if (name.Length > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                throw new InputException(path, place, "a name with other characters", $"at most {LongestName} of A-Z, a-z, 0-9, '-', '_' and '.'", "choose another name");
            entries.Add(new Entry(name, HashOf(words[^1], path, place)));
        }
        return entries.Count > 0
            ? [.. entries]
            : throw new InputException(path, null, "no key", "a key a line", "for example: openssl rand -hex 32 > FILE");
    }

    private static byte[] HashOf(string word, string path, string place)
    {
        if (!word.StartsWith(HashPrefix, StringComparison.Ordinal))
        {
            return word.Length >= ShortestKey
                ? SHA256.HashData(Encoding.UTF8.GetBytes(word))
                : throw new InputException(path, place, $"a key of {word.Length} characters", $"at least {ShortestKey}", "for example: openssl rand -hex 32");
        }
        var digits = word[HashPrefix.Length..];
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw new InputException(path, place, $"{digits.Length} characters behind {HashPrefix}", "64 hexadecimal digits", "for example: printf %s KEY | sha256sum");
    }
}
