using Temoto.Formats.Files;
using Temoto.Formats.Hub;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// What people name as a model's folder beside a checkpoint: a folder of a hub's cache, whose files lie under a revision; a folder with one model file; and folders that hold a model
/// in a form that is not read, each of which gets a line that says what it is.
/// </summary>
internal static class ModelFolder
{
    private const string Snapshots = "snapshots";
    private const string MainRevision = "main";

    /// <summary>A hash with a line end; more would be something else.</summary>
    private const int MaxRevisionBytes = 1024;

    private const string Expected = "a checkpoint: config.json with model.safetensors, or one .gguf or .temoto file";

    /// <summary>The endings of files that PyTorch pickles, or packs pickles into.</summary>
    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".ckpt"];

    /// <summary>The folder or file that a folder stands for; the path itself where it is no folder, or a folder that holds its model itself.</summary>
    /// <exception cref="InputException">A hub's cache without the revision that it names.</exception>
    public static string Follow(string path)
    {
        if (!Directory.Exists(path))
            return path;
        var folder = IsHubCache(path) ? Revision(path) : path;
        return !HuggingFaceDirectory.HasWeights(folder) && Alone(folder) is [var file] ? file : folder;
    }

    /// <summary>Refuses a folder without weights that can be read, by what it holds in their place.</summary>
    public static void RefuseOthers(string folder)
    {
        if (HuggingFaceDirectory.HasWeights(folder))
            return;
        if (Alone(folder) is { Count: > 1 } files)
            throw new InputException(folder, null, $"{files.Count} model files ({Listed(files)})", "one", "name the file itself");
        if (Has(folder, "adapter_config.json"))
            throw new InputException(folder, null, "a LoRA adapter (adapter_config.json), which changes another model and is none itself", Expected, $"name its base model as MODEL and the adapter beside it: --adapter {ShellWord.Of(folder)}");
        if (Has(folder, "params.json") && Names(folder).FirstOrDefault(name => name.StartsWith("consolidated", StringComparison.Ordinal)) is { } native)
            throw new InputException(folder, null, $"the native layout of the model's makers (params.json, {native})", Expected, "fetch the Hugging Face layout of the same model: config.json and model*.safetensors");
        if (Names(folder).Where(IsPickle).ToArray() is { Length: > 0 } pickles)
            throw Pickled(folder, Listed(pickles));
    }

    /// <summary>Refuses a file that is a pickle, or a ZIP archive with one, by its first bytes: PyTorch's formats.</summary>
    public static void RefusePickle(string path, ReadOnlySpan<byte> start)
    {
        if (IsPickle(path) && (start.StartsWith("PK\u0003\u0004"u8) || start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5))
            throw Pickled(path, Path.GetFileName(path));
    }

    private static InputException Pickled(string path, string names) =>
        new(path, null, $"only pickled PyTorch weights ({names}), which can run code when they are opened and are never read", "safetensors files", "fetch the checkpoint's safetensors files, or convert it where you trust it (transformers: from_pretrained, then save_pretrained)");

    /// <summary>models--OWNER--NAME: refs has the revisions by name, snapshots their files.</summary>
    private static bool IsHubCache(string path) =>
        Directory.Exists(Path.Combine(path, Snapshots)) && !Has(path, HuggingFaceConfig.FileName);

    private static string Revision(string cache)
    {
        var snapshots = Path.Combine(cache, Snapshots);
        var reference = Path.Combine(cache, "refs", MainRevision);
        if (File.Exists(reference))
        {
            var hash = System.Text.Encoding.UTF8.GetString(SmallFile.Read(reference, "the hash of a revision", MaxRevisionBytes)).Trim();
            if (hash.Length == 0 || !hash.All(char.IsAsciiLetterOrDigit))
                throw new InputException(reference, null, $"'{hash}'", "the hash of a revision", "name the folder of the revision in snapshots");
            var folder = Path.Combine(snapshots, hash);
            return Directory.Exists(folder) ? folder : throw new InputException(reference, null, $"the revision {hash}, which is not in snapshots", "a revision that was downloaded", "download the model again, or name a folder in snapshots");
        }
        var all = Directory.EnumerateDirectories(snapshots).Take(2).ToArray();
        return all.Length == 1 ? all[0] : throw new InputException(cache, null, $"a hub's cache with {(all.Length == 0 ? "no revision" : "several revisions")} and no refs/{MainRevision}", "one revision", all.Length == 0 ? "download the model again" : "name one of the folders in snapshots");
    }

    /// <summary>Files that are models by themselves; of a split set the first, of a picture encoder (mmproj) none.</summary>
    private static IReadOnlyList<string> Alone(string folder) =>
    [
        .. from name in Names(folder)
           where name.EndsWith(TemotoFormat.Extension, StringComparison.OrdinalIgnoreCase)
              || name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !name.Contains("mmproj", StringComparison.OrdinalIgnoreCase) && Gguf.GgufSplit.PartOf(name) is null or { Number: 1 }
           select Path.Combine(folder, name),
    ];

    private static bool IsPickle(string name) =>
        PickleEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) && !name.EndsWith("tokenizer.bin", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("training_args.bin", StringComparison.Ordinal);

    private static bool Has(string folder, string name) => File.Exists(Path.Combine(folder, name));

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string Listed(IReadOnlyList<string> files) => string.Join(", ", files.Take(4).Select(Path.GetFileName)) + (files.Count > 4 ? ", ..." : "");
}
