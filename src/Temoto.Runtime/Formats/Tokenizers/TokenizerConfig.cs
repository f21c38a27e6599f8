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
            config = Parse(StrictJson.ReadFile(path, FileName, SmallFile.MaxTokenizerConfigBytes), path);
        path = Path.Combine(directory, SpecialTokensMapName);
        return File.Exists(path) ? config.With(StrictJson.ReadFile(path, SpecialTokensMapName, SmallFile.MaxTokenizerConfigBytes), path) : config;
    }

    public static TokenizerConfig Parse(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        using var document = StrictJson.Parse(utf8, sourceName, null);
        var root = document.RootElement;
        const string where = "tokenizer_config";
        return new TokenizerConfig
        {
            TokenizerClass = StrictJson.Text(root, "tokenizer_class", sourceName, where),
            AddPrefixSpace = StrictJson.Flag(root, "add_prefix_space", false, sourceName, where),
            AddBosToken = StrictJson.Member(root, "add_bos_token", sourceName, where) is null ? null : StrictJson.Flag(root, "add_bos_token", false, sourceName, where),
            AddEosToken = StrictJson.Flag(root, "add_eos_token", false, sourceName, where),
            BosToken = SpecialToken(root, "bos_token", sourceName),
            EosToken = SpecialToken(root, "eos_token", sourceName),
            UnkToken = SpecialToken(root, "unk_token", sourceName),
            AddedTokens = ReadAddedTokensDecoder(root, sourceName),
            AdditionalSpecialTokens = ReadAdditional(root, sourceName),
            ChatTemplate = ReadChatTemplate(root, sourceName),
        };
    }

    /// <summary>special_tokens_map.json fills in what tokenizer_config.json left open.</summary>
    private TokenizerConfig With(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        using var document = StrictJson.Parse(utf8, sourceName, null);
        var root = document.RootElement;
        return this with
        {
            BosToken = BosToken ?? SpecialToken(root, "bos_token", sourceName),
            EosToken = EosToken ?? SpecialToken(root, "eos_token", sourceName),
            UnkToken = UnkToken ?? SpecialToken(root, "unk_token", sourceName),
            AdditionalSpecialTokens = [.. AdditionalSpecialTokens.Union(ReadAdditional(root, sourceName))],
        };
    }

    /// <summary>A special token is its text, or an object whose <c>content</c> is the text.</summary>
    private static string? SpecialToken(JsonElement root, string name, string sourceName) =>
        StrictJson.Member(root, name, sourceName, "tokenizer_config") is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? StrictJson.RequiredText(value, "content", sourceName, name)
        : StrictJson.Text(value, sourceName, name);

    private static List<AddedToken> ReadAddedTokensDecoder(JsonElement root, string sourceName)
    {
        const string where = "added_tokens_decoder";
        var tokens = new List<AddedToken>();
        if (StrictJson.Member(root, where, sourceName, "tokenizer_config") is not { } decoder)
            return tokens;
        foreach (var member in StrictJson.Members(decoder, sourceName, where))
        {
            var name = StrictJson.Name(member, sourceName, where);
            if (!int.TryParse(name, System.Globalization.NumberStyles.None, null, out var id) || id >= Vocabulary.LargestCount)
                throw new InputException(sourceName, where, $"'{name}'", "a token id as key", "the file is damaged; fetch it again");
            var place = $"{where}.{id}";
            tokens.Add(AddedTokenFlags.Read(id, StrictJson.RequiredText(member.Value, "content", sourceName, place), member.Value, specialIfAbsent: false, sourceName, place));
        }
        return tokens;
    }

    private static List<string> ReadAdditional(JsonElement root, string sourceName)
    {
        const string where = "additional_special_tokens";
        var tokens = new List<string>();
        if (StrictJson.Member(root, where, sourceName, "tokenizer_config") is not { } list)
            return tokens;
        foreach (var item in StrictJson.Items(list, sourceName, where))
        {
            tokens.Add(item.ValueKind == JsonValueKind.Object
                ? StrictJson.RequiredText(item, "content", sourceName, where)
                : StrictJson.Text(item, sourceName, where));
        }
        return tokens;
    }

    private static string? ReadChatTemplate(JsonElement root, string sourceName)
    {
        const string where = "chat_template";
        if (StrictJson.Member(root, where, sourceName, "tokenizer_config") is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return StrictJson.Text(value, sourceName, where);
        foreach (var item in StrictJson.Items(value, sourceName, where))
        {
            if (StrictJson.RequiredText(item, "name", sourceName, where) == "default")
                return StrictJson.RequiredText(item, "template", sourceName, where);
        }
        return null;
    }
}
