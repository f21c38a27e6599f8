using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class TokenizerTests
{
    internal static Tokenizer Load(string directory) => Tokenizer.Create(TokenizerFiles.Read(directory)!, directory);

    [Theory]
    [InlineData("qwen2.5-0.5b-instruct", "qwen2")]
    [InlineData("gpt2", "gpt2")]
    [InlineData("opt", "opt")]
    public void IdsOfVariedStringsEqualHuggingFace(string name, string family)
    {
        var directory = RepositoryPaths.DataPath(name);
        var tokenizer = Load(directory);
        var texts = VariedText.Strings(seed: 1, count: 1500);
        var expected = TokenizerOracle.Encode(directory, family, texts);
        for (var i = 0; i < texts.Count; i++)
            Assert.True(expected[i].SequenceEqual(tokenizer.Encode(texts[i])), $"{Show(texts[i])}: expected {string.Join(' ', expected[i])}, got {string.Join(' ', tokenizer.Encode(texts[i]))}");
    }

    /// <summary>OPT's own tokenizer_config.json: a GPT-2 tokenizer that begins every text with the end token.</summary>
    [Fact]
    public void OptWithItsConfigEqualsHuggingFace()
    {
        var data = RepositoryPaths.DataPath("opt");
        using var folder = new Temoto.Tests.Formats.TemporaryFolder();
        foreach (var name in new[] { "vocab.json", "merges.txt" })
            File.Copy(Path.Combine(data, name), folder.File(name));
        folder.Write("config.json", """{"model_type": "opt", "prefix": "</s>", "bos_token_id": 2}""");
        string Config(string addBos) => $$"""
            {"add_bos_token": {{addBos}}, "add_prefix_space": false, "bos_token": {"__type": "AddedToken", "content": "</s>", "normalized": true}, "errors": "replace",
             "eos_token": {"__type": "AddedToken", "content": "</s>", "normalized": true}, "pad_token": {"content": "<pad>"}, "unk_token": {"content": "</s>"}, "tokenizer_class": "GPT2Tokenizer"}
            """;
        folder.Write("tokenizer_config.json", Config("true"));
        var tokenizer = Load(folder.Path);
        var texts = VariedText.Strings(seed: 6, count: 200);
        var expected = TokenizerOracle.Encode(data, "opt", texts);
        Assert.Equal(200, expected.Length);
        for (var i = 0; i < texts.Count; i++)
        {
            Assert.Equal(2, expected[i][0]);
            Assert.True(expected[i].SequenceEqual(tokenizer.Encode(texts[i])), $"{Show(texts[i])}: expected {string.Join(' ', expected[i])}, got {string.Join(' ', tokenizer.Encode(texts[i]))}");
        }

        folder.Write("tokenizer_config.json", Config("false"));
        Assert.Equal(expected[^1][1..], Load(folder.Path).Encode(texts[^1]));
    }

    [Fact]
    public void IdsOfWikiTextEqualHuggingFaceLineByLine()
    {
        var directory = RepositoryPaths.DataPath("qwen2.5-0.5b-instruct");
        var file = RepositoryPaths.DataPath("text/wiki.test.raw");
        var tokenizer = Load(directory);
        var expected = TokenizerOracle.EncodeLines(directory, "qwen2", file);
        var lines = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), "[^\n]*\n|[^\n]+$").Select(match => match.Value).ToArray();
        Assert.Equal(expected.Length, lines.Length);
        var count = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var ids = tokenizer.Encode(lines[i]);
            count += ids.Length;
            Assert.True(expected[i].SequenceEqual(ids), $"line {i + 1}: {Show(lines[i])}");
        }
        Assert.Equal(298_938, count);
    }

    [Theory]
    [InlineData("qwen2.5-0.5b-instruct", "qwen2")]
    [InlineData("gpt2", "gpt2")]
    public void DecodedTextEqualsHuggingFace(string name, string family)
    {
        var directory = RepositoryPaths.DataPath(name);
        var tokenizer = Load(directory);
        var random = new Random(2);
        // Whole texts and stretches that begin and end inside characters.
        var ids = VariedText.Strings(seed: 2, count: 400).Select(text => tokenizer.Encode(text)).Where(list => list.Length > 0)
            .SelectMany(list => new[] { list, [.. list.Skip(random.Next(list.Length)).SkipLast(random.Next(3))] }).ToArray();
        foreach (var skip in new[] { false, true })
        {
            var expected = TokenizerOracle.Decode(directory, family, ids, skip);
            for (var i = 0; i < ids.Length; i++)
                Assert.True(expected[i] == tokenizer.Decode(ids[i], skip), $"{string.Join(' ', ids[i])}: expected {Show(expected[i])}, got {Show(tokenizer.Decode(ids[i], skip))}");
        }
    }

    [Theory]
    [InlineData("Llama3")]
    [InlineData("Qwen2")]
    [InlineData("Llama2")]
    [InlineData("Metaspace always")]
    [InlineData("Metaspace first")]
    [InlineData("Metaspace never")]
    public void TinyTokenizersEqualHuggingFace(string kind)
    {
        var json = Tiny(kind);
        var tokenizer = From(json);
        var texts = VariedText.Strings(seed: 4, count: 900).Concat(["the unreachable unreachable <|begin_of_text|>x<tool> y<|eot_id|> 12345", "pump <s> the</s>pump  漢字é", "  the  pump"]).ToArray();
        var expected = TokenizerOracle.Encode(json.ToJsonString(), texts);
        for (var i = 0; i < texts.Length; i++)
            Assert.True(expected[i].SequenceEqual(tokenizer.Encode(texts[i])), $"{Show(texts[i])}: expected {string.Join(' ', expected[i])}, got {string.Join(' ', tokenizer.Encode(texts[i]))}");
        var ids = texts.Select(text => tokenizer.Encode(text)).Where(list => list.Length > 0).ToArray();
        var decoded = TokenizerOracle.Decode(json.ToJsonString(), ids, skipSpecial: true);
        for (var i = 0; i < ids.Length; i++)
            Assert.True(decoded[i] == tokenizer.Decode(ids[i], skipSpecialTokens: true), $"{string.Join(' ', ids[i])}: expected {Show(decoded[i])}, got {Show(tokenizer.Decode(ids[i], true))}");
    }

    [Fact]
    public void MergesAsPairsReadAsMergesAsText()
    {
        var json = TinyTokenizers.Qwen2();
        var before = From(json).Encode("The pump is hotter than 漢字");
        json["model"]!["merges"] = new JsonArray([.. json["model"]!["merges"]!.AsArray().Select(merge => new JsonArray([.. merge!.GetValue<string>().Split(' ').Select(part => (JsonNode)part)]))]);
        Assert.Equal(before, From(json).Encode("The pump is hotter than 漢字"));
    }

    [Fact]
    public void Stories260kEqualsTheAlgorithmWrittenOut()
    {
        var path = RepositoryPaths.DataPath("stories260k/tok512.bin");
        var tokenizer = Tokenizer.Create(LlamaTwoCTokenizer.Read(path, 512), path);
        // The file writes U+2581 as a space, and llama2.c does not look for special tokens in text.
        var texts = VariedText.Strings(seed: 6, count: 400).Where(text => text.Length < 500 && !text.Contains('\u2581', StringComparison.Ordinal))
            .Concat(["Once upon a time", "Once upon a time, there was a little girl named Lily.", " two  spaces ", "One day,\nshe saw a big, red ball"]).ToArray();
        var expected = JsonSerializer.Deserialize<int[][]>(Oracle.Python("sentencepiece_bpe.py", JsonSerializer.Serialize(texts), path))!;
        for (var i = 0; i < texts.Length; i++)
            Assert.True(expected[i].SequenceEqual(tokenizer.Encode(texts[i], parseSpecial: false)), $"{Show(texts[i])}: expected {string.Join(' ', expected[i])}, got {string.Join(' ', tokenizer.Encode(texts[i]))}");
        Assert.Equal("Once upon a time", tokenizer.Decode(tokenizer.Encode("Once upon a time"), skipSpecialTokens: true));
        Assert.Equal("漢字 😀\n", tokenizer.Decode(tokenizer.Encode("漢字 😀\n"), skipSpecialTokens: true));
    }

    [Fact]
    public void LongSFoldsToSInContractionsAsOniguruma()
    {
        // (?i:'s) matches U+017F in Oniguruma 6.9.8, the engine of Hugging Face's tokenizers; the JavaScript oracle folds ASCII only.
        Assert.Equal(["'\u017F", "abc"], Words(PreTokenizerKind.Qwen2, "'\u017Fabc"));
        Assert.Equal(["'", "\u017Fabc"], Words(PreTokenizerKind.Gpt2, "'\u017Fabc"));
    }

    [Fact]
    public void HalfASurrogatePairIsEncodedAsTheReplacementCharacter()
    {
        // Rust strings cannot hold one, so there is no outer truth to compare with.
        foreach (var json in new[] { TinyTokenizers.Qwen2(), TinyTokenizers.Llama2() })
        {
            var tokenizer = From(json);
            Assert.Equal(tokenizer.Encode("a\uFFFDb\uFFFD"), tokenizer.Encode("a\ud800b\udc00"));
        }
    }

    [Fact]
    public void SpecialTokensInUserTextStayTextWhenAskedTo()
    {
        var tokenizer = From(TinyTokenizers.Llama3());
        var eot = tokenizer.IdOf("<|eot_id|>")!.Value;
        var tool = tokenizer.IdOf("<tool>")!.Value;
        Assert.Equal([eot], tokenizer.Encode("<|eot_id|>", addSpecialTokens: false));
        var ids = tokenizer.Encode("the<|eot_id|><tool>pump", addSpecialTokens: false, parseSpecial: false);
        Assert.DoesNotContain(eot, ids);
        Assert.Contains(tool, ids); // Not special: still one token, as Hugging Face's split_special_tokens leaves it.
        Assert.Equal("the<|eot_id|><tool>pump", tokenizer.Decode(ids));
        Assert.Equal("the<tool>pump", tokenizer.Decode(tokenizer.Encode("the<|eot_id|><tool>pump"), skipSpecialTokens: true));
    }

    [Theory]
    [InlineData("Llama3", "stop")]
    [InlineData("Llama3", "s")]
    [InlineData("Llama2", "s")]
    public void PlainTextNeverBecomesASpecialToken(string kind, string word)
    {
        var json = Tiny(kind);
        var added = json["added_tokens"]!.AsArray();
        var id = json["model"]!["vocab"]![word]?.GetValue<int>() ?? added[^1]!["id"]!.GetValue<int>() + 1;
        added.Add(TinyTokenizers.Added(id, word));
        var tokenizer = From(json);
        Assert.Contains(id, tokenizer.Encode(word));
        Assert.DoesNotContain(id, tokenizer.Encode(word, parseSpecial: false));
    }

    [Fact]
    public void AddedTokenFlagsTakeSpacesAndRespectWords()
    {
        var json = TinyTokenizers.Qwen2();
        var added = json["added_tokens"]!.AsArray();
        var first = added.Count + added[0]!["id"]!.GetValue<int>();
        JsonObject With(int id, string content, string flag)
        {
            var token = TinyTokenizers.Added(id, content, special: false);
            token[flag] = true;
            return token;
        }
        added.Add(With(first, "[L]", "lstrip"));
        added.Add(With(first + 1, "[R]", "rstrip"));
        added.Add(With(first + 2, "word", "single_word"));
        added.Add(With(first + 3, "caf\u0065\u0301!", "normalized"));
        added.Add(TinyTokenizers.Added(first + 4, "[L][R]", special: false));
        var tokenizer = From(json);
        string Tokens(string text) => string.Join('|', tokenizer.Encode(text).Select(id => tokenizer.TokenOf(id)));

        Assert.Equal("x|[L]|Ġ|x", Tokens("x \u3000\n[L] x"));
        Assert.Equal("x|Ġ|[R]|x", Tokens("x [R] \t\nx"));
        Assert.Equal("word|Ġ|word|!", Tokens("word word!"));
        Assert.DoesNotContain(first + 2, tokenizer.Encode("sword words 1word word_ \u0301word"));
        Assert.Contains(first + 3, tokenizer.Encode("a caf\u00e9! b"));
        Assert.Contains(first + 3, tokenizer.Encode("a cafe\u0301! b"));
        Assert.Equal("[L][R]", Tokens("[L][R]"));
    }

    [Fact]
    public void UnknownTextFollowsTheModel()
    {
        var json = TinyTokenizers.Llama2();
        json["model"]!["byte_fallback"] = false;
        Assert.Equal([1, 0], From(json).Encode("𠀀𠀁é").Where(id => id < 3).ToArray());
        json["model"]!["fuse_unk"] = false;
        Assert.Equal([1, 0, 0, 0], From(json).Encode("𠀀𠀁é").Where(id => id < 3).ToArray());
        json["model"]!["unk_token"] = null;
        Assert.Equal([1], From(json).Encode("𠀀𠀁é").Where(id => id < 3).ToArray());
    }

    [Theory]
    [InlineData("Qwen2")]
    [InlineData("Llama2")]
    public void LongWordsAreNotQuadratic(string kind)
    {
        var tokenizer = From(Tiny(kind));
        var random = new Random(8);
        string[] texts =
        [
            new string('t', 1_000_000), string.Concat(Enumerable.Repeat("the", 333_333)), new string(' ', 1_000_000), new string('\n', 1_000_000) + "x",
            string.Concat(Enumerable.Range(0, 100_000).Select(_ => (char)('a' + random.Next(26)))), string.Concat(Enumerable.Repeat("<|eot_id|", 100_000)), new string('\'', 1_000_000),
        ];
        foreach (var text in texts)
        {
            // A second or less; the square of a million steps takes many minutes.
            int[] ids = [];
            ProcessorTime.AssertBelow(40, Show(text[..10]), () => ids = tokenizer.Encode(text));
            Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Fact]
    public void CachedWordsAreNotMistakenForOthers()
    {
        // More words than the cache has places, alike in their first eight bytes; and runs of NULs, whose bytes are all alike.
        var tokenizer = From(TinyTokenizers.Qwen2());
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $" hotpump{(char)('a' + (i % 26))}{(char)('a' + (i / 26 % 26))}{(char)('a' + (i / 676 % 26))}{(char)('a' + (i / 17576))}"));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        foreach (var length in Enumerable.Range(1, 20).Concat(Enumerable.Range(1, 20)))
            Assert.Equal(length, tokenizer.Encode(new string('\0', length)).Length);
    }

    [Fact]
    public async Task ParallelEncodesGiveTheSameIds()
    {
        var tokenizer = From(TinyTokenizers.Llama3());
        var texts = VariedText.Strings(seed: 10, count: 400);
        var expected = texts.Select(text => tokenizer.Encode(text)).ToArray();
        var fresh = From(TinyTokenizers.Llama3());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < texts.Count; i++)
            {
                var at = (i + (worker * 50)) % texts.Count;
                Assert.Equal(expected[at], fresh.Encode(texts[at]));
            }
        }, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void CountsListsAndLookUps()
    {
        var tokenizer = From(TinyTokenizers.Llama3());
        var ids = new List<int> { 7 };
        tokenizer.Encode("The pump", ids);
        Assert.Equal([7, .. tokenizer.Encode("The pump")], ids);
        Assert.Equal(ids.Count - 1, tokenizer.CountTokens("The pump"));
        Assert.Equal(ids.Count - 2, tokenizer.CountTokens("The pump", addSpecialTokens: false));
        Assert.Equal(tokenizer.VocabSize - 1, tokenizer.IdOf("<tool>"));
        Assert.Equal("<tool>", tokenizer.TokenOf(tokenizer.VocabSize - 1));
        Assert.Null(tokenizer.TokenOf(tokenizer.VocabSize));
        Assert.Null(tokenizer.TokenOf(-1));
        Assert.Null(tokenizer.IdOf("no such token"));
        Assert.Equal("", tokenizer.Decode([tokenizer.VocabSize, -1]));
    }

    [Fact]
    public void EncodingAllocatesNothingPerWord()
    {
        var tokenizer = From(TinyTokenizers.Qwen2());
        var text = string.Concat(Enumerable.Repeat("The other pump is hotter than 1000 and the valve isn't. ", 1000));
        var count = tokenizer.CountTokens(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(count, tokenizer.CountTokens(text));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes for {count} tokens");
    }

    private static Tokenizer From(JsonObject json) => Tokenizer.Create(TokenizerJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), "tiny"), "tiny");

    private static JsonObject Tiny(string kind) => kind switch
    {
        "Llama3" => TinyTokenizers.Llama3(),
        "Qwen2" => TinyTokenizers.Qwen2(),
        "Llama2" => TinyTokenizers.Llama2(),
        // The oracle never splits at U+2581; splitting is tested by hand below.
        _ => TinyTokenizers.Metaspace(kind.Split(' ')[1], split: false),
    };

    private static List<string> Words(PreTokenizerKind kind, string text)
    {
        var words = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = WordSplitter.EndOfWord(kind, text, start);
            words.Add(text[start..end]);
            start = end;
        }
        return words;
    }

    private static string Show(string text) => string.Concat(text.Take(200).Select(c => c is >= ' ' and < '\u007f' ? c.ToString() : $"\\u{(int)c:x4}"));
}
