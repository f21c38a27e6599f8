using System.Text;
using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Files;
using Temoto.Formats.Json;
using Temoto.Models;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Reads byte-level BPE from vocab.json + merges.txt, with what added_tokens.json, tokenizer_config.json, special_tokens_map.json and
/// config.json say about it: the files of GPT-2, OPT and Qwen2 before tokenizer.json.
/// </summary>
internal static class VocabMerges
{
    public const string VocabName = "vocab.json";
    public const string MergesName = "merges.txt";
    private const string AddedTokensName = "added_tokens.json";

    public static TokenizerModel Read(string directory, TokenizerConfig config)
    {
        var vocabPath = Path.Combine(directory, VocabName);
        var ids = ReadVocab(JsonFile.ReadText(vocabPath, VocabName, SmallFile.MaxVocabularyBytes), vocabPath);
        var added = new Dictionary<int, AddedToken>();
        void Add(AddedToken token, string sourceName)
        {
            if (!added.TryAdd(token.Id, token) || (!ids.TryAdd(token.Content, token.Id) && ids.TryGetId(token.Content, out var known) && known != token.Id))
                throw new InputException(
                    sourceName, $"'{token.Content}'", $"id {token.Id} as well as another", "one id per token",
                    "the files are damaged or of different models");
        }

        foreach (var token in config.AddedTokens)
            Add(token, Path.Combine(directory, TokenizerConfig.FileName));
        var addedPath = Path.Combine(directory, AddedTokensName);
        if (File.Exists(addedPath))
        {
            foreach (var (content, id) in ReadVocab(JsonFile.ReadText(addedPath, AddedTokensName, SmallFile.MaxTokenizerConfigBytes), addedPath).Pairs())
            {
                if (!added.TryGetValue(id, out var known))
                    Add(new AddedToken(id, content, Special: true), addedPath);
                else if (known.Content != content)
                    throw new InputException(
                        addedPath, $"'{content}'", $"id {id}, which tokenizer_config.json gives to '{known.Content}'", "one token per id",
                        "the files are damaged or of different models");
            }
        }

        var kind = Family(directory, config, ids);
        string[] customary = kind == TokenizerFamily.Opt ? ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] : ["<|endoftext|>"];
        foreach (var content in customary.Concat(config.AdditionalSpecialTokens).Concat(new[] { config.BosToken, config.EosToken, config.UnkToken }.OfType<string>()))
        {
            if (ids.TryGetId(content, out var id) && !added.ContainsKey(id))
                added.Add(id, new AddedToken(id, content, Special: true, Normalized: true));
        }

        var vocabulary = ids.Build(vocabPath, "vocab");
        var mergesPath = Path.Combine(directory, MergesName);
        var merges = ReadMerges(JsonFile.ReadText(mergesPath, MergesName, SmallFile.MaxVocabularyBytes), vocabulary, mergesPath);
        int? Find(string? token) => token is not null && vocabulary.TryGetId(token, out var id) ? id : null;

        var opt = kind == TokenizerFamily.Opt;
        var bos = Find(config.BosToken ?? (opt ? "</s>" : null));
        var eos = Find(config.EosToken ?? (opt ? "</s>" : "<|endoftext|>"));
        return new TokenizerModel
        {
            Kind = TokenizerKind.ByteLevelBpe,
            Tokens = vocabulary,
            Merges = merges,
            PreTokenizer = kind == TokenizerFamily.Qwen2 ? PreTokenizerKind.Qwen2 : PreTokenizerKind.Gpt2,
            NormalizeNfc = kind == TokenizerFamily.Qwen2,
            AddPrefixSpace = config.AddPrefixSpace,
            PrefixSpaceUnlessPresent = true,
            ByteFallback = false,
            FuseUnknown = false,
            AddedTokens = [.. added.Values.OrderBy(token => token.Id)],
            BosTokenId = bos,
            EosTokenIds = eos is { } end ? [end] : [],
            UnknownTokenId = Find(config.UnkToken ?? (opt ? "<unk>" : null)),
            Prefix = bos is { } begin && (config.AddBosToken ?? opt) ? [begin] : [],
            Suffix = eos is { } last && config.AddEosToken ? [last] : [],
        };
    }

    private static VocabularyBuilder ReadVocab(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, JsonFile.ReaderOptions);
            var ids = new VocabularyBuilder(Math.Min(utf8.Length / 16, Vocabulary.LargestCount));
            reader.Read();
            JsonVocabulary.ReadInto(ids, ref reader, sourceName, "vocab");
            while (reader.Read())
            {
                // Anything but white space after the object is an error that Read reports.
            }
            return ids;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw JsonFile.Malformed(sourceName, null, VocabName, error);
        }
    }

    /// <summary>One merge per line, left and right with a space between; a first line that begins with #version is a comment.</summary>
    private static RankedMerges ReadMerges(ReadOnlyMemory<byte> utf8, Vocabulary vocabulary, string sourceName)
    {
        var merges = new RankedMerges(vocabulary, Math.Min(vocabulary.Count, utf8.Length / 4));
        var text = new char[256];
        var rest = utf8.Span;
        for (var line = 1; rest.Length > 0; line++)
        {
            var end = rest.IndexOf((byte)'\n');
            var bytes = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (bytes.EndsWith("\r"u8))
                bytes = bytes[..^1];
            if (bytes.IsEmpty || (line == 1 && bytes.StartsWith("#version"u8)))
                continue;
            if (text.Length < bytes.Length)
                text = new char[bytes.Length * 2];
            if (!Encoding.UTF8.TryGetChars(bytes, text, out var length) || bytes.IndexOf((byte)' ') < 0 || text.AsSpan(0, length).Count(' ') != 1)
                throw new InputException(sourceName, $"line {line}", $"'{text.AsSpan(0, length)}'", "two tokens with one space between them", JsonFile.Damaged);
            var space = text.AsSpan(0, length).IndexOf(' ');
            merges.Add(text.AsSpan(0, space), text.AsSpan(space + 1, length - space - 1), sourceName);
        }
        return merges;
    }

    /// <summary>The files do not carry the splitting expression: the tokenizer's class, else the model's type, else OPT's own first tokens tell.</summary>
    private static TokenizerFamily Family(string directory, TokenizerConfig config, VocabularyBuilder ids)
    {
        var modelType = ReadModelType(directory);
        var ofType = ModelTypes.Find(modelType)?.Tokenizer;
        var looksLikeOpt = ids.TryGetId("<s>", out var start) && start == 0 && ids.TryGetId("<pad>", out var pad) && pad == 1 && ids.TryGetId("</s>", out var end) && end == 2;
        switch (config.TokenizerClass)
        {
            case "Qwen2Tokenizer" or "Qwen2TokenizerFast":
                return TokenizerFamily.Qwen2;
            case "GPT2Tokenizer" or "GPT2TokenizerFast":
                return ofType == TokenizerFamily.Opt || (modelType is null && looksLikeOpt) ? TokenizerFamily.Opt : TokenizerFamily.Gpt2;
            case null or "PreTrainedTokenizerFast" or "PreTrainedTokenizer":
                break;
            default:
                throw new InputException(
                    Path.Combine(directory, TokenizerConfig.FileName), "tokenizer_class", $"'{config.TokenizerClass}' without a tokenizer.json",
                    "Qwen2Tokenizer or GPT2Tokenizer", "add the model's tokenizer.json to the directory");
        }
        return ofType ?? modelType switch
        {
            null or "gpt2" => looksLikeOpt ? TokenizerFamily.Opt : TokenizerFamily.Gpt2,
            _ => throw new InputException(
                Path.Combine(directory, "config.json"), "model_type", $"'{modelType}' with vocab.json and merges.txt alone",
                $"gpt2, {ModelTypes.Names(type => type.Tokenizer is not null)}", "add the model's tokenizer.json to the directory"),
        };
    }

    private static string? ReadModelType(string directory)
    {
        var path = Path.Combine(directory, "config.json");
        if (!File.Exists(path))
            return null;
        using var config = JsonFile.Open(path, "a model's config.json", HuggingFaceConfig.MaxBytes);
        return config.Root.String("model_type");
    }
}
