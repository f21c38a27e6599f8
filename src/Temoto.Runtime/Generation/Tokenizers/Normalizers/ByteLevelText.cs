using System.Text;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Writes each byte of the text's UTF-8 as a character of <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelText : INormalizer
{
    public void Normalize(NormalizedText text) => text.EachPoint(static (output, point) =>
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in bytes[..new Rune(point).EncodeToUtf8(bytes)])
            output.Append(ByteAlphabet.ToChar(value));
    });
}
