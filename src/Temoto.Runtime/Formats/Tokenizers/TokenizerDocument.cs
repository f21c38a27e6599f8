using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// A <see cref="TokenizerModel"/> as JSON, writer beside reader: how a .temoto file carries the tokenizer, whatever it came from. Members are the model's, in
/// snake_case; merges are pairs of token ids, one after the other. Scores are written so that the same float32 is read back.
/// </summary>
internal static class TokenizerDocument
{
    private static readonly (string Name, TokenizerKind Kind)[] Kinds = [("byte_level_bpe", TokenizerKind.ByteLevelBpe), ("sentencepiece_bpe", TokenizerKind.SentencePieceBpe)];

    private static readonly (string Name, PreTokenizerKind Kind)[] PreTokenizers = [("gpt2", PreTokenizerKind.Gpt2), ("qwen2", PreTokenizerKind.Qwen2), ("llama3", PreTokenizerKind.Llama3)];

    private static readonly string[] Keys =
    [
        "kind", "pre_tokenizer", "ignore_merges", "normalize_nfc", "add_prefix_space", "prefix_space_first_only", "prefix_space_unless_present", "split_on_spaces",
        "byte_fallback", "fuse_unknown", "bos_token_id", "unknown_token_id", "eos_token_ids", "prefix", "suffix", "added_tokens", "tokens", "scores", "merges",
    ];

    public static string Write(TokenizerModel model)
    {
        var vocabulary = Vocabulary.From(model.Tokens);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("kind", Kinds.First(item => item.Kind == model.Kind).Name);
            json.WriteString("pre_tokenizer", PreTokenizers.First(item => item.Kind == model.PreTokenizer).Name);
            json.WriteBoolean("ignore_merges", model.IgnoreMerges);
            json.WriteBoolean("normalize_nfc", model.NormalizeNfc);
            json.WriteBoolean("add_prefix_space", model.AddPrefixSpace);
            json.WriteBoolean("prefix_space_first_only", model.PrefixSpaceFirstOnly);
            json.WriteBoolean("prefix_space_unless_present", model.PrefixSpaceUnlessPresent);
            json.WriteBoolean("split_on_spaces", model.SplitOnSpaces);
            json.WriteBoolean("byte_fallback", model.ByteFallback);
            json.WriteBoolean("fuse_unknown", model.FuseUnknown);
            if (model.BosTokenId is { } bos)
                json.WriteNumber("bos_token_id", bos);
            if (model.UnknownTokenId is { } unknown)
                json.WriteNumber("unknown_token_id", unknown);
            WriteNumbers(json, "eos_token_ids", model.EosTokenIds);
            WriteNumbers(json, "prefix", model.Prefix);
            WriteNumbers(json, "suffix", model.Suffix);
            json.WriteStartArray("added_tokens");
            foreach (var token in model.AddedTokens)
                WriteAddedToken(json, token);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            foreach (var token in model.Tokens)
                json.WriteStringValue(token);
            json.WriteEndArray();
            if (model.Scores is { } scores)
            {
                json.WriteStartArray("scores");
                foreach (var score in scores)
                    json.WriteNumberValue(score);
                json.WriteEndArray();
            }
            if (model.Merges is { } merges)
            {
                json.WriteStartArray("merges");
                foreach (var (left, right) in merges)
                {
                    json.WriteNumberValue(IdOf(vocabulary, left));
                    json.WriteNumberValue(IdOf(vocabulary, right));
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static TokenizerModel Read(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        const string where = "tokenizer";
        using var document = StrictJson.Parse(utf8, sourceName, where);
        var root = document.RootElement;
        foreach (var member in StrictJson.Members(root, sourceName, where))
        {
            if (!Keys.Contains(StrictJson.Name(member, sourceName, where)))
                throw new InputException(sourceName, $"{where}.{member.Name}", "an unknown key", "keys this version knows", "update Temoto, or pack the model again");
        }
        var tokens = Tokens(root, sourceName);
        return new TokenizerModel
        {
            Kind = OneOf(root, "kind", Kinds, sourceName),
            PreTokenizer = OneOf(root, "pre_tokenizer", PreTokenizers, sourceName),
            IgnoreMerges = Flag("ignore_merges"),
            NormalizeNfc = Flag("normalize_nfc"),
            AddPrefixSpace = Flag("add_prefix_space"),
            PrefixSpaceFirstOnly = Flag("prefix_space_first_only"),
            PrefixSpaceUnlessPresent = Flag("prefix_space_unless_present"),
            SplitOnSpaces = Flag("split_on_spaces"),
            ByteFallback = Flag("byte_fallback"),
            FuseUnknown = Flag("fuse_unknown"),
            BosTokenId = OptionalId("bos_token_id"),
            UnknownTokenId = OptionalId("unknown_token_id"),
            EosTokenIds = Ids("eos_token_ids"),
            Prefix = Ids("prefix"),
            Suffix = Ids("suffix"),
            AddedTokens = [.. StrictJson.Items(Required(root, "added_tokens", sourceName), sourceName, $"{where}.added_tokens").Select(item => AddedToken(item, sourceName))],
            Tokens = tokens,
            Scores = Scores(root, tokens.Length, sourceName),
            Merges = Merges(root, tokens, sourceName),
        };

        bool Flag(string name) => StrictJson.Flag(root, name, false, sourceName, where);

        int? OptionalId(string name) => StrictJson.Member(root, name, sourceName, where) is { } value ? Id(value, tokens.Length, sourceName, name) : null;

        IReadOnlyList<int> Ids(string name) =>
            [.. StrictJson.Items(Required(root, name, sourceName), sourceName, $"{where}.{name}").Select(item => Id(item, tokens.Length, sourceName, name))];
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WriteAddedToken(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("special", token.Special);
        json.WriteBoolean("single_word", token.SingleWord);
        json.WriteBoolean("lstrip", token.LeftStrip);
        json.WriteBoolean("rstrip", token.RightStrip);
        json.WriteBoolean("normalized", token.Normalized);
        json.WriteEndObject();
    }

    private static int IdOf(Vocabulary vocabulary, string token) =>
        vocabulary.TryGetId(token, out var id) ? id : throw new ArgumentException($"a merge of '{token}', which is no token", nameof(token));

    private static JsonElement Required(JsonElement root, string name, string sourceName) =>
        StrictJson.Member(root, name, sourceName, "tokenizer") ?? throw StrictJson.Missing(sourceName, $"tokenizer.{name}", "an array");

    private static int Id(JsonElement value, int count, string sourceName, string name)
    {
        var id = JsonVocabulary.Id(value, sourceName, $"tokenizer.{name}");
        return id < count ? id : throw new InputException(sourceName, $"tokenizer.{name}", $"id {id}", $"an id below {count}", "the file is damaged; pack it again");
    }

    private static T OneOf<T>(JsonElement root, string name, (string Name, T Value)[] choices, string sourceName)
    {
        var found = StrictJson.RequiredText(root, name, sourceName, "tokenizer");
        foreach (var choice in choices)
        {
            if (choice.Name == found)
                return choice.Value;
        }
        throw new InputException(sourceName, $"tokenizer.{name}", $"'{found}'", string.Join(" or ", choices.Select(choice => choice.Name)), "update Temoto, or pack the model again");
    }

    private static string?[] Tokens(JsonElement root, string sourceName)
    {
        var value = Required(root, "tokens", sourceName);
        var items = StrictJson.Items(value, sourceName, "tokenizer.tokens");
        if (value.GetArrayLength() > Vocabulary.LargestCount)
            throw new InputException(sourceName, "tokenizer.tokens", $"{value.GetArrayLength()} tokens", $"at most {Vocabulary.LargestCount}", "the file is damaged; pack it again");
        return [.. items.Select(item => item.ValueKind == JsonValueKind.Null ? null : StrictJson.Text(item, sourceName, "tokenizer.tokens"))];
    }

    private static AddedToken AddedToken(JsonElement item, string sourceName)
    {
        const string where = "tokenizer.added_tokens";
        bool Flag(string name) => StrictJson.Flag(item, name, false, sourceName, where);
        var id = StrictJson.Member(item, "id", sourceName, where) ?? throw StrictJson.Missing(sourceName, $"{where}.id", "a token id");
        return new AddedToken(
            JsonVocabulary.Id(id, sourceName, where), StrictJson.RequiredText(item, "content", sourceName, where),
            Flag("special"), Flag("single_word"), Flag("lstrip"), Flag("rstrip"), Flag("normalized"));
    }

    private static float[]? Scores(JsonElement root, int count, string sourceName)
    {
        if (StrictJson.Member(root, "scores", sourceName, "tokenizer") is not { } value)
            return null;
        var scores = StrictJson.Items(value, sourceName, "tokenizer.scores")
            .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out var score) && float.IsFinite(score) ? score : throw StrictJson.Wrong(sourceName, "tokenizer.scores", item, "finite numbers"))
            .ToArray();
        return scores.Length == count ? scores : throw new InputException(sourceName, "tokenizer.scores", $"{scores.Length} scores", $"one for each of {count} tokens", "the file is damaged; pack it again");
    }

    private static (string Left, string Right)[]? Merges(JsonElement root, string?[] tokens, string sourceName)
    {
        if (StrictJson.Member(root, "merges", sourceName, "tokenizer") is not { } value)
            return null;
        var ids = StrictJson.Items(value, sourceName, "tokenizer.merges").Select(item => Id(item, tokens.Length, sourceName, "merges")).ToArray();
        if (ids.Length % 2 != 0)
            throw new InputException(sourceName, "tokenizer.merges", $"{ids.Length} ids", "pairs of ids", "the file is damaged; pack it again");
        var merges = new (string Left, string Right)[ids.Length / 2];
        for (var i = 0; i < merges.Length; i++)
            merges[i] = (Token(ids[2 * i]), Token(ids[2 * i + 1]));
        return merges;

        string Token(int id) => tokens[id] ?? throw new InputException(sourceName, "tokenizer.merges", $"id {id}, which is unused", "ids of tokens", "the file is damaged; pack it again");
    }
}
