using System.Text;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars;

/// <summary>A vocabulary of all bytes and some tokens of several, for tests of forms.</summary>
internal static class ByteVocabulary
{
    private static readonly string[] Words =
    [
        "\"", "{\"", "\":", "\": ", "\": \"", "\",\"", "\", \"", "\"}", "\"}}", "\"]", "\"],\"", "[]", "{}", "],", "},", "}]", "[{\"", "null", "true", "false", "name", "type", "value", "in", "the", " a", "er",
        "10", "25", "00", "0.", "-1", ".5", "\\n", "\\\"", "\\u", "é", "手元", "https", "://", ".com", "2024", "-0", "T1", "Z", "abc", "foo", "bar", "foo\":", "\n", "  ", " ", ", ", ": ", "()", "al\"", "x\",\"y\":",
    ];

    /// <summary>The end token is the last.</summary>
    public static TokenVocabulary New()
    {
        var tokens = Enumerable.Range(0, 256).Select(value => (byte[]?)[(byte)value]).Concat(Words.Select(word => (byte[]?)Encoding.UTF8.GetBytes(word))).Append(null).ToList();
        return new TokenVocabulary(tokens, [tokens.Count - 1]);
    }

    /// <summary>Cuts a text into tokens at random places.</summary>
    public static List<int> Cut(TokenVocabulary vocabulary, string text, Random random)
    {
        var (bytes, ids) = (Encoding.UTF8.GetBytes(text), new List<int>());
        for (var at = 0; at < bytes.Length;)
        {
            var fitting = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.BytesOf(id) is { Length: > 0 } token && bytes.AsSpan(at).StartsWith(token)).ToArray();
            var id = fitting[random.Next(fitting.Length)];
            ids.Add(id);
            at += vocabulary.BytesOf(id).Length;
        }
        return ids;
    }

    /// <summary>Whether a text passes, token by token: each mask must allow its token.</summary>
    public static bool Passes(Grammar grammar, IReadOnlyList<int> tokens)
    {
        var (matcher, mask) = (grammar.NewMatcher(), new ulong[grammar.Vocabulary.MaskWords]);
        foreach (var token in tokens)
        {
            matcher.ComputeMask(mask);
            var allowed = (mask[token >> 6] >> token & 1) != 0;
            Assert.Equal(allowed, matcher.Accept(token));
            if (!allowed)
                return false;
        }
        return matcher.CanEnd;
    }
}
