namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Takes up to so many of a character from the start and the end of each text.</summary>
internal sealed class StripDecoder(string character, int start, int stop) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string text)
    {
        var (first, last) = (0, text.Length);
        for (var i = 0; i < start && string.CompareOrdinal(text, first, character, 0, character.Length) == 0 && first < last; i++)
            first += character.Length;
        for (var i = 0; i < stop && last - character.Length >= first && string.CompareOrdinal(text, last - character.Length, character, 0, character.Length) == 0; i++)
            last -= character.Length;
        return text[first..last];
    }
}
