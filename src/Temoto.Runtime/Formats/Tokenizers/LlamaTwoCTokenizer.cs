using System.Buffers.Binary;
using System.Text;
using Temoto.Formats.Files;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Reads llama2.c's tokenizer.bin, little-endian: int32 longest token in bytes; then per token float32 score, int32 length, bytes.
/// Token 0 is unknown, 1 begins and 2 ends a text, 3 to 258 are the bytes 0 to 255, pieces follow with plain spaces.
/// </summary>
internal static class LlamaTwoCTokenizer
{
    private const int FirstByteId = 3;
    private const int ByteCount = 256;

    /// <summary>Far above llama2.c's own tokens (7 to 27 bytes).</summary>
    private const int LongestTokenBytes = 1 << 16;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads <paramref name="vocabSize"/> tokens, or to the end of the file where it is null.</summary>
    public static TokenizerModel Read(string path, int? vocabSize = null) =>
        Read(SmallFile.Read(path, "a llama2.c tokenizer", SmallFile.MaxVocabularyBytes), path, vocabSize);

    public static TokenizerModel Read(ReadOnlySpan<byte> file, string sourceName, int? vocabSize = null)
    {
        InputException Bad(string? key, string found, string expected) =>
            new(sourceName, key, found, expected, "check that this is the llama2.c tokenizer of the model");

        if (file.Length < sizeof(int))
            throw Bad(null, $"{file.Length} bytes", "int32 max_token_length and tokens");
        var maxTokenLength = BinaryPrimitives.ReadInt32LittleEndian(file);
        if (maxTokenLength is < 1 or > LongestTokenBytes)
            throw Bad("max_token_length", $"{maxTokenLength}", $"1 to {LongestTokenBytes} bytes");
        var tokens = new List<string?>();
        var scores = new List<float>();
        var at = sizeof(int);
        while (vocabSize is { } size ? tokens.Count < size : at < file.Length)
        {
            var id = tokens.Count;
            if (file.Length - at < 8)
                throw Bad($"token {id}", $"the end of the file after {id} tokens", vocabSize is { } wanted ? $"{wanted} tokens" : "a score and a length");
            var score = BinaryPrimitives.ReadSingleLittleEndian(file[at..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 4)..]);
            at += 8;
            if (!float.IsFinite(score))
                throw Bad($"token {id}", $"score {score}", "a finite score");
            if (length < 0 || length > LongestTokenBytes || length > file.Length - at)
                throw Bad($"token {id}", $"length {length} with {file.Length - at} bytes left", $"at most {LongestTokenBytes} bytes inside the file");
            tokens.Add(Piece(id, file.Slice(at, length)) ?? throw Bad($"token {id}", "bytes that are not UTF-8", "UTF-8 text"));
            scores.Add(score);
            at += length;
        }
        if (at != file.Length)
            throw Bad(null, $"{file.Length - at} bytes after {tokens.Count} tokens", "the end of the file");
        if (tokens.Count < FirstByteId + ByteCount)
            throw Bad(null, $"{tokens.Count} tokens", $"at least {FirstByteId + ByteCount}: three special tokens and the bytes");
        for (var value = 0; value < ByteCount; value++)
        {
            if (tokens[FirstByteId + value] != $"<0x{value:X2}>")
                throw Bad($"token {FirstByteId + value}", $"'{tokens[FirstByteId + value]}'", $"'<0x{value:X2}>'");
        }
        return new TokenizerModel
        {
            Kind = TokenizerKind.SentencePieceBpe,
            Tokens = Vocabulary.From(tokens),
            Scores = scores,
            AddPrefixSpace = true,
            PrefixSpaceFirstOnly = true,
            AddedTokens = [new AddedToken(0, "<unk>", Special: true), new AddedToken(1, "<s>", Special: true), new AddedToken(2, "</s>", Special: true)],
            BosTokenId = 1,
            EosTokenIds = [2],
            UnknownTokenId = 0,
            Prefix = [1],
        };
    }

    /// <summary>The file writes the special tokens with line ends for show, and U+2581 as a plain space.</summary>
    private static string? Piece(int id, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return id switch
            {
                0 => "<unk>",
                1 => "<s>",
                2 => "</s>",
                _ => Utf8.GetString(bytes).Replace(' ', '\u2581'),
            };
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
