using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>A part of a text: an added token's, or one between tokens, which is not empty and has none.</summary>
/// <param name="Token">Null between tokens.</param>
internal readonly record struct AddedPiece(AddedToken? Token, int Start, int End);

/// <summary>
/// Cuts added tokens out of text as Hugging Face's tokenizers do, surprises included: space that <c>rstrip</c> took may still match a token of white space, so that a part of the text is in
/// two pieces.
/// </summary>
internal sealed class AddedTokenSplitter(AddedTokenMatcher? matcher)
{
    /// <param name="pieces">Gets them in their order, in place of what it has.</param>
    public void Split(ReadOnlySpan<char> text, bool parseSpecial, List<AddedPiece> pieces)
    {
        pieces.Clear();
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
                pieces.Add(new AddedPiece(null, done, start));
            // A token of white space that another one's rstrip has taken may have nothing left.
            if (start < end)
                pieces.Add(new AddedPiece(token, start, end));
            done = end;
        }
        if (done < text.Length)
            pieces.Add(new AddedPiece(null, done, text.Length));
    }

    private static int SpacesBefore(ReadOnlySpan<char> text, int at)
    {
        while (at > 0 && CharacterClasses.IsSpace(text[at - 1]))
            at--;
        return at;
    }
}
