using System.Buffers.Binary;
using System.Text;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Tokenizers;

public class LlamaTwoCTokenizerTests
{
    /// <summary>A file as llama2.c exports it, of the three special tokens, the bytes and a few pieces.</summary>
    private static byte[] Tiny()
    {
        var pieces = new List<(float Score, byte[] Bytes)> { (0, "<unk>"u8.ToArray()), (0, "\n<s>\n"u8.ToArray()), (0, "\n</s>\n"u8.ToArray()) };
        pieces.AddRange(Enumerable.Range(0, 256).Select(value => (0f, Encoding.ASCII.GetBytes($"<0x{value:X2}>"))));
        string[] merged = [" t", "he", " the", "in", " "];
        pieces.AddRange(merged.Concat("thein漢".EnumerateRunes().Select(rune => rune.ToString())).Distinct().Select((piece, i) => ((float)-i, Encoding.UTF8.GetBytes(piece))));
        var file = new MemoryStream();
        void Write(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            file.Write(bytes);
        }

        Write(pieces.Max(piece => piece.Bytes.Length));
        foreach (var (score, bytes) in pieces)
        {
            Write(BitConverter.SingleToInt32Bits(score));
            Write(bytes.Length);
            file.Write(bytes);
        }
        return file.ToArray();
    }

    [Fact]
    public void ReadsTokensScoresAndSpecialTokens()
    {
        var model = LlamaTwoCTokenizer.Read(Tiny(), "tokenizer.bin");
        Assert.Equal(TokenizerKind.SentencePieceBpe, model.Kind);
        Assert.Equal(["<unk>", "<s>", "</s>", "<0x00>"], model.Tokens.Take(4));
        Assert.Equal("\u2581t", model.Tokens[259]);
        Assert.Equal(-1, model.Scores![260]);
        Assert.Equal([1], model.Prefix);
        Assert.Equal([2], model.EosTokenIds);
        var tokenizer = Tokenizer.Create(model);
        Assert.Equal(["<s>", "\u2581the", "\u2581", "漢", "<0xC3>", "<0xA9>"], tokenizer.Encode("the 漢é").Select(id => tokenizer.TokenOf(id)));
        Assert.Equal("the 漢é", tokenizer.Decode(tokenizer.Encode("the 漢é"), skipSpecialTokens: true));
    }

    [Fact]
    public void TheVocabularySizeMustFitTheFile()
    {
        var file = Tiny();
        var count = LlamaTwoCTokenizer.Read(file, "tokenizer.bin").Tokens.Count;
        Assert.Equal(count, LlamaTwoCTokenizer.Read(file, "tokenizer.bin", count).Tokens.Count);
        Assert.Contains($"after {count} tokens", Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read(file, "tokenizer.bin", count + 1)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read(file, "tokenizer.bin", count - 1));
        Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read(file, "tokenizer.bin", int.MaxValue));
    }

    [Fact]
    public void DamageIsNamed()
    {
        string Refusal(int at, int value)
        {
            var file = Tiny();
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
            return Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read(file, "tokenizer.bin")).Message;
        }

        Assert.Contains("max_token_length", Refusal(0, -1), StringComparison.Ordinal);
        Assert.Contains("token 0: found score", Refusal(4, BitConverter.SingleToInt32Bits(float.NaN)), StringComparison.Ordinal);
        Assert.Contains("token 0: found length -5", Refusal(8, -5), StringComparison.Ordinal);
        Assert.Contains("token 0: found length", Refusal(8, int.MaxValue), StringComparison.Ordinal);
        Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read([], "tokenizer.bin"));
        Assert.Throws<InputException>(() => LlamaTwoCTokenizer.Read("tokenizer.bin that is not there"));
    }

    [Fact]
    public void DamagedFilesAreReadOrRefusedInBoundedTime()
    {
        var cases = Mutations.Run(Tiny(), seed: 13, count: 4000, bytes =>
        {
            var tokenizer = Tokenizer.Create(LlamaTwoCTokenizer.Read(bytes, "tokenizer.bin"));
            tokenizer.Decode(tokenizer.Encode("the thein 漢字 é"));
        });
        Assert.True(cases.Refused > 500 && cases.Read > 100, $"{cases}");
    }
}
