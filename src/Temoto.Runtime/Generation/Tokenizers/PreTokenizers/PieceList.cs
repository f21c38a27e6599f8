namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>A piece of text on its way to a word.</summary>
/// <param name="Start">In the list's characters.</param>
/// <param name="OriginLength">Characters at its start that come from the first character of the text that was given.</param>
internal readonly record struct Piece(int Start, int Length, int OriginLength)
{
    /// <summary>A part of it.</summary>
    public Piece Part(int start, int end) => new(Start + start, end - start, Math.Clamp(OriginLength - start, 0, end - start));
}

/// <summary>Pieces of a text while pre-tokenizers cut them, one after the other; those that change text write it behind what is there.</summary>
internal sealed class PieceList
{
    /// <summary>Buffers beyond this length are let go after the text that needed them.</summary>
    private const int KeptLength = 1 << 16;

    private char[] characters = new char[1024];
    private int used;
    private List<Piece> pieces = [];
    private List<Piece> next = [];

    /// <summary>What matching may cost.</summary>
    public Expressions.MatchBudget Budget { get; } = new();

    public int Count => pieces.Count;

    public Piece this[int index] => pieces[index];

    public ReadOnlySpan<char> TextOf(Piece piece) => characters.AsSpan(piece.Start, piece.Length);

    /// <summary>Begins with one piece.</summary>
    public void Set(ReadOnlySpan<char> text, int originLength)
    {
        pieces.Clear();
        used = 0;
        Budget.Begin(text.Length);
        pieces.Add(Write(text, originLength));
    }

    /// <summary>A new text of a piece.</summary>
    public Piece Write(ReadOnlySpan<char> text, int originLength)
    {
        var room = Write(text.Length);
        text.CopyTo(room);
        return new Piece(used - text.Length, text.Length, originLength);
    }

    /// <summary>Room for a new text of a piece, which is the last written.</summary>
    public Span<char> Write(int length)
    {
        TextRoom.Ensure(ref characters, used, length);
        used += length;
        return characters.AsSpan(used - length, length);
    }

    /// <summary>The piece of the last so many characters that were written.</summary>
    public Piece Last(int length, int originLength) => new(used - length, length, originLength);

    /// <summary>Adds a piece to those of the stage under way; empty ones are left out.</summary>
    public void Add(Piece piece)
    {
        if (piece.Length > 0)
            next.Add(piece);
    }

    /// <summary>The pieces that a stage has added are the pieces.</summary>
    public void EndStage()
    {
        (pieces, next) = (next, pieces);
        next.Clear();
    }

    public void Clear()
    {
        if (characters.Length > KeptLength)
            characters = new char[1024];
        if (pieces.Capacity > KeptLength)
            pieces = [];
        if (next.Capacity > KeptLength)
            next = [];
    }
}
