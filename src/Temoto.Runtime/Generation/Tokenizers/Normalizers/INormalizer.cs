namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Changes a text before it is cut into words (a tokenizer.json's <c>normalizer</c>).</summary>
internal interface INormalizer
{
    void Normalize(NormalizedText text);
}
