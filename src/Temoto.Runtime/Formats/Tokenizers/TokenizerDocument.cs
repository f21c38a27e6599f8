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
    private const string Next = "the file is damaged; pack it again";

    private static readonly (
        string Name, TokenizerKind Kind)[] Kinds = [("byte_level_bpe", TokenizerKind.ByteLevelBpe), ("sentencepiece_bpe", TokenizerKind.SentencePieceBpe)];

    private static readonly (string Name, PreTokenizerKind Kind)[] PreTokenizers = [("gpt2", PreTokenizerKind.Gpt2), ("qwen2", PreTokenizerKind.Qwen2), ("llama3", PreTokenizerKind.Llama3)];

    private static readonly string[] Keys =
    [
        "kind", "pre_tokenizer", "ignore_merges", "normalize_nfc", "add_prefix_space", "prefix_space_first_only", "prefix_space_unless_present", "split_on_spaces",
        "byte_fallback", "fuse_unknown", "bos_token_id", "unknown_token_id", "eos_token_ids", "prefix", "suffix", "added_tokens", "tokens", "scores", "merges", "pipeline",
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
            if (model.Pipeline is { } pipeline)
                PipelineDocument.Write(json, pipeline);
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
        using var file = JsonFile.Parse(utf8, sourceName, "a tokenizer", "tokenizer");
        var root = file.Root;
        foreach (var key in root.Keys)
        {
            if (!Keys.Contains(key))
                throw new InputException(sourceName, root.PlaceOf(key), "an unknown key", "keys this version knows", "update Temoto, or pack the model again");
        }
        var tokens = Tokens(root);
        return new TokenizerModel
        {
            Kind = OneOf(root, "kind", Kinds),
            PreTokenizer = OneOf(root, "pre_tokenizer", PreTokenizers),
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
            AddedTokens = [.. root.RequiredValue("added_tokens", "an array").Items().Select(item => AddedToken(item.Fields()))],
            Tokens = tokens,
            Scores = Scores(root, tokens.Length),
            Merges = Merges(root, tokens),
            Pipeline = PipelineDocument.Read(root, OptionalId("unknown_token_id")),
        };

        bool Flag(string name) => TokenizerDocument.Flag(root, name);

        int? OptionalId(string name) => root.Value(name) is { } value ? Id(value, tokens.Length) : null;

        IReadOnlyList<int> Ids(string name) => [.. root.RequiredValue(name, "an array").Items().Select(item => Id(item, tokens.Length))];
    }

    /// <summary>A member that is a list of numbers.</summary>
    public static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<int> numbers)
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

    private static int Id(JsonValue value, int count)
    {
        var id = JsonVocabulary.Id(value);
        return id < count ? id : throw new InputException(value.Path, value.Place, $"id {id}", $"an id below {count}", Next);
    }

    /// <summary>What the member with one of these names stands for.</summary>
    public static T OneOf<T>(JsonFields root, string name, (string Name, T Value)[] choices)
    {
        var found = root.RequiredString(name);
        foreach (var choice in choices)
        {
            if (choice.Name == found)
                return choice.Value;
        }
        throw root.Wrong(name, string.Join(" or ", choices.Select(choice => choice.Name)), "update Temoto, or pack the model again");
    }

    private static string?[] Tokens(JsonFields root)
    {
        var value = root.RequiredValue("tokens", "an array");
        if (value.Count() > Vocabulary.LargestCount)
            throw new InputException(value.Path, value.Place, $"{value.Count()} tokens", $"at most {Vocabulary.LargestCount}", Next);
        return [.. value.Items().Select(item => item.Kind == JsonValueKind.Null ? null : item.Text())];
    }

    private static AddedToken AddedToken(JsonFields item) =>
        new(JsonVocabulary.Id(item.RequiredValue("id", "a token id")), item.RequiredString("content"),
            Flag(item, "special"), Flag(item, "single_word"), Flag(item, "lstrip"), Flag(item, "rstrip"), Flag(item, "normalized"));

    private static bool Flag(JsonFields fields, string name) => fields.Bool(name) ?? false;

    private static float[]? Scores(JsonFields root, int count)
    {
        if (root.Value("scores") is not { } value)
            return null;
        var scores = value.Items().Select(item => item.TrySingle(out var score) && float.IsFinite(score) ? score : throw item.Wrong("finite numbers")).ToArray();
        return scores.Length == count
            ? scores
            : throw new InputException(value.Path, value.Place, $"{scores.Length} scores", $"one for each of {count} tokens", Next);
    }

    private static (string Left, string Right)[]? Merges(JsonFields root, string?[] tokens)
    {
        if (root.Value("merges") is not { } value)
            return null;
        var ids = value.Items().Select(item => Id(item, tokens.Length)).ToArray();
        if (ids.Length % 2 != 0)
            throw Wrong($"{ids.Length} ids", "pairs of ids");
        var merges = new (string Left, string Right)[ids.Length / 2];
        for (var i = 0; i < merges.Length; i++)
            merges[i] = (Token(ids[2 * i]), Token(ids[2 * i + 1]));
        return merges;

        string Token(int id) => tokens[id] ?? throw Wrong($"id {id}, which is unused", "ids of tokens");

        InputException Wrong(string found, string expected) => new(value.Path, value.Place, found, expected, Next);
    }
}
