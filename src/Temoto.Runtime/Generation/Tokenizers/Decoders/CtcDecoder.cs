namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Connectionist temporal classification: neighbours that are equal count once, padding is left out, and perhaps the delimiter becomes a space.</summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiterToken, bool cleanUp) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var texts = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
                continue;
            var text = padToken.Length == 0 ? tokens[i] : tokens[i].Replace(padToken, "", StringComparison.Ordinal);
            if (cleanUp)
                text = WordPieceDecoder.CleanUp(text) is var clean && wordDelimiterToken.Length > 0 ? clean.Replace(wordDelimiterToken, " ", StringComparison.Ordinal) : clean;
            if (text.Length > 0)
                texts.Add(text);
        }
        return texts;
    }
}
