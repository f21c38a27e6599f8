using Temoto.Formats.Tokenizers;
using Temoto.Tests.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Tokenizers;

public class PreTokenizerPatternsTests
{
    public static TheoryData<string, string?> Expressions => new()
    {
        { TinyTokenizers.Qwen2Expression, "Qwen2" },
        { TinyTokenizers.Llama3Expression, "Llama3" },
        { @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", "Gpt2" },
        { @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", "Gpt2" },
        { @"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s+(?!\S)|\s", "Gpt2" },
        { @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+", "Llama3" },
        { @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", null },
        { @"(?:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", null },
        { @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s++(?!\S)|\s+", null },
        { @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s", null },
        { @"\s+", null },
        { "", null },
    };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void KnownExpressionsAndTheirSpellingsAreRecognised(string expression, string? kind) =>
        Assert.Equal(kind, PreTokenizerPatterns.Recognise(expression)?.ToString());

    [Fact]
    public void SpellingsGiveTheSameIds()
    {
        const string spelling = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
        var json = TinyTokenizers.Llama3();
        var texts = VariedText.Strings(seed: 12, count: 400);
        var expected = TokenizerOracle.Encode(json.ToJsonString(), texts);
        json["pre_tokenizer"]!["pretokenizers"]![0] = TinyTokenizers.Split(spelling);
        Assert.Equal(expected, TokenizerOracle.Encode(json.ToJsonString(), texts));
    }
}
