namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>BPEDecoder: the suffix that ends a word becomes a space, and nothing at the end of the text.</summary>
internal sealed class SuffixDecoder(string suffix) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => suffix.Length == 0
        ? tokens
        : [.. tokens.Select((token, index) => token.Replace(suffix, index == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
