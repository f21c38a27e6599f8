using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>
/// A piece for each run of one script, kana counted as Han as SentencePiece does. Spaces and what has no script belong to the run before; before the first run they are left out, as
/// Hugging Face's tokenizers leave them out.
/// </summary>
internal sealed class ScriptSplit : PreTokenizer
{
    /// <summary>The mark that lengthens a vowel in kana has the script Common.</summary>
    private const int LongVowel = 0x30FC;

    protected override void Split(PieceList list, Piece piece)
    {
        var text = list.TextOf(piece);
        var (start, last) = (-1, Scripts.None);
        for (var at = 0; at < text.Length;)
        {
            var script = ScriptOf(CodePoints.At(text, at, out var length));
            if (script != Scripts.None && script != last)
            {
                if (start >= 0)
                    list.Add(piece.Part(start, at));
                (start, last) = (at, script);
            }
            at += length;
        }
        if (start >= 0)
            list.Add(piece.Part(start, text.Length));
    }

    private static int ScriptOf(int point)
    {
        if (point == LongVowel)
            return Scripts.Han;
        var script = point == ' ' ? Scripts.None : Scripts.Of(point);
        return script == Scripts.Hiragana || script == Scripts.Katakana ? Scripts.Han : script;
    }
}
