namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Puts something before a text that is not empty.</summary>
internal sealed class PrependText(string prefix) : INormalizer
{
    public void Normalize(NormalizedText text) => text.Prepend(prefix);
}
