using System.IO.Compression;
using System.Security.Cryptography;

namespace Temoto.Server.Page;

/// <summary>A file of the page as it is sent: made once, so that an answer copies bytes and nothing else.</summary>
/// <param name="ETag">Changes with the bytes. Weak, since plain and compressed bytes share it.</param>
internal sealed record PageFile(string Name, string ContentType, string ETag, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Compressed)
{
    public static PageFile Of(string name, byte[] bytes) =>
        new(name, TypeOf(name), $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"", bytes, Gzip(bytes));

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"files of the page have no type {other}"),
    };

    private static byte[] Gzip(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return stream.ToArray();
    }
}
