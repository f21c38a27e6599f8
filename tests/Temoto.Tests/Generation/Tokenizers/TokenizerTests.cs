using Temoto.Formats;
using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class TokenizerTests
{
    private static Tokenizer Load(string directory) => Tokenizer.Create(TokenizerFiles.Read(directory)!, directory);

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

    private static string Show(string text) => string.Concat(text.Take(200).Select(c => c is >= ' ' and < '\u007f' ? c.ToString() : $"\\u{(int)c:x4}"));
}
