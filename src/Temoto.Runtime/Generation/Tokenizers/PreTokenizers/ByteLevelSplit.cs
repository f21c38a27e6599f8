using System.Text;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>GPT-2's: perhaps a space before each piece, its words, and each byte as a character of <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelSplit(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitterPattern Words = new(PreTokenizerKind.Gpt2);

    private Action<PieceList, Piece>? writes;

    public override void Split(PieceList list)
    {
        if (addPrefixSpace)
            EachPiece(list, PrefixSpace);
        if (useRegex)
            EachPiece(list, (pieces, piece) => PatternSplit.Split(pieces, piece, Words, SplitBehavior.Isolated, invert: false));
        EachPiece(list, writes ??= Split);
    }

    /// <summary>Writes a piece in bytes.</summary>
    protected override void Split(PieceList list, Piece piece)
    {
        var text = list.TextOf(piece);
        var (length, originLength) = (0, 0);
        for (var at = 0; at < text.Length;)
        {
            length += Utf8Length(CodePoints.At(text, at, out var units));
            at += units;
            if (at <= piece.OriginLength)
                originLength = length;
        }
        var room = list.Write(length);
        // Room may have moved the characters.
        text = list.TextOf(piece);
        Span<byte> bytes = stackalloc byte[4];
        var written = 0;
        for (var at = 0; at < text.Length;)
        {
            if (char.IsAscii(text[at]))
            {
                room[written++] = ByteAlphabet.ToChar((byte)text[at++]);
                continue;
            }
            var rune = new Rune(CodePoints.At(text, at, out var units));
            at += units;
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                room[written++] = ByteAlphabet.ToChar(value);
        }
        list.Add(list.Last(length, originLength));
    }

    private static void EachPiece(PieceList list, Action<PieceList, Piece> split)
    {
        for (var i = 0; i < list.Count; i++)
            split(list, list[i]);
        list.EndStage();
    }

    private static void PrefixSpace(PieceList list, Piece piece) => list.Add(list.TextOf(piece)[0] == ' ' ? piece : Prefixed(list, piece, ' '));

    /// <summary>A piece with a character before it, which counts as coming from its first.</summary>
    public static Piece Prefixed(PieceList list, Piece piece, char prefix)
    {
        var room = list.Write(piece.Length + 1);
        room[0] = prefix;
        list.TextOf(piece).CopyTo(room[1..]);
        return list.Last(piece.Length + 1, piece.OriginLength == 0 ? 0 : piece.OriginLength + 1);
    }

    private static int Utf8Length(int point) => point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
