namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>All texts become one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}
