using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Takes white space from the ends.</summary>
internal sealed class StripSpaces(bool left, bool right) : INormalizer
{
    public void Normalize(NormalizedText text)
    {
        var characters = text.Text;
        var (start, end) = (0, characters.Length);
        while (left && start < end && CharacterProperties.IsSpace(characters[start]))
            start++;
        while (right && end > start && CharacterProperties.IsSpace(characters[end - 1]))
            end--;
        text.Keep(start, end);
    }
}
