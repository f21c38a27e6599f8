using System.Security.Cryptography;
using System.Text;

namespace Temoto.Formats.Hub;

/// <summary>The two hashes a hub names its files by.</summary>
internal static class HubHash
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Whether a file holds exactly what the hub described; hashes it, so a gigabyte takes about a second.</summary>
    public static async Task<bool> MatchesAsync(string path, HubFile file, CancellationToken cancellation)
    {
        var length = new FileInfo(path).Length;
        if (!file.HasHash || (file.SizeBytes is { } size && size != length))
            return false;
        return string.Equals(await OfAsync(path, file, cancellation).ConfigureAwait(false), file.Identity, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>sha256 of the content, or git's sha1 of "blob LENGTH\0" and the content, whichever <paramref name="file"/> carries.</summary>
    /// <param name="progress">Bytes read so far.</param>
    public static async Task<string> OfAsync(string path, HubFile file, CancellationToken cancellation, Action<long>? progress = null)
    {
        using var hash = IncrementalHash.CreateHash(file.Sha256 is not null ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            if (file.Sha256 is null)
                hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
            var buffer = new byte[BufferBytes];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
                progress?.Invoke(stream.Position);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>An ETag that is a hash, without its quotes and weak mark; else null.</summary>
    public static string? FromEtag(string? etag, int digits)
    {
        var text = (etag?.StartsWith("W/", StringComparison.Ordinal) ?? false ? etag[2..] : etag)?.Trim('"');
        return text?.Length == digits && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;
    }
}
