namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Visible spaces become plain ones; those of the first token are left out where encoding puts one there.</summary>
internal sealed class MetaspaceDecoder(char replacement, bool dropsFirst) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var visible = replacement.ToString();
        return [.. tokens.Select((token, index) => token.Replace(visible, index == 0 && dropsFirst ? "" : " ", StringComparison.Ordinal))];
    }
}
