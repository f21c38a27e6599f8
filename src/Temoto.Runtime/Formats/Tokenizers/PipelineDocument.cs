using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>A <see cref="TokenizerPipeline"/> within a <see cref="TokenizerDocument"/>: members in snake_case, the parts of tokenizer.json as the text they have there.</summary>
internal static class PipelineDocument
{
    private const string Key = "pipeline";

    private static readonly (string Name, SubwordKind Kind)[] Kinds =
        [("bpe", SubwordKind.Bpe), ("word_piece", SubwordKind.WordPiece), ("word_level", SubwordKind.WordLevel), ("unigram", SubwordKind.Unigram)];

    public static void Write(Utf8JsonWriter json, TokenizerPipeline pipeline)
    {
        var options = pipeline.Options;
        json.WriteStartObject(Key);
        json.WriteString("kind", Kinds.First(item => item.Kind == pipeline.Kind).Name);
        json.WriteString("continuing_subword_prefix", options.ContinuingSubwordPrefix);
        json.WriteString("end_of_word_suffix", options.EndOfWordSuffix);
        json.WriteNumber("max_input_chars_per_word", options.MaxInputCharsPerWord);
        json.WriteBoolean("ignore_merges", options.IgnoreMerges);
        json.WriteBoolean("byte_fallback", options.ByteFallback);
        json.WriteBoolean("fuse_unknown", options.FuseUnknown);
        json.WriteBoolean("sums_are_single", options.SumsAreSingle);
        TokenizerDocument.WriteNumbers(json, "whole_token_ids", options.WholeTokenIds);
        TokenizerDocument.WriteNumbers(json, "reserved_token_ids", options.ReservedTokenIds);
        foreach (var (name, part) in (ReadOnlySpan<(string, string?)>)
            [("normalizer", pipeline.Normalizer), ("pre_tokenizer", pipeline.PreTokenizer), ("post_processor", pipeline.PostProcessor), ("decoder", pipeline.Decoder)])
        {
            if (part is not null)
                json.WriteString(name, part);
        }
        if (pipeline.Scores is { } scores)
        {
            json.WriteStartArray("scores");
            foreach (var score in scores)
                json.WriteNumberValue(score);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <param name="root">The tokenizer.</param>
    /// <returns>Null where it has none.</returns>
    public static TokenizerPipeline? Read(JsonFields root, int? unknownTokenId)
    {
        if (root.Object(Key) is not { } fields)
            return null;
        var options = new SubwordOptions
        {
            ContinuingSubwordPrefix = fields.String("continuing_subword_prefix") ?? "",
            EndOfWordSuffix = fields.String("end_of_word_suffix") ?? "",
            MaxInputCharsPerWord = fields.RequiredInt("max_input_chars_per_word", 0, int.MaxValue),
            IgnoreMerges = fields.Bool("ignore_merges") ?? false,
            ByteFallback = fields.Bool("byte_fallback") ?? false,
            FuseUnknown = fields.Bool("fuse_unknown") ?? false,
            SumsAreSingle = fields.Bool("sums_are_single") ?? false,
            WholeTokenIds = Ids(fields, "whole_token_ids"),
            ReservedTokenIds = Ids(fields, "reserved_token_ids"),
            UnknownTokenId = unknownTokenId,
        };
        return new TokenizerPipeline(TokenizerDocument.OneOf(fields, "kind", Kinds), options)
        {
            Normalizer = fields.String("normalizer"),
            PreTokenizer = fields.String("pre_tokenizer"),
            PostProcessor = fields.String("post_processor"),
            Decoder = fields.String("decoder"),
            Scores = fields.Value("scores") is { } scores ? [.. scores.Items().Select(Score)] : null,
        };
    }

    private static IReadOnlyList<int> Ids(JsonFields fields, string name) => fields.Value(name) is { } ids ? [.. ids.Items().Select(JsonVocabulary.Id)] : [];

    private static double Score(JsonValue item) => item.TryDouble(out var score) && double.IsFinite(score) ? score : throw item.Wrong("finite numbers");
}
