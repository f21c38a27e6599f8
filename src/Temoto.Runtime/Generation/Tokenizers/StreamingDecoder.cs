using System.Text;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Turns ids into text one by one. A character whose bytes lie in several tokens comes out with the last of them; all pieces together are what
/// <see cref="Tokenizer.Decode"/> gives for the whole.
/// </summary>
internal sealed class StreamingDecoder
{
    private readonly Tokenizer tokenizer;
    private readonly bool skipSpecialTokens;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private bool stripSpace;
    private char[] chars = new char[64];

    /// <param name="startOfText">False where the ids continue a text, whose prefix space is not theirs.</param>
    public StreamingDecoder(Tokenizer tokenizer, bool skipSpecialTokens = true, bool startOfText = true)
    {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
        stripSpace = startOfText && tokenizer.StripsPrefixSpace;
    }

    /// <summary>The text that this id completes; valid until the next call.</summary>
    public ReadOnlySpan<char> Push(int id)
    {
        if (skipSpecialTokens && tokenizer.IsSpecial(id))
            return default;
        var bytes = tokenizer.BytesOf(id);
        if (bytes.IsEmpty)
            return default;
        if (stripSpace && bytes[0] == ' ')
            bytes = bytes[1..];
        stripSpace = false;
        return Convert(bytes, flush: false);
    }

    /// <summary>Ends the text: U+FFFD for a character that is not whole, else nothing.</summary>
    public ReadOnlySpan<char> Flush() => Convert(default, flush: true);

    private ReadOnlySpan<char> Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        // Each byte ends at most one character, and up to three may be waiting.
        if (chars.Length < bytes.Length + 4)
            chars = new char[bytes.Length + 4];
        return chars.AsSpan(0, decoder.GetChars(bytes, chars, flush));
    }
}
