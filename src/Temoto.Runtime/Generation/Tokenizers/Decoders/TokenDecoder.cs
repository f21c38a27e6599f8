namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Turns the texts of tokens into those of words (a tokenizer.json's <c>decoder</c>); what is left at the end is joined.</summary>
internal abstract class TokenDecoder
{
    public abstract List<string> Decode(List<string> tokens);
}
