using System.Text;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars;

/// <summary>Small vocabularies of the kinds of tokens that masks treat differently.</summary>
internal static class RandomVocabulary
{
    private static readonly byte[][] Pieces =
    [
        .. "\"\\{}[]():,.+-*/ \n\tabcdexy0123459ABEu\u001f\u007f".Select(value => new[] { (byte)value }),
        // Parts of é, €, 😀, a line separator, surrogates and spellings that are too long.
        .. new byte[] { 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xA8, 0xED, 0xA0, 0xC0, 0xE0, 0xF4, 0x90, 0xFF }.Select(value => new[] { value }),
        .. new[] { "name", "true", "null", "{\"", "\":", "\",\"", "\"}", "\\u", "\\n", "00", "d83d", "\\ude00", "é", "€", "😀", "\u2028", "ab", "abc", "xyz", "((", "))", "10" }.Select(Encoding.UTF8.GetBytes),
    ];

    public static byte[]?[] Tokens(Random random, int count)
    {
        var tokens = new byte[]?[count];
        // Where all are short, strings of a few characters are long enough for any of them.
        var isShort = random.Next(3) == 0;
        for (var id = 0; id < count; id++)
        {
            tokens[id] = random.Next(20) switch
            {
                0 => null,
                1 => [],
                2 when id > 0 => tokens[random.Next(id)],
                3 => [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (byte)random.Next(256))],
                var kind when kind < 10 || isShort => Pieces[random.Next(Pieces.Length)],
                // Long content, now and then.
                10 when random.Next(4) == 0 => Encoding.UTF8.GetBytes(new string('a', random.Next(31, 35))),
                _ => [.. Enumerable.Range(0, random.Next(2, 7)).SelectMany(_ => Pieces[random.Next(Pieces.Length)])],
            };
        }
        return tokens;
    }

    /// <summary>Two tokens, of whatever bytes, are ends.</summary>
    public static TokenVocabulary Make(byte[]?[] tokens) => new(tokens, [tokens.Length - 1, 0]);
}
