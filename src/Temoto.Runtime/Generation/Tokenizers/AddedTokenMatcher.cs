using System.Buffers;
using System.Text;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>Finds added tokens in text: leftmost first, of those the longest.</summary>
internal sealed class AddedTokenMatcher
{
    /// <summary>Bounds the work per character of text; published added tokens stay below 40 characters.</summary>
    public const int LongestToken = 1024;

    private readonly Dictionary<ulong, int> edges = [];
    private readonly List<AddedToken?> tokenAt = [null];
    private readonly SearchValues<char> firstChars;

    /// <param name="tokens">At least one.</param>
    /// <param name="textOf">The text a token is found by: its content, or that after normalization.</param>
    public AddedTokenMatcher(List<AddedToken> tokens, Func<AddedToken, string> textOf)
    {
        var first = new char[tokens.Count];
        edges.EnsureCapacity(tokens.Count);
        tokenAt.EnsureCapacity(tokens.Count);
        for (var i = 0; i < first.Length; i++)
        {
            var text = textOf(tokens[i]);
            first[i] = text[0];
            var node = 0;
            foreach (var character in text)
            {
                if (!edges.TryGetValue(Edge(node, character), out var child))
                {
                    child = tokenAt.Count;
                    tokenAt.Add(null);
                    edges.Add(Edge(node, character), child);
                }
                node = child;
            }
            // Of two tokens with one text the first is found.
            tokenAt[node] ??= tokens[i];
        }
        firstChars = SearchValues.Create(first);
    }

    /// <summary>
    /// The next match at or after <paramref name="from"/>; false where there is none. A match that may not count (a special token where those are
    /// text, or part of a word for <c>single_word</c>) is passed over whole, as Hugging Face's tokenizers do.
    /// </summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, bool parseSpecial, out AddedToken token, out int start, out int end)
    {
        while (from < text.Length)
        {
            var offset = text[from..].IndexOfAny(firstChars);
            if (offset < 0)
                break;
            start = from + offset;
            var found = Longest(text, start, out end);
            if (found is null)
            {
                from = start + 1;
                continue;
            }
            from = end;
            if (found.Special && !parseSpecial)
                continue;
            if (found.SingleWord && !(EndsOutsideWord(text[..start]) && BeginsOutsideWord(text[end..])))
                continue;
            token = found;
            return true;
        }
        token = null!;
        start = end = text.Length;
        return false;
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, int start, out int end)
    {
        AddedToken? longest = null;
        end = start;
        for (int node = 0, at = start; at < text.Length && edges.TryGetValue(Edge(node, text[at]), out node); at++)
        {
            if (tokenAt[node] is not { } token)
                continue;
            longest = token;
            end = at + 1;
        }
        return longest;
    }

    private static ulong Edge(int node, char character) => ((ulong)(uint)node << 16) | character;

    private static bool EndsOutsideWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) != OperationStatus.Done || !CharacterClasses.IsWord(rune);

    private static bool BeginsOutsideWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) != OperationStatus.Done || !CharacterClasses.IsWord(rune);
}
