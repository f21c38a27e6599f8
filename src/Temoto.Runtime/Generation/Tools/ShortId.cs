using System.Security.Cryptography;
using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>Ids of calls with nine letters and digits, which templates of Mistral demand.</summary>
internal static class ShortId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int Length = 9;

    public static bool Is(string id) => id.Length == Length && id.All(char.IsAsciiLetterOrDigit);

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The id itself where it is one, else one that stands for it, always the same.</summary>
    public static string Of(string id)
    {
        if (Is(id))
            return id;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(Length, hash, (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Alphabet[bytes[i] % Alphabet.Length];
        });
    }
}
