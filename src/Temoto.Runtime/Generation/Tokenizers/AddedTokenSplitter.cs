using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Cuts added tokens out of text as Hugging Face's tokenizers do, surprises included: space that <c>rstrip</c> took may still match a token of white space, so that a part of the text is in
/// two pieces.
/// </summary>
internal sealed class AddedTokenSplitter(AddedTokenMatcher? matcher)
{
    /// <summary>Gets the pieces in their order: a token's, or text between tokens, which is not empty and has no token.</summary>
    public delegate void Piece(AddedToken? token, int start, int end);

    public void Split(ReadOnlySpan<char> text, bool parseSpecial, Piece piece)
    {
        var done = 0;
        var from = 0;
        while (matcher is not null && matcher.TryFind(text, from, parseSpecial, out var token, out var start, out from))
        {
            var end = from;
            if (token.LeftStrip)
                start = Math.Max(SpacesBefore(text, start), done);
            while (token.RightStrip && end < text.Length && CharacterClasses.IsSpace(text[end]))
                end++;
            if (done < start)
                piece(null, done, start);
            // A token of white space that another one's rstrip has taken may have nothing left.
            if (start < end)
                piece(token, start, end);
            done = end;
        }
        if (done < text.Length)
            piece(null, done, text.Length);
    }

    private static int SpacesBefore(ReadOnlySpan<char> text, int at)
    {
        while (at > 0 && CharacterClasses.IsSpace(text[at - 1]))
            at--;
        return at;
    }
}
