using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Hub;

/// <summary>What the store knows of a model: which files at which commit, with the hashes that the hub gave. No token is ever in it.</summary>
/// <param name="Revision">What was asked for, such as <c>main</c>.</param>
/// <param name="Commit">What that was when it was pulled: all files are of this one commit.</param>
internal sealed record StoreManifest(string Repository, string Endpoint, string Revision, string Commit, DateTimeOffset Pulled, IReadOnlyList<HubFile> Files)
{
    private const string Expected = "a model's manifest as 'temoto pull' writes it";
    private const string Next = "pull the model again";
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const int MaxBytes = 4 << 20;
    private const int MostFiles = 10_000;

    /// <summary>Whether a file is a model by itself.</summary>
    public static bool OpensAlone(string path) =>
        path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(TemotoFormat.Extension, StringComparison.OrdinalIgnoreCase)
        || (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && !path.EndsWith("tokenizer.bin", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the files make a checkpoint that is opened as a directory.</summary>
    public bool IsDirectory => Files.Any(file => !file.Path.Contains('/') && file.Path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase));

    /// <summary>The files that are models by themselves; of a split one the first part.</summary>
    public IEnumerable<string> Alone => Files.Select(file => file.Path).Where(path => OpensAlone(path) && NameOf(path) == path);

    /// <summary>What names the model that a file is, or is a part of.</summary>
    public static string NameOf(string file) => GgufSplit.PartOf(file)?.NameOf(1) ?? file;

    /// <summary>A file, with the other parts of a split model where it is one of them.</summary>
    public static bool GoesWith(string path, string file) => NameOf(path) == NameOf(file);

    /// <exception cref="InputException">Not a manifest, or one with names that no hub would send.</exception>
    public static StoreManifest Read(string path)
    {
        using var json = JsonFile.Open(path, Expected, MaxBytes);
        var root = json.Root;
        var files = root.Objects("files", MostFiles).Select(ReadFile).ToArray();
        return new StoreManifest(Text("repository"), Text("endpoint"), Text("revision"), Text("commit"), Date(), files);

        string Text(string key) => root.String(key) ?? throw root.Wrong(key, "a string", Next);
        DateTimeOffset Date() =>
            DateTimeOffset.TryParseExact(Text("pulled"), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
                ? date : throw root.Wrong("pulled", "a date", Next);
    }

    /// <summary>Written whole or not at all.</summary>
    public void Write(string path)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            WriteTo(json);
        buffer.Write("\n"u8);
        AtomicFile.Write(path, stream => stream.Write(buffer.WrittenSpan));
    }

    private void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("repository", Repository);
        json.WriteString("endpoint", Endpoint);
        json.WriteString("revision", Revision);
        json.WriteString("commit", Commit);
        json.WriteString("pulled", Pulled.ToUniversalTime().ToString(DateFormat, CultureInfo.InvariantCulture));
        json.WriteStartArray("files");
        foreach (var file in Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("bytes", file.SizeBytes!.Value);
            json.WriteString(file.Sha256 is null ? "git_sha1" : "sha256", file.Identity);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static HubFile ReadFile(JsonFields fields)
    {
        var file = new HubFile(
            fields.String("path") ?? throw fields.Wrong("path", "a string", Next),
            fields.Long("bytes", 0, HubClient.LargestFileBytes) ?? throw fields.Wrong("bytes", "a size", Next),
            HubHash.FromEtag(fields.String("sha256"), 64),
            HubHash.FromEtag(fields.String("git_sha1"), 40));
        if (HubPath.IsHostile(file.Path))
            throw fields.Wrong("path", "a plain relative path", Next);
        return file.HasHash ? file : throw fields.Wrong("sha256", "a hash", Next);
    }
}
