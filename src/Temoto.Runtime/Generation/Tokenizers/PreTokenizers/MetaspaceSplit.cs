namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>Where a piece gets a space of its own.</summary>
internal enum PrependScheme
{
    /// <summary>Every piece that does not begin with one.</summary>
    Always,

    /// <summary>The piece that begins the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>SentencePiece's: spaces become visible, and a word begins at each.</summary>
internal sealed class MetaspaceSplit(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly PointPattern spaces = new(point => point == replacement);

    protected override void Split(PieceList list, Piece piece)
    {
        if (list.TextOf(piece).Contains(' '))
        {
            var room = list.Write(piece.Length);
            list.TextOf(piece).Replace(room, ' ', replacement);
            piece = list.Last(piece.Length, piece.OriginLength);
        }
        if (list.TextOf(piece)[0] != replacement && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.OriginLength > 0)))
            piece = ByteLevelSplit.Prefixed(list, piece, replacement);
        if (split)
            PatternSplit.Split(list, piece, spaces, SplitBehavior.MergedWithNext, invert: false);
        else
            list.Add(piece);
    }
}
