using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Temoto.Tests.Formats.Hub;

/// <summary>A small repository as a hub would serve it: large files by sha256 (LFS), small ones by git's blob id.</summary>
internal sealed class FakeRepository
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Over three times the size that counts as progress, and no round number.</summary>
    public const int WeightBytes = (3 << 20) + 12345;

    public FakeRepository(int seed = 1)
    {
        var weights = new byte[WeightBytes];
        new Random(seed).NextBytes(weights);
        Files = new Dictionary<string, byte[]>
        {
            ["README.md"] = "# not needed"u8.ToArray(),
            ["config.json"] = """{"model_type": "qwen2"}"""u8.ToArray(),
            ["model.safetensors"] = weights,
            ["tokenizer.json"] = Encoding.UTF8.GetBytes($"{{\"seed\": {seed}}}"),
            ["onnx/model.onnx"] = [1, 2, 3],
        };
    }

    public Dictionary<string, byte[]> Files { get; }

    /// <summary>The commit that every branch is at.</summary>
    public string Head { get; set; } = Commit;

    public static bool IsLarge(string path) => path.EndsWith(".safetensors") || path.EndsWith(".gguf");

#pragma warning disable CA5350 // Git names blobs by SHA-1.
    public static string Hash(string path, byte[] content) => IsLarge(path)
        ? Convert.ToHexStringLower(SHA256.HashData(content))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    public byte[] Listing(bool describes = true) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["id"] = "maker/model",
        ["sha"] = Head,
        ["siblings"] = new JsonArray([.. Files.Select(file => Describe(file.Key, file.Value, describes))]),
    }.ToJsonString());

    private static JsonObject Describe(string path, byte[] content, bool describes)
    {
        var entry = new JsonObject { ["rfilename"] = path };
        if (!describes)
            return entry;
        entry["size"] = content.Length;
        entry["blobId"] = IsLarge(path) ? new string('a', 40) : Hash(path, content);
        if (IsLarge(path))
            entry["lfs"] = new JsonObject { ["sha256"] = Hash(path, content), ["size"] = content.Length, ["pointerSize"] = 134 };
        return entry;
    }

    /// <summary>Answers as a well-behaved hub.</summary>
    public async Task ServeAsync(LoopbackRequest request, Stream stream)
    {
        if (request.Path.StartsWith("/api/models/maker/model/revision/"))
            await LoopbackServer.SendAsync(stream, 200, Listing());
        else if (FileOf(request) is { } file)
            await SendFileAsync(request, stream, file.Path, file.Content);
        else
            await LoopbackServer.SendAsync(stream, 404, [], "X-Error-Code: EntryNotFound");
    }

    public (string Path, byte[] Content)? FileOf(LoopbackRequest request)
    {
        var prefix = $"/maker/model/resolve/{Head}/";
        var path = request.Path.StartsWith(prefix) ? Uri.UnescapeDataString(request.Path[prefix.Length..]) : "";
        return Files.TryGetValue(path, out var content) ? (path, content) : null;
    }

    /// <summary>The file, or the range asked for where If-Range allows it.</summary>
    public static async Task SendFileAsync(LoopbackRequest request, Stream stream, string path, byte[] content)
    {
        var etag = $"\"{Hash(path, content)}\"";
        if (request.RangeStart is { } start && (request["If-Range"] ?? etag) == etag)
            await LoopbackServer.SendAsync(stream, 206, content[(int)start..], $"ETag: {etag}", $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}");
        else
            await LoopbackServer.SendAsync(stream, 200, content, $"ETag: {etag}");
    }
}
