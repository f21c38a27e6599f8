using Temoto.Formats.Checkpoints.Gguf;

namespace Temoto.Formats.Hub;

/// <summary>Which files of a repository make a checkpoint that Temoto reads.</summary>
internal static class HubSelection
{
    private static readonly HashSet<string> Companions = new(StringComparer.Ordinal)
    {
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "merges.txt",
        "added_tokens.json", "special_tokens_map.json", "chat_template.jinja", "chat_template.json", "preprocessor_config.json",
        "quant_config.json", "quantize_config.json", Index, Modules, "sentence_bert_config.json", "config_sentence_transformers.json",
    };

    /// <summary>What a sentence-transformers model consists of; its pooling has a folder of its own.</summary>
    private const string Modules = "modules.json";

    private const string Index = "model.safetensors.index.json";

    /// <summary>
    /// The asked-for file, with the other parts where it is one of a split model; or safetensors with their companions, config.json last, so that an interrupted download is no
    /// checkpoint yet; or the repository's one GGUF model.
    /// </summary>
    public static IReadOnlyList<HubFile> Select(HubListing listing, string repository, string? file)
    {
        RefuseHostile(listing, repository);
        if (file is not null)
            return Named(listing, repository, file);
        var top = listing.Files.Where(candidate => !candidate.Path.Contains('/')).ToArray();
        var weights = Weights(top);
        if (weights.Length > 0)
        {
            if (top.All(candidate => candidate.Path != "config.json"))
                throw new InputException(repository, "config.json", "no such file", "a checkpoint with its config.json", "choose another repository");
            var pooling = top.Any(candidate => candidate.Path == Modules) ? listing.Files.Where(candidate => IsPooling(candidate.Path)) : [];
            return [.. top.Where(candidate => Companions.Contains(candidate.Path)).Concat(pooling).Concat(weights).OrderBy(candidate => candidate.Path == "config.json").ThenBy(candidate => candidate.SizeBytes ?? 0)];
        }
        // A model that is split over several files is one.
        var gguf = listing.Files.Where(candidate => candidate.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && GgufSplit.PartOf(candidate.Path) is null or { Number: 1 }).ToArray();
        return gguf.Length switch
        {
            1 => Named(listing, repository, gguf[0].Path),
            0 => throw new InputException(repository, null, "neither *.safetensors nor *.gguf", "weights in one of these formats", "choose another repository of the model"),
            _ => throw new InputException(repository, null, $"{gguf.Length} GGUF models", "one", $"name one of {Names(gguf)}"),
        };
    }

    /// <summary>"1_Pooling/config.json".</summary>
    private static bool IsPooling(string path) => path.EndsWith("_Pooling/config.json", StringComparison.Ordinal) && path[..path.IndexOf('_', StringComparison.Ordinal)].All(char.IsAsciiDigit);

    /// <summary>A file by its name; of a split GGUF model all parts, whether one is named or what they have in common (<c>NAME</c> or <c>NAME.gguf</c>).</summary>
    private static IReadOnlyList<HubFile> Named(HubListing listing, string repository, string name)
    {
        var files = listing.Files.DistinctBy(file => file.Path).ToDictionary(file => file.Path);
        var part = files.ContainsKey(name)
            ? GgufSplit.PartOf(name)
            : files.Keys.Select(GgufSplit.PartOf).FirstOrDefault(candidate => candidate is not null && (candidate.Prefix == name || $"{candidate.Prefix}.gguf" == name));
        return part is null
            ? [files.GetValueOrDefault(name) ?? throw new InputException(repository, name, "no such file", $"one of {Names(listing.Files)}", "choose one of those")]
            : [.. Enumerable.Range(1, part.Count).Select(number => files.GetValueOrDefault(part.NameOf(number)) ?? throw new InputException(repository, part.NameOf(number), "no such file", $"all {part.Count} parts of the model", "choose another file, or another repository of the model"))];
    }

    /// <summary>Some repositories hold the weights twice, as model*.safetensors and as consolidated*.safetensors: one set is enough.</summary>
    private static HubFile[] Weights(HubFile[] top)
    {
        var all = top.Where(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal)).ToArray();
        var shards = all.Where(file => file.Path.StartsWith("model-", StringComparison.Ordinal)).ToArray();
        if (shards.Length > 0 && top.Any(file => file.Path == Index))
            return shards;
        var whole = all.Where(file => file.Path == "model.safetensors").ToArray();
        return whole.Length > 0 ? whole : all;
    }

    private static void RefuseHostile(HubListing listing, string repository)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in listing.Files)
        {
            if (HubPath.IsHostile(file.Path))
                throw new InputException(repository, null, $"a file named '{file.Path}'", "plain relative paths", "do not trust this repository");
            if (!file.Path.Contains('/') && !seen.Add(file.Path))
                throw new InputException(repository, null, $"the file '{file.Path}' twice (letters' case aside)", "each once", "do not trust this repository");
        }
    }

    private static string Names(IReadOnlyList<HubFile> files) => string.Join(", ", files.Take(8).Select(file => file.Path)) + (files.Count > 8 ? ", ..." : "");
}
