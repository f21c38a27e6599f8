using System.Globalization;
using System.Text;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>The bytes that each id decodes to, end to end in one array.</summary>
internal sealed class TokenBytes
{
    private readonly byte[] bytes;
    private readonly int[] starts;

    /// <param name="textOf">What an added token is decoded from.</param>
    public TokenBytes(TokenizerModel model, Vocabulary vocabulary, int count, IReadOnlyDictionary<int, AddedToken> added, Func<AddedToken, string> textOf)
    {
        // A character of the byte alphabet is a byte; few tokens need more.
        var buffer = new byte[vocabulary.Characters + 1024];
        var used = 0;
        starts = new int[count + 1];
        for (var id = 0; id < count; id++)
        {
            var token = added.TryGetValue(id, out var addedToken) ? textOf(addedToken) : id < vocabulary.Count ? vocabulary.Text(id) : default;
            if (buffer.Length - used < token.Length * 3)
                Array.Resize(ref buffer, Math.Max(buffer.Length * 2, used + (token.Length * 3)));
            used += Write(model, token, buffer.AsSpan(used));
            starts[id + 1] = used;
        }
        bytes = buffer;
    }

    public ReadOnlySpan<byte> this[int id] => bytes.AsSpan(starts[id]..starts[id + 1]);

    /// <summary>The byte a SentencePiece byte token <c>&lt;0xNN&gt;</c> stands for.</summary>
    public static bool TryParseByteToken(ReadOnlySpan<char> token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x") && token[5] == '>'
            && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, null, out value);
    }

    private static int Write(TokenizerModel model, ReadOnlySpan<char> token, Span<byte> destination)
    {
        if (model.Kind == TokenizerKind.ByteLevelBpe)
            return ByteAlphabet.TryGetBytes(token, destination) ? token.Length : Encoding.UTF8.GetBytes(token, destination);
        if (model.ByteFallback && TryParseByteToken(token, out var value))
        {
            destination[0] = value;
            return 1;
        }
        if (!token.Contains(BpeTokenizer.Metaspace))
            return Encoding.UTF8.GetBytes(token, destination);
        var spaced = new char[token.Length];
        token.Replace(spaced, BpeTokenizer.Metaspace, ' ');
        return Encoding.UTF8.GetBytes(spaced, destination);
    }
}
