using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

/// <summary>
/// Vocabularies of the kinds bert and t5, written as llama.cpp's converter writes those of a tokenizer.json or a tokenizer.model: the ids are those of the original.
/// </summary>
public sealed class GgufVocabularyKindsTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Golden = Path.Combine(RepositoryPaths.Root, "..", "shared", "data", "golden-tokenizers");

    private static readonly string[] Texts =
    [
        "The pump is hot", "hotter PUMPS, (un)touched!", "na\u00EFve caf\u00E9 cafe\u0301", "漢字 and 漢字かな", "a\u0000b\u00A0c\td\r\n e", "[CLS] pump [MASK]pump", "unhappily unhot xyzzy 123", "", "  ", "e\u0301\u0300", "İstanbul ΣΑΣ \u1E9E",
        new string('h', 101), "pump\U0001F600pump",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WordPieceIsThatOfTokenizerJson(bool isCased)
    {
        string[] tokens =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", isCased ? "The" : "these", "pump", "##s", "hot", "##ter", "un", "##touched", "naive", "cafe", "##e", "漢", "字", ",", "(", ")", "!", "a", "b", "c", "d", "e",
            "and", "is", "1", "##2", "##3", "\u2581", "##\u2581", "h", "##h",
        ];
        var original = TokenizerJson.Read(Encoding.UTF8.GetBytes(WordPiece(tokens, isCased)), "tokenizer.json");
        var read = Written(Metadata(original));
        Assert.Equal((SubwordKind.WordPiece, "WordPiece"), (read.Pipeline!.Kind, read.KindName));
        Assert.Equal(tokens, read.Tokens);
        Assert.Equal([2], read.Prefix);
        Assert.Equal([3], read.Suffix);
        Assert.Equal(1, read.UnknownTokenId);
        AssertSame(original, read, Texts);
        // An accent that stands alone is taken away where text is lowercased, and there only.
        Assert.Equal(isCased, Tokenizer.Create(read).Encode("cafe\u0301", addSpecialTokens: false) is [1]);
        // Older files name the two tokens otherwise, or leave them to their names.
        foreach (var (remove, add, value) in new[] { ("cls", "bos", 2u), ("seperator", "unknown", 1u) })
        {
            var older = Written(Metadata(original), (Key(remove), null), (Key(add), value));
            Assert.Equal([2, 3], older.Prefix.Concat(older.Suffix));
        }
        var bare = Written(Metadata(original), ("tokenizer.ggml.add_bos_token", false), ("tokenizer.ggml.add_sep_token", false));
        Assert.Empty(bare.Prefix.Concat(bare.Suffix));

        static string Key(string name) => $"tokenizer.ggml.{name}_token_id";
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void UnigramIsThatOfTokenizerJson(bool removesExtraWhitespaces, bool hasBytes)
    {
        var pieces = new (string Text, double Score)[]
        {
            ("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("\u2581", -2), ("\u2581the", -3), ("\u2581pump", -4), ("s", -2.5), ("\u2581hot", -4.25), ("ter", -5), ("t", -3.5), ("e", -3), ("r", -3.25), ("h", -3.75), ("o", -4), ("p", -4.5), ("u", -5), ("m", -5.5),
            ("<extra_id_0>", 0),
        };
        if (hasBytes)
            pieces = [.. pieces, .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0.0))];
        var original = TokenizerJson.Read(Encoding.UTF8.GetBytes(Unigram(pieces, removesExtraWhitespaces, hasBytes)), "tokenizer.json");
        var read = Written(GgufEdit.With(Metadata(original), "tokenizer.ggml.remove_extra_whitespaces", removesExtraWhitespaces));
        Assert.Equal((SubwordKind.Unigram, hasBytes), (read.Pipeline!.Kind, read.Pipeline.Options.ByteFallback));
        Assert.Empty(read.Prefix);
        Assert.Equal([1], read.Suffix);
        string[] texts = ["the pumps", "the hotter pump", "pump<extra_id_0>the pump", "pump xyz the", removesExtraWhitespaces ? "  the   pump  hot " : "the  pump", "", "漢pump"];
        AssertSame(original, read, texts);
        Assert.Equal([5, 6, 2], Tokenizer.Create(Written(Metadata(original), ("tokenizer.ggml.token_type", Types(original, hasBytes: false)))).Encode("pumps漢", addSpecialTokens: false));
        Assert.Contains("treat_whitespace_as_suffix: found true; expected false", Assert.Throws<InputException>(() => Written(Metadata(original), ("tokenizer.ggml.treat_whitespace_as_suffix", true))).Message, StringComparison.Ordinal);
        Assert.Contains("scores: found 0 scores", Assert.Throws<InputException>(() => Written(Metadata(original), ("tokenizer.ggml.scores", null))).Message, StringComparison.Ordinal);
        Assert.Contains("precompiled_charsmap: found", Assert.Throws<InputException>(() => Written(Metadata(original), ("tokenizer.ggml.precompiled_charsmap", "map"))).Message, StringComparison.Ordinal);
        var broken = Written(Metadata(original).Add("tokenizer.ggml.precompiled_charsmap", (byte[])[8, 0, 0, 0, 1]));
        Assert.Contains("a character map whose trie", Assert.Throws<InputException>(() => Tokenizer.Create(broken, "m.gguf")).Message, StringComparison.Ordinal);
    }

    /// <summary>Ids by Hugging Face's library of tokenizers whose parts are BERT's.</summary>
    [Theory]
    [InlineData("wordpiece-bert-ttnt")]
    [InlineData("wordpiece-bert-ttnf")]
    public void AWordPieceVocabularyGivesTheIdsOfItsLibrary(string name)
    {
        var path = Path.Combine(Golden, "made", name);
        Assert.SkipUnless(Directory.Exists(path), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var read = Written(Metadata(TokenizerJson.Read(Path.Combine(path, "tokenizer.json"))));
        Assert.True(Compare(read, path, special: true) >= 40);
    }

    /// <summary>Ids by sentencepiece, with its map of characters.</summary>
    [Fact]
    public void AUnigramVocabularyGivesTheIdsOfSentencePiece()
    {
        var path = Path.Combine(Golden, "made-sp", "unigram-nmt-nfkc");
        Assert.SkipUnless(Directory.Exists(path), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var original = TokenizerFiles.Read(path)!;
        var normalizer = JsonNode.Parse(original.Pipeline!.Normalizer!)!;
        var metadata = Metadata(original)
            .Add("tokenizer.ggml.precompiled_charsmap", Convert.FromBase64String(normalizer["precompiled_charsmap"]!.GetValue<string>()))
            .Add("tokenizer.ggml.add_space_prefix", normalizer["add_dummy_prefix"]!.GetValue<bool>());
        var read = Written(metadata.Add("tokenizer.ggml.remove_extra_whitespaces", normalizer["remove_extra_whitespaces"]!.GetValue<bool>()));
        // Its sums are float32; those of Hugging Face's library, and of llama.cpp, float64.
        var single = read with { Pipeline = read.Pipeline! with { Options = read.Pipeline.Options with { SumsAreSingle = true } } };
        Assert.True(Compare(single, path, special: false) >= 120);
    }

    /// <summary>
    /// Ids by Hugging Face's library of a tokenizer whose parts are T5's. The library splits at all white space, SentencePiece only at what its map of characters makes a blank; and what the
    /// map has for two characters together (here 日本) the library takes only where they are one grapheme. Texts with either are theirs to differ in.
    /// </summary>
    [Fact]
    public void AUnigramVocabularyGivesTheIdsOfItsLibrary()
    {
        var path = Path.Combine(Golden, "made", "unigram-t5");
        Assert.SkipUnless(Directory.Exists(path), "no reference tokenizers beside the repository (shared/data/golden-tokenizers)");
        var original = TokenizerJson.Read(Path.Combine(path, "tokenizer.json"));
        var map = JsonNode.Parse(original.Pipeline!.Normalizer!)!["precompiled_charsmap"]!.GetValue<string>();
        var read = Written(Metadata(original).Add("tokenizer.ggml.remove_extra_whitespaces", true).Add("tokenizer.ggml.precompiled_charsmap", Convert.FromBase64String(map)));
        Assert.True(Compare(read, path, special: true, text => !text.Contains('\u2581') && !text.Contains("日本", StringComparison.Ordinal) && !text.Any(c => char.IsWhiteSpace(c) && c is not (' ' or '\n' or '\t'))) >= 30);
    }

    /// <summary>The tokenizer of a real encoder, from which GGUF files are made.</summary>
    [Fact]
    public void ARealEncodersVocabularyGivesTheSameIds()
    {
        var original = TokenizerJson.Read(RepositoryPaths.DataPath("all-minilm-l6-v2/tokenizer.json"));
        var texts = File.ReadLines(RepositoryPaths.DataPath("text/wiki.test.raw")).Where(line => line.Length > 0).Take(300).Concat(Texts);
        AssertSame(original, Written(Metadata(original)), texts);
    }

    /// <summary>A file with a damaged vocabulary of either kind is read, and then tokenizes, or is refused.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DamagedVocabulariesAreReadOrRefused(bool isWordPiece)
    {
        var original = TokenizerJson.Read(
            Encoding.UTF8.GetBytes((isWordPiece ? WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "##s", "pump"], false) : Unigram([("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("\u2581the", -3), ("s", -2)], true, false))), "tokenizer.json");
        var metadata = Metadata(original);
        if (!isWordPiece)
            metadata.Add("tokenizer.ggml.precompiled_charsmap", (byte[])[4, 0, 0, 0, 0, 0, 0, 0, 0]);
        var path = Write(metadata);
        var cases = Mutations.Run(File.ReadAllBytes(path), seed: 6, count: 500, damaged =>
        {
            File.WriteAllBytes(path, damaged);
            if (GgufCheckpoint.ReadTokenizer(path) is not { } model)
                return;
            var tokenizer = Tokenizer.Create(model, path);
            tokenizer.Decode(tokenizer.Encode("The pumps 漢字 [CLS] \n"));
        });
        Assert.True(cases.Read > 30 && cases.Refused > 100, $"{cases}");
    }

    private static void AssertSame(TokenizerModel original, TokenizerModel read, IEnumerable<string> texts)
    {
        var (expected, actual) = (Tokenizer.Create(original), Tokenizer.Create(read));
        // As a .temoto file carries it.
        var carried = Tokenizer.Create(TokenizerDocument.Read(Encoding.UTF8.GetBytes(TokenizerDocument.Write(read)), "m.temoto"));
        foreach (var text in texts)
        {
            var ids = expected.Encode(text);
            Assert.Equal((text, Shown(ids)), (text, Shown(actual.Encode(text))));
            Assert.Equal((text, Shown(ids)), (text, Shown(carried.Encode(text))));
            if (ids.All(id => id != original.UnknownTokenId))
                Assert.Equal(expected.Decode(ids, skipSpecialTokens: true), actual.Decode(ids, skipSpecialTokens: true));
        }
    }

    private int Compare(TokenizerModel model, string path, bool special, Func<string, bool>? counts = null)
    {
        var tokenizer = Tokenizer.Create(model);
        var (count, differences) = (0, 0);
        foreach (var line in File.ReadLines(Path.Combine(path, "cases.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            var text = row.RootElement.GetProperty("text").GetString()!;
            if (counts?.Invoke(text) == false)
                continue;
            var expected = string.Join(' ', row.RootElement.GetProperty(special ? "ids_special" : "ids").EnumerateArray().Select(id => id.GetInt32()));
            var actual = Shown(tokenizer.Encode(text, addSpecialTokens: special, parseSpecial: special));
            count++;
            if (expected == actual)
                continue;
            differences++;
            output.WriteLine($"{JsonSerializer.Serialize(text)}: expected {expected}, got {actual}");
        }
        Assert.True(differences == 0, $"{differences} differences in {count} rows, see the output");
        return count;
    }

    private static string Shown(int[] ids) => string.Join(' ', ids);

    private static string WordPiece(string[] tokens, bool isCased) =>
        $$"""
        {
          "added_tokens": [{{string.Join(',', tokens.Where(token => token[0] == '[').Select(token => Added(Array.IndexOf(tokens, token), token, special: true)))}}],
          "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": {{(isCased ? "false" : "true")}}},
          "pre_tokenizer": {"type": "BertPreTokenizer"},
          "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", {{Array.IndexOf(tokens, "[SEP]")}}], "cls": ["[CLS]", {{Array.IndexOf(tokens, "[CLS]")}}]},
          "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
          "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {{JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary())}}}
        }
        """;

    private static string Unigram((string Text, double Score)[] pieces, bool removesExtraWhitespaces, bool hasBytes)
    {
        const string metaspace = """{"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true}""";
        var added = pieces.Select((piece, id) => (piece.Text, Id: id)).Where(piece => piece.Text[0] == '<' && !piece.Text.StartsWith("<0x", StringComparison.Ordinal));
        var splits = removesExtraWhitespaces ? """{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, META]}""".Replace("META", metaspace, StringComparison.Ordinal) : metaspace;
        var decoder = hasBytes ? """{"type": "Sequence", "decoders": [{"type": "ByteFallback"}, META]}""".Replace("META", metaspace, StringComparison.Ordinal) : metaspace;
        return $$$"""
            {
              "added_tokens": [{{{string.Join(',', added.Select(piece => Added(piece.Id, piece.Text, special: !piece.Text.StartsWith("<extra", StringComparison.Ordinal))))}}}],
              "normalizer": null,
              "pre_tokenizer": {{{splits}}},
              "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}], "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"] } } },
              "decoder": {{{decoder}}},
              "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": {{{(hasBytes ? "true" : "false")}}}, "vocab": [{{{string.Join(',', pieces.Select(piece => JsonSerializer.Serialize(new object[] { piece.Text, piece.Score })))}}}]}
            }
            """;
    }

    private static string Added(int id, string content, bool special) =>
        $$"""{"id": {{id}}, "content": "{{content}}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": {{(special ? "true" : "false")}}}""";

    private static int[] Types(TokenizerModel model, bool hasBytes = true)
    {
        var added = model.AddedTokens.ToDictionary(token => token.Id, token => token.Special);
        return
        [
            .. model.Tokens.Select((text, id) => (int)(text is null ? PieceType.Unused
                : id == model.UnknownTokenId && model.Pipeline!.Kind == SubwordKind.Unigram ? PieceType.Unknown
                : added.TryGetValue(id, out var special) ? special ? PieceType.Control : PieceType.UserDefined
                : hasBytes && text.StartsWith("<0x", StringComparison.Ordinal) ? PieceType.Byte
                : !hasBytes && text.StartsWith("<0x", StringComparison.Ordinal) ? PieceType.Unused
                : PieceType.Normal)),
        ];
    }

    /// <summary>What the converter of llama.cpp makes of a vocabulary.</summary>
    private static GgufMetadata Metadata(TokenizerModel model)
    {
        var types = Types(model);
        var metadata = new GgufMetadata().Add("general.architecture", "bert").Add("tokenizer.ggml.token_type", types);
        if (model.Pipeline!.Kind == SubwordKind.Unigram)
        {
            return metadata.Add("tokenizer.ggml.model", "t5")
                .Add("tokenizer.ggml.tokens", [.. model.Tokens.Select((text, id) => text ?? $"[PAD{id}]")])
                .Add("tokenizer.ggml.scores", [.. model.Tokens.Select((_, id) => id < model.Pipeline.Scores!.Count ? (float)model.Pipeline.Scores[id] : -1000)]);
        }
        return metadata.Add("tokenizer.ggml.model", "bert")
            .Add("tokenizer.ggml.tokens", [.. model.Tokens.Select((text, id) => text is null ? $"[PAD{id}]" : types[id] == (int)PieceType.Control ? text : text.StartsWith("##", StringComparison.Ordinal) ? text[2..] : "\u2581" + text)])
            .Add("tokenizer.ggml.cls_token_id", (uint)model.Tokens.ToList().IndexOf("[CLS]"))
            .Add("tokenizer.ggml.seperator_token_id", (uint)model.Tokens.ToList().IndexOf("[SEP]"))
            .Add("tokenizer.ggml.unknown_token_id", (uint)model.Tokens.ToList().IndexOf("[UNK]"));
    }

    private TokenizerModel Written(GgufMetadata metadata, params (string Key, object? Value)[] changes)
    {
        foreach (var (key, value) in changes)
            metadata = GgufEdit.With(metadata, key, value);
        return GgufCheckpoint.ReadTokenizer(Write(metadata))!;
    }

    private string Write(GgufMetadata metadata)
    {
        var path = folder.File("v.gguf");
        using var writer = new GgufWriter(path, metadata, [new TensorEntry("x", DType.F32, [1])]);
        writer.Write(new byte[4]);
        writer.Commit();
        return path;
    }
}
