using Temoto.Formats.Files;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// A Hugging Face checkpoint directory: config.json, and the weights as model.safetensors or as shards listed in
/// model.safetensors.index.json.
/// </summary>
internal static class HuggingFaceDirectory
{
    public const string WeightsFileName = "model.safetensors";
    public const string IndexFileName = "model.safetensors.index.json";

    // The largest number of tensors with 128 characters each; at worst the parsed form takes six times the text.
    private const long MaxIndexBytes = 128L * TensorEntry.MaxTensors;

    /// <summary>Whether there is something that <see cref="OpenWeights"/> opens.</summary>
    public static bool HasWeights(string directory) => File.Exists(Path.Combine(directory, WeightsFileName)) || File.Exists(Path.Combine(directory, IndexFileName));

    /// <summary>The weights of a directory; <paramref name="owned"/> gets the mapped files.</summary>
    public static StoredWeights OpenWeights(string directory, List<IDisposable> owned)
    {
        var single = Path.Combine(directory, WeightsFileName);
        if (File.Exists(single))
            return OpenSingle(single, owned);
        var index = Path.Combine(directory, IndexFileName);
        if (File.Exists(index))
            return OpenSharded(directory, index, owned);
        throw new InputException(directory, null, "no weights", $"{WeightsFileName} or {IndexFileName}", "download the safetensors files of the checkpoint");
    }

    /// <summary>Makes the directory of a new checkpoint; refuses one that holds a checkpoint already. Files that a killed writer left unfinished go.</summary>
    public static void Create(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (FullDisk.Is(error))
                throw FullDisk.Error(directory, error);
            throw new InputException(directory, null, FileFailure.Of(directory, error), "a directory that can be written", "choose another output path");
        }
        if (Directory.EnumerateFiles(directory, "*.safetensors").Any() || File.Exists(Path.Combine(directory, HuggingFaceConfig.FileName)))
            throw new InputException(directory, null, "a checkpoint already", "an empty directory", "choose another output path, or remove what is there");
        PartialFiles.RemoveAllAbandoned(directory);
    }

    public static StoredWeights OpenSingle(string path, List<IDisposable> owned)
    {
        var file = SafetensorsFile.Open(path);
        owned.Add(file);
        return new StoredWeights(file.Tensors, file.Unread);
    }

    /// <summary>An index may name more than there is: what is missing counts only where it is asked for.</summary>
    private static StoredWeights OpenSharded(string directory, string indexPath, List<IDisposable> owned)
    {
        using var index = JsonFile.Open(indexPath, "an index of safetensors shards", MaxIndexBytes);
        if (index.Root.Object("weight_map") is not { } weightMap)
            throw index.Root.Wrong("weight_map", "an object that names the shard of every tensor");
        var shards = new Dictionary<string, SafetensorsFile?>();
        var tensors = new Dictionary<string, Tensor>();
        var unread = new Dictionary<string, UnreadTensor>();
        foreach (var name in weightMap.Keys)
        {
            var shardName = weightMap.String(name) ?? throw weightMap.Wrong(name, "the name of a shard");
            if (!shards.TryGetValue(shardName, out var shard))
            {
                if (!IsPlainFileName(shardName))
                    throw weightMap.Wrong(name, "the plain name of a file in the same directory", "do not use this checkpoint: it reaches outside its directory");
                var shardPath = Path.Combine(directory, shardName);
                shard = File.Exists(shardPath) ? SafetensorsFile.Open(shardPath) : null;
                if (shard is not null)
                    owned.Add(shard);
                shards.Add(shardName, shard);
            }
            if (shard is null)
                unread.Add(name, new UnreadTensor(indexPath, weightMap.PlaceOf(name), $"\"{shardName}\"", "a shard that exists", "download the missing shard"));
            else if (shard.Tensors.TryGetValue(name, out var tensor))
                tensors.Add(name, tensor);
            else
                unread.Add(name, shard.Unread.GetValueOrDefault(name) ?? new UnreadTensor(shard.Path, name, "no such tensor", $"the tensor that {IndexFileName} places here", "download index and shards again, of one revision"));
        }
        // Without a single shard this is an index and no checkpoint.
        if (tensors.Count == 0 && unread.Count > 0)
            throw unread.Values.First().Error();
        return new StoredWeights(tensors, unread);
    }

    /// <summary>No folder, no parent, no stream or device name: the shard must be a file of the checkpoint's own directory.</summary>
    private static bool IsPlainFileName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name.AsSpan().IndexOfAny("/\\:\0") < 0
        && !name.StartsWith('.');
}
