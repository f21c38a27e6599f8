using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>What tokenizer_config.json and special_tokens_map.json say beside the vocabulary.</summary>
internal sealed record TokenizerConfig
{
    public const string FileName = "tokenizer_config.json";
    public const string SpecialTokensMapName = "special_tokens_map.json";

    public string? TokenizerClass { get; init; }

    public bool AddPrefixSpace { get; init; }

    /// <summary>Null where the file does not say: OPT's tokenizer then adds it, GPT-2's does not.</summary>
    public bool? AddBosToken { get; init; }

    public bool AddEosToken { get; init; }

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    public string? UnkToken { get; init; }

    /// <summary><c>added_tokens_decoder</c>.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary><c>additional_special_tokens</c> of either file.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens { get; init; } = [];

    /// <summary>Jinja source; of the array form the template named default.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Reads both files of a directory; what neither says stays at its default.</summary>
    public static TokenizerConfig Read(string directory)
    {
        var config = new TokenizerConfig();
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path))
            config = Parse(JsonFile.ReadText(path, FileName, SmallFile.MaxTokenizerConfigBytes), path);
        path = Path.Combine(directory, SpecialTokensMapName);
        return File.Exists(path) ? config.With(JsonFile.ReadText(path, SpecialTokensMapName, SmallFile.MaxTokenizerConfigBytes), path) : config;
    }

    public static TokenizerConfig Parse(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        using var file = JsonFile.Parse(utf8, sourceName, FileName);
        var root = file.Root;
        return new TokenizerConfig
        {
            TokenizerClass = root.String("tokenizer_class"),
            AddPrefixSpace = root.Bool("add_prefix_space") ?? false,
            AddBosToken = root.Bool("add_bos_token"),
            AddEosToken = root.Bool("add_eos_token") ?? false,
            BosToken = SpecialToken(root, "bos_token"),
            EosToken = SpecialToken(root, "eos_token"),
            UnkToken = SpecialToken(root, "unk_token"),
            AddedTokens = ReadAddedTokensDecoder(root),
            AdditionalSpecialTokens = ReadAdditional(root),
            ChatTemplate = ReadChatTemplate(root),
        };
    }

    /// <summary>special_tokens_map.json fills in what tokenizer_config.json left open.</summary>
    private TokenizerConfig With(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        using var file = JsonFile.Parse(utf8, sourceName, SpecialTokensMapName);
        var root = file.Root;
        return this with
        {
            BosToken = BosToken ?? SpecialToken(root, "bos_token"),
            EosToken = EosToken ?? SpecialToken(root, "eos_token"),
            UnkToken = UnkToken ?? SpecialToken(root, "unk_token"),
            AdditionalSpecialTokens = [.. AdditionalSpecialTokens.Union(ReadAdditional(root))],
        };
    }

    /// <summary>A special token is its text, or an object whose <c>content</c> is the text.</summary>
    private static string? SpecialToken(JsonFields root, string name) => root.Value(name) is { } value ? TextOf(value) : null;

    private static string TextOf(JsonValue token) => token.Kind == JsonValueKind.Object ? token.Fields().RequiredString("content") : token.Text();

    private static List<AddedToken> ReadAddedTokensDecoder(JsonFields root)
    {
        var tokens = new List<AddedToken>();
        if (root.Object("added_tokens_decoder") is not { } decoder)
            return tokens;
        foreach (var (key, value) in decoder.Members())
        {
            if (!int.TryParse(key, System.Globalization.NumberStyles.None, null, out var id) || id >= Vocabulary.LargestCount)
                throw new InputException(root.Path, "added_tokens_decoder", $"'{key}'", "a token id as key", JsonFile.OtherKind);
            var fields = value.Fields();
            tokens.Add(AddedTokenFlags.Read(id, fields.RequiredString("content"), fields, specialIfAbsent: false));
        }
        return tokens;
    }

    private static List<string> ReadAdditional(JsonFields root) =>
        root.Value("additional_special_tokens") is { } list ? [.. list.Items().Select(TextOf)] : [];

    private static string? ReadChatTemplate(JsonFields root)
    {
        if (root.Value("chat_template") is not { } value)
            return null;
        if (value.Kind != JsonValueKind.Array)
            return value.Text();
        foreach (var item in value.Items().Select(item => item.Fields()))
        {
            if (item.RequiredString("name") == "default")
                return item.RequiredString("template");
        }
        return null;
    }
}
