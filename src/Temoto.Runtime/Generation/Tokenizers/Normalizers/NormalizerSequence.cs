namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>One after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public void Normalize(NormalizedText text)
    {
        foreach (var normalizer in normalizers)
            normalizer.Normalize(text);
    }
}
