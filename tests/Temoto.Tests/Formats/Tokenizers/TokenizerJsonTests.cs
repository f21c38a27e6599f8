using System.Text;
using System.Text.Json.Nodes;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Tests.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Tokenizers;

public class TokenizerJsonTests
{
    private static TokenizerModel Read(JsonObject json) => TokenizerJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), "tokenizer.json");

    private static string Refusal(JsonObject json) => Assert.Throws<InputException>(() => Tokenizer.Create(Read(json), "tokenizer.json")).Message;

    [Fact]
    public void ReadsEveryPartOfALlama3File()
    {
        var json = TinyTokenizers.Llama3();
        var model = Read(json);
        Assert.Equal(TokenizerKind.ByteLevelBpe, model.Kind);
        Assert.Equal(PreTokenizerKind.Llama3, model.PreTokenizer);
        Assert.True(model.IgnoreMerges);
        Assert.False(model.NormalizeNfc);
        Assert.False(model.AddPrefixSpace);
        Assert.Equal(json["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>()), model.Merges!.Select(merge => $"{merge.Left} {merge.Right}"));
        Assert.Equal(["<|begin_of_text|>", "<|eot_id|>", "<tool>"], model.AddedTokens.Select(token => token.Content));
        Assert.Equal([true, true, false], model.AddedTokens.Select(token => token.Special));
        Assert.Equal([model.AddedTokens[0].Id], model.Prefix);
        Assert.Empty(model.Suffix);
        Assert.Equal("<tool>", model.Tokens[^1]);
    }

    [Fact]
    public void ReadsEveryPartOfALlama2File()
    {
        var model = Read(TinyTokenizers.Llama2());
        Assert.Equal(TokenizerKind.SentencePieceBpe, model.Kind);
        Assert.True(model.ByteFallback);
        Assert.True(model.FuseUnknown);
        Assert.True(model.AddPrefixSpace);
        Assert.False(model.PrefixSpaceUnlessPresent);
        Assert.False(model.SplitOnSpaces);
        Assert.Equal(0, model.UnknownTokenId);
        Assert.Equal([1], model.Prefix);
    }

    [Fact]
    public void MetaspaceSplitKeepsMergesInsideWords()
    {
        var json = TinyTokenizers.Metaspace("first", split: true);
        var vocab = json["model"]!["vocab"]!.AsObject();
        vocab.Add("e\u2581t", vocab.Count);
        vocab.Add("e\u2581", vocab.Count);
        json["model"]!["merges"]!.AsArray().Insert(0, "e\u2581 t");
        json["model"]!["merges"]!.AsArray().Insert(0, "e \u2581");
        vocab.Add("\u2581\u2581", vocab.Count);
        json["model"]!["merges"]!.AsArray().Insert(0, "\u2581 \u2581");
        Assert.DoesNotContain("\u2581\u2581", TokensOf(json, "e  t"));
        Assert.DoesNotContain("e\u2581t", TokensOf(json, "e t"));
        json["pre_tokenizer"]!["split"] = false;
        Assert.Contains("e\u2581t", TokensOf(json, "e t"));
        Assert.Contains("\u2581\u2581", TokensOf(json, "e  t"));
    }

    [Fact]
    public void PrefixAndSuffixOfSeveralProcessorsNest()
    {
        var json = TinyTokenizers.Llama3();
        json["post_processor"] = TinyTokenizers.Sequence("processors", json["post_processor"]!["processors"]![1]!.DeepClone(),
            new JsonObject { ["type"] = "RobertaProcessing", ["sep"] = new JsonArray("b", 5), ["cls"] = new JsonArray("a", 4) });
        var model = Read(json);
        Assert.Equal([4, model.AddedTokens[0].Id], model.Prefix);
        Assert.Equal([5], model.Suffix);
    }

    public static TheoryData<string, string, string> Broken => new()
    {
        { "no model", "model", "model: found nothing" },
        { "no vocab", "model/vocab", "model.vocab: found nothing" },
        { "no merges", "model/merges", "model.merges: found nothing" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void MissingPartsAreNamed(string what, string path, string message)
    {
        var json = TinyTokenizers.Llama3();
        var parts = path.Split('/');
        var parent = parts.Length == 1 ? json : json[parts[0]]!.AsObject();
        Assert.True(parent.Remove(parts[^1]), what);
        Assert.Contains(message, Refusal(json), StringComparison.Ordinal);
    }

    [Fact]
    public void WrongPartsAreNamed()
    {
        void Check(string expected, Action<JsonObject> change)
        {
            var json = TinyTokenizers.Llama3();
            change(json);
            Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);
        }

        var count = TinyTokenizers.Llama3()["model"]!["merges"]!.AsArray().Count;
        Check("model.type: found 'Neural'", json => json["model"]!["type"] = "Neural");
        Check("0 scores", json => json["model"]!["type"] = "Unigram");
        Check("model.vocab['!']", json => json["model"]!["vocab"]!["!"] = "zero");
        Check("model.vocab['!']", json => json["model"]!["vocab"]!["!"] = -1);
        Check("model.vocab['!']: found id 2000000", json => json["model"]!["vocab"]!["!"] = 2_000_000);
        Check("which '!' has already", json => json["model"]!["vocab"]!["\""] = 0);
        Check($"merges[{count}]: found 'qqqq', which is not in the vocabulary", json => json["model"]!["merges"]!.AsArray().Add("qqqq a"));
        Check($"model.merges[{count}]: found 'a'", json => json["model"]!["merges"]!.AsArray().Add("a"));
        Check($"model.merges[{count}]: found 'a b c'", json => json["model"]!["merges"]!.AsArray().Add("a b c"));
        Check($"model.merges[{count}]: found something else", json => json["model"]!["merges"]!.AsArray().Add(7));
        Check($"model.merges[{count}]: found something else", json => json["model"]!["merges"]!.AsArray().Add(new JsonArray("a")));
        Check($"model.merges[{count}]: found something else", json => json["model"]!["merges"]!.AsArray().Add(new JsonArray("t", "h", "e")));
        Check("model.byte_fallback", json => json["model"]!["byte_fallback"] = "yes");
        Check("model.dropout", json => json["model"]!["dropout"] = 0.1);
        Check("model.unk_token: found '<none>'", json => json["model"]!["unk_token"] = "<none>");
        Check("added_tokens[0].id", json => json["added_tokens"]![0]!["id"] = "one");
        Check("added_tokens[0].lstrip", json => json["added_tokens"]![0]!["lstrip"] = 1);
        Check("normalizer.type: found 'Uppercase'", json => json["normalizer"] = new JsonObject { ["type"] = "Uppercase" });
        Check("pattern.Regex: found the expression (?i:a, at 5: a '(' without its ')'", json => json["pre_tokenizer"]!["pretokenizers"]![0] = TinyTokenizers.Split("(?i:a"));
        Check("pretokenizers[0].type: found 'Tens'", json => json["pre_tokenizer"]!["pretokenizers"]!.AsArray().Insert(0, new JsonObject { ["type"] = "Tens" }));
        Check("pretokenizers[0].behavior", json => json["pre_tokenizer"]!["pretokenizers"]![0]!["behavior"] = "Sideways");
        Check("decoder.type: found 'Nothing'", json => json["decoder"] = new JsonObject { ["type"] = "Nothing" });
        Check("post_processor: found id 90000", json => json["post_processor"]!["processors"]![1]!["special_tokens"]!["<|begin_of_text|>"]!["ids"]![0] = 90_000);
        Check("special_tokens['<|begin_of_text|>']", json => json["post_processor"]!["processors"]![1]!["special_tokens"] = new JsonObject());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{} x")]
    [InlineData("{\"model\":{},\"model\":{}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"\\ud800\":0},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999999},\"merges\":[]}}")]
    [InlineData("{\"added_tokens\":[{\"id\":0,\"content\":\"\\udc00\"}]}")]
    public void MalformedDocumentsAreBadInput(string text) => Assert.Throws<InputException>(() => TokenizerJson.Read(Encoding.UTF8.GetBytes(text), "tokenizer.json"));

    [Fact]
    public void DeepNestingIsBadInput()
    {
        foreach (var key in new[] { "unknown", "normalizer", "added_tokens" })
            Assert.Throws<InputException>(() => TokenizerJson.Read(Encoding.UTF8.GetBytes($"{{\"{key}\":{new string('[', 100_000)}"), "tokenizer.json"));
    }

    [Fact]
    public void DamagedFilesAreReadOrRefusedInBoundedTime()
    {
        foreach (var json in new[] { TinyTokenizers.Llama3(), TinyTokenizers.Llama2() })
        {
            var cases = Mutations.Run(Encoding.UTF8.GetBytes(json.ToJsonString()), seed: 11, count: 2500, bytes =>
            {
                var tokenizer = Tokenizer.Create(TokenizerJson.Read(bytes, "tokenizer.json"), "tokenizer.json");
                tokenizer.Decode(tokenizer.Encode("The pump <|eot_id|> is 漢字 😀 \n 123"));
            });
            Assert.True(cases.Refused > 500 && cases.Read > 10, $"{cases}");
        }
    }

    /// <summary>Twice the file, 80 bytes for each token (docs/formats.md), and what parsers need; then some 700 bytes for each while the tables that find them are built.</summary>
    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void ManyAddedTokensStayInProportion(int count)
    {
        var text = new StringBuilder("""{"added_tokens":[""");
        for (var i = 0; i < count; i++)
            text.Append(i > 0 ? "," : "").Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"id":{{i + 3}},"content":"<{{i}}>","special":true}""");
        text.Append("""],"pre_tokenizer":{"type":"ByteLevel","use_regex":true},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}""");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        using var folder = new TemporaryFolder();
        var path = folder.Write("tokenizer.json", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var model = TokenizerJson.Read(path);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((count, new AddedToken(count + 2, $"<{count - 1}>", Special: true)), (model.AddedTokens.Count, model.AddedTokens[^1]));
        Assert.InRange(allocated, bytes.Length, (2L * bytes.Length) + (80L * count) + (4 << 20));
        before = GC.GetAllocatedBytesForCurrentThread();
        var tokenizer = Tokenizer.Create(model);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (700L * count) + (4 << 20));
        Assert.Equal([8, 2, count + 2], tokenizer.Encode($"<5>ab<{count - 1}>"));
    }

    private static IEnumerable<string?> TokensOf(JsonObject json, string text)
    {
        var tokenizer = Tokenizer.Create(Read(json));
        return tokenizer.Encode(text).Select(id => tokenizer.TokenOf(id));
    }
}
