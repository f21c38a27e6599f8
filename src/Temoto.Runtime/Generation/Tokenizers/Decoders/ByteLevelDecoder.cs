using System.Text;

namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Characters of <see cref="ByteAlphabet"/> become bytes again; a token with any other stays as its UTF-8.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var bytes = new byte[tokens.Sum(token => Encoding.UTF8.GetMaxByteCount(token.Length))];
        var used = 0;
        foreach (var token in tokens)
            used += ByteAlphabet.TryGetBytes(token, bytes.AsSpan(used)) ? token.Length : Encoding.UTF8.GetBytes(token, bytes.AsSpan(used));
        return [Encoding.UTF8.GetString(bytes.AsSpan(0, used))];
    }
}
