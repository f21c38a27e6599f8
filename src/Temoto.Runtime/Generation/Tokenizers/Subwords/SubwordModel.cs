using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>Turns a word into tokens (a tokenizer.json's <c>model</c>).</summary>
internal abstract class SubwordModel(Vocabulary vocabulary)
{
    /// <summary>Ids of the byte tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 where there is none.</summary>
    private readonly int[] byteTokens = [.. Enumerable.Range(0, 256).Select(value => vocabulary.TryGetId($"<0x{value:X2}>", out var id) ? id : -1)];

    protected Vocabulary Vocabulary => vocabulary;

    /// <summary>Appends the tokens of a word that is not empty.</summary>
    /// <param name="isBarred">Tokens that plain text must not become; null for none.</param>
    public abstract void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output);

    /// <summary>The id of a token, unless it is barred.</summary>
    protected bool TryGetId(ReadOnlySpan<char> token, Func<int, bool>? isBarred, out int id) => vocabulary.TryGetId(token, out id) && isBarred?.Invoke(id) != true;

    /// <summary>Writes the byte tokens of a text's UTF-8, which has three bytes for each character at most; returns how many, or -1 where one of them is no token.</summary>
    protected int WriteBytes(ReadOnlySpan<char> text, Span<int> ids)
    {
        var count = 0;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (byteTokens[value] < 0)
                    return -1;
                ids[count++] = byteTokens[value];
            }
        }
        return count;
    }
}
