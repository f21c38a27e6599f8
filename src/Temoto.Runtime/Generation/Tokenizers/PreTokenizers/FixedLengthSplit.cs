using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>Pieces of so many code points.</summary>
internal sealed class FixedLengthSplit(int points) : PreTokenizer
{
    protected override void Split(PieceList list, Piece piece)
    {
        var text = list.TextOf(piece);
        var (start, count) = (0, 0);
        for (var at = 0; at < text.Length;)
        {
            if (count++ == points)
            {
                list.Add(piece.Part(start, at));
                (start, count) = (at, 1);
            }
            CodePoints.At(text, at, out var length);
            at += length;
        }
        list.Add(piece.Part(start, text.Length));
    }
}
