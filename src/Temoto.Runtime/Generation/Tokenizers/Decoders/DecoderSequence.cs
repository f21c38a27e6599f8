namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>One after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<TokenDecoder> decoders) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => decoders.Aggregate(tokens, (texts, decoder) => decoder.Decode(texts));
}
