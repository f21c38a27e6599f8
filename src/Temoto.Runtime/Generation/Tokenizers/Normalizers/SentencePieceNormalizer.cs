using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's own normalizer (normalizer.cc): from place to place the longest match in its map is replaced, user-defined pieces stay as they are; spaces at the ends and behind each
/// other may be taken away, and become visible.
/// </summary>
/// <param name="map">Null where characters stay as they are.</param>
/// <param name="prefixesEveryPiece">Also those behind an added token get the prefix.</param>
internal sealed class SentencePieceNormalizer(PrecompiledMap? map, bool addsDummyPrefix, bool prefixesEveryPiece, bool removesExtraWhitespaces, bool escapesWhitespaces, IReadOnlyList<string> userDefined) : INormalizer
{
    private readonly char space = escapesWhitespaces ? BpeTokenizer.Metaspace : ' ';

    public void Normalize(NormalizedText text)
    {
        var characters = text.Text;
        var at = 0;
        if (removesExtraWhitespaces)
        {
            while (at < characters.Length && Prefix(characters[at..], out var length) is " ")
                at += length;
        }
        var isStart = prefixesEveryPiece || text.OriginLength > 0;
        text.Begin();
        if (at < characters.Length && addsDummyPrefix && isStart)
            text.Append(space);
        var afterSpace = removesExtraWhitespaces;
        while (at < characters.Length)
        {
            ReadOnlySpan<char> piece = Prefix(characters[at..], out var length);
            at += length;
            while (afterSpace && piece is [' ', ..])
                piece = piece[1..];
            foreach (var character in piece)
                text.Append(character == ' ' ? space : character);
            if (!piece.IsEmpty)
                afterSpace = removesExtraWhitespaces && piece[^1] == ' ';
        }
        text.End();
        if (removesExtraWhitespaces)
            text.Keep(0, text.Text.TrimEnd(space).Length);
    }

    /// <summary>What the text begins with, and how many of its characters that takes.</summary>
    private string Prefix(ReadOnlySpan<char> text, out int length)
    {
        var longest = "";
        foreach (var piece in userDefined)
        {
            if (piece.Length > longest.Length && text.StartsWith(piece))
                longest = piece;
        }
        if (longest.Length > 0)
        {
            length = longest.Length;
            return longest;
        }
        if (map is not null && map.TryLongest(text, out length, out var replacement))
            return replacement;
        var point = CodePoints.At(text, 0, out length);
        return char.ConvertFromUtf32(point);
    }
}
