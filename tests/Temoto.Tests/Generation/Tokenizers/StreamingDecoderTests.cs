using System.Text;
using System.Text.Json.Nodes;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class StreamingDecoderTests
{
    private static Tokenizer From(JsonObject json) => Tokenizer.Create(TokenizerJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), "tiny"));

    private static string Stream(Tokenizer tokenizer, IEnumerable<int> ids, bool skipSpecial)
    {
        var decoder = StreamingDecoder.Create(tokenizer, skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            var piece = decoder.Push(id).ToString();
            Assert.False(piece.Length > 0 && char.IsHighSurrogate(piece[^1]), "half a surrogate pair came out");
            text.Append(piece);
        }
        return text.Append(decoder.Flush()).ToString();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PiecesTogetherEqualTheWholeForEveryPrefix(bool byteLevel)
    {
        var tokenizer = From(byteLevel ? TinyTokenizers.Llama3() : TinyTokenizers.Llama2());
        var ids = tokenizer.Encode("The 漢字 pump 👩🏽‍🚀 𠀀 é is hot");
        for (var length = 0; length <= ids.Length; length++)
        {
            foreach (var skip in new[] { false, true })
                Assert.Equal(tokenizer.Decode(ids.AsSpan(0, length), skip), Stream(tokenizer, ids.Take(length), skip));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RandomIdsAndBrokenUtf8StreamAsTheWhole(bool byteLevel)
    {
        var tokenizer = (BpeTokenizer)From(byteLevel ? TinyTokenizers.Llama3() : TinyTokenizers.Llama2());
        var random = new Random(5);
        // Mostly single bytes, so that most sequences are broken UTF-8; ids outside the vocabulary too.
        var bytes = Enumerable.Range(0, tokenizer.VocabSize).Where(id => tokenizer.BytesOf(id).Length == 1).ToArray();
        Assert.True(bytes.Length >= 256);
        for (var i = 0; i < 3000; i++)
        {
            var ids = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(5) == 0 ? random.Next(-2, tokenizer.VocabSize + 3) : bytes[random.Next(bytes.Length)]).ToArray();
            Assert.Equal(tokenizer.Decode(ids, skipSpecialTokens: true), Stream(tokenizer, ids, skipSpecial: true));
        }
    }

    [Fact]
    public void BytesOfByteLevelBpeComeOutWithTheLastOfTheirCharacter()
    {
        var tokenizer = From(TinyTokenizers.Llama3());
        var decoder = StreamingDecoder.Create(tokenizer);
        int Byte(int value) => tokenizer.IdOf(ByteAlphabet.ToChar((byte)value).ToString())!.Value;
        Assert.Equal("", decoder.Push(Byte(0xF0)).ToString());
        Assert.Equal("", decoder.Push(Byte(0x9F)).ToString());
        Assert.Equal("", decoder.Push(Byte(0x98)).ToString());
        Assert.Equal("😀", decoder.Push(Byte(0x80)).ToString());
        Assert.Equal("", decoder.Push(Byte(0xE6)).ToString());
        Assert.Equal("\uFFFD", decoder.Flush().ToString());
    }

    /// <summary>SentencePiece's byte tokens are text only if the whole run of them is: it comes out when it has ended.</summary>
    [Fact]
    public void ARunOfByteTokensComesOutWithTheTokenBehindIt()
    {
        var tokenizer = From(TinyTokenizers.Llama2());
        var decoder = StreamingDecoder.Create(tokenizer);
        int Byte(int value) => tokenizer.IdOf($"<0x{value:X2}>")!.Value;
        var a = tokenizer.IdOf("a")!.Value;
        foreach (var value in (int[])[0xF0, 0x9F, 0x98, 0x80])
            Assert.Equal("", decoder.Push(Byte(value)).ToString());
        Assert.Equal("😀a", decoder.Push(a).ToString());
        foreach (var value in (int[])[0x0A, 0xE6])
            Assert.Equal("", decoder.Push(Byte(value)).ToString());
        Assert.Equal("\uFFFD\uFFFD", decoder.Flush().ToString());
    }

    [Fact]
    public void OnlyTheFirstPrefixSpaceIsStripped()
    {
        var tokenizer = From(TinyTokenizers.Llama2());
        var ids = tokenizer.Encode(" pump is");
        Assert.Equal(" pump is", Stream(tokenizer, ids, skipSpecial: true));
        Assert.Equal("pump is", Stream(tokenizer, tokenizer.Encode("pump is"), skipSpecial: true));
        var decoder = StreamingDecoder.Create(tokenizer, before: 0);
        var text = string.Concat(tokenizer.Encode("pump is").Select(id => decoder.Push(id).ToString()));
        Assert.Equal(" pump is", text);
    }
}
