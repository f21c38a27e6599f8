using System.Buffers;
using System.Text;

namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>
/// SentencePiece's own (sentencepiece_processor.cc): visible spaces become plain ones, the first piece's is left out, the unknown piece becomes a mark, and of byte pieces whole characters
/// come out, with a U+FFFD for each other byte.
/// </summary>
/// <param name="unknown">The unknown piece; empty where there is none.</param>
/// <param name="stripsFirst">Encoding puts a space before the text, or takes such away.</param>
/// <param name="stripsAll">All that stand before the first text.</param>
internal sealed class SentencePieceDecoder(string unknown, bool stripsFirst, bool stripsAll) : TokenDecoder
{
    private const string UnknownSurface = " \u2047 ";

    private static readonly string Space = BpeTokenizer.Metaspace.ToString();

    public override List<string> Decode(List<string> tokens)
    {
        var texts = new List<string>();
        var bytes = new List<byte>();
        var isStart = true;
        foreach (var token in tokens)
        {
            if (TokenBytes.TryParseByteToken(token, out var value))
            {
                bytes.Add(value);
                continue;
            }
            isStart &= bytes.Count == 0;
            End(bytes, texts);
            if (unknown.Length > 0 && token == unknown)
            {
                texts.Add(UnknownSurface);
                isStart = false;
                continue;
            }
            var piece = token;
            var hadSpace = false;
            if (isStart && stripsFirst && piece.StartsWith(Space, StringComparison.Ordinal))
            {
                piece = piece[Space.Length..];
                hadSpace = !stripsAll;
            }
            texts.Add(piece.Replace(Space, " ", StringComparison.Ordinal));
            isStart &= !hadSpace && piece.Length == 0;
        }
        End(bytes, texts);
        return texts;
    }

    private static void End(List<byte> bytes, List<string> texts)
    {
        ReadOnlySpan<byte> left = bytes.ToArray();
        bytes.Clear();
        while (!left.IsEmpty)
        {
            var isWhole = Rune.DecodeFromUtf8(left, out var rune, out var length) == OperationStatus.Done;
            texts.Add(isWhole ? rune.ToString() : "\uFFFD");
            left = left[(isWhole ? length : 1)..];
        }
    }
}
