using System.Text;
using System.Text.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using ByteAlphabet = Temoto.Generation.Tokenizers.ByteAlphabet;

namespace Temoto.Tests.Generation.Tokenizers;

public class PipelineTokenizerTests
{
    /// <summary>A tokenizer.json may split at a string as well as at an expression; where the string goes shows in what can merge.</summary>
    [Theory]
    [InlineData("MergedWithPrevious", "aĠ b")]
    [InlineData("MergedWithNext", "a Ġb")]
    [InlineData("Isolated", "a Ġ b")]
    [InlineData("Contiguous", "a Ġ b")]
    [InlineData("Removed", "a b")]
    public void TextIsSplitAtAString(string behavior, string expected)
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.ToChar((byte)value).ToString())];
        var tokenizer = Create(
            [.. bytes, "aĠ", "Ġb"], ["a Ġ", "Ġ b"], """{"type": "ByteLevel"}""",
            $$"""{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"String": " "}, "behavior": "{{behavior}}", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}""");
        var ids = tokenizer.Encode("a b");
        Assert.Equal(expected, string.Join(' ', ids.Select(tokenizer.TokenOf)));
        Assert.Equal(behavior == "Removed" ? "ab" : "a b", tokenizer.Decode(ids));
    }

    /// <summary>Decoders see added tokens too: runs of the sign for a space that are added tokens are spaces.</summary>
    [Fact]
    public void AddedTokensOfSpacesDecodeToSpaces()
    {
        var tokenizer = Create(
            ["<unk>", "x", "y", "\u2581"], [], """{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}""", "null",
            """{"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}""", added: [(4, "\u2581\u2581"), (5, "\u2581\u2581\u2581")]);
        // Added tokens that are not "normalized" are looked for in the text itself.
        int[] ids = [1, 5, 2, 4, 3];
        Assert.Equal(ids, tokenizer.Encode("x\u2581\u2581\u2581y\u2581\u2581 "));
        Assert.Equal("x   y   ", tokenizer.Decode(ids));
        var stream = StreamingDecoder.Create(tokenizer, skipSpecialTokens: true);
        Assert.Equal("x   y   ", string.Concat(ids.Select(id => stream.Push(id).ToString())) + stream.Flush().ToString());
    }

    /// <summary>The cache has room for words of 8 characters of any kind and of 14 of the byte alphabet; longer ones and others are made anew. None is taken for another.</summary>
    [Fact]
    public void RememberedWordsAreNotMistakenForOthers()
    {
        string[] letters = ["a", "b", "\u0100", "\u01FF", "\u0300", "\u4E00", "<unk>"];
        var tokenizer = Create(letters, [], "null", """{"type": "WhitespaceSplit"}""");
        var random = new Random(9);
        var words = Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(6, 17)).Select(_ => letters[random.Next(random.Next(2) == 0 ? 4 : 6)]))).ToList();
        // Their numbers would be the same if the second's first letter were not too large for nine bits.
        words.AddRange(["\u0100aaaaaaaa", "\u0300aaaaaaaa"]);
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var word in words)
                Assert.Equal(word.Select(letter => Array.IndexOf(letters, letter.ToString())), tokenizer.Encode(word));
        }
    }

    /// <summary>Each makes what the other reads, twice as long: forty of them would make a letter a terabyte.</summary>
    [Fact]
    public void NormalizersThatFeedEachOtherEndInOneLine()
    {
        var parts = Enumerable.Range(0, 40).Select(part => part % 2 == 0 ? Replace("a", "bb") : Replace("b", "aa"));
        var tokenizer = Create(["<unk>", "a", "b"], [], "null", "null", $$"""{"type": "Sequence", "normalizers": [{{string.Join(',', parts)}}]}""");
        var error = Assert.Throws<InputException>(() => tokenizer.Encode("a"));
        Assert.StartsWith("text: found a text that the tokenizer makes longer than ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);

        static string Replace(string from, string to) => $$"""{"type": "Replace", "pattern": {"String": "{{from}}"}, "content": "{{to}}"}""";
    }

    /// <summary>JSON has no circles; depth is what it has.</summary>
    [Fact]
    public void NormalizersInNormalizersWithoutEndAreRefused()
    {
        const int depth = 1000;
        var nested = string.Concat(Enumerable.Repeat("""{"type": "Sequence", "normalizers": [""", depth)) + """{"type": "NFC"}""" + string.Concat(Enumerable.Repeat("]}", depth));
        var error = Assert.Throws<InputException>(() => Create(["<unk>"], [], "null", "null", nested));
        Assert.DoesNotContain('\n', error.Message);
    }

    private static Tokenizer Create(string[] tokens, string[] merges, string decoder, string preTokenizer, string normalizer = "null", (int Id, string Text)[]? added = null)
    {
        var addedTokens = (added ?? []).Select(token => $$"""{"id": {{token.Id}}, "content": {{JsonSerializer.Serialize(token.Text)}}, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}""");
        var json = $$"""
            {
              "added_tokens": [{{string.Join(',', addedTokens)}}], "normalizer": {{normalizer}}, "pre_tokenizer": {{preTokenizer}}, "post_processor": null, "decoder": {{decoder}},
              "model": {"type": "BPE", "unk_token": {{(tokens.Contains("<unk>") ? "\"<unk>\"" : "null")}}, "merges": {{JsonSerializer.Serialize(merges)}}, "vocab": {{JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary())}} }
            }
            """;
        var model = TokenizerJson.Read(Encoding.UTF8.GetBytes(json), "tokenizer.json");
        Assert.NotNull(model.Pipeline);
        return Tokenizer.Create(model);
    }
}
