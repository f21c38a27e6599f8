using System.Collections;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Merges of a BPE vocabulary, best first, as ids: what the tokenizer's merge table is filled from. Reads as a list of token pairs.
/// </summary>
internal sealed class RankedMerges : IReadOnlyList<(string Left, string Right)>
{
    private readonly Vocabulary vocabulary;
    private readonly int prefixLength;

    /// <summary>Left, right and merged id of each rank in turn.</summary>
    private int[] merges;
    private char[] joined = new char[64];

    /// <param name="prefixLength">Characters that stand before a token that continues a word, and not before its part of what is merged.</param>
    public RankedMerges(Vocabulary vocabulary, int capacity = 0, int prefixLength = 0)
    {
        this.vocabulary = vocabulary;
        this.prefixLength = prefixLength;
        merges = new int[3 * capacity];
    }

    public int Count { get; private set; }

    /// <summary>Ids of the merge of this rank: left, right, and what they become.</summary>
    public (int Left, int Right, int Merged) Ids(int rank) => (merges[3 * rank], merges[3 * rank + 1], merges[3 * rank + 2]);

    public (string Left, string Right) this[int rank] => (vocabulary[merges[3 * rank]]!, vocabulary[merges[3 * rank + 1]]!);

    /// <summary>Takes a list of texts as it is; a merge of tokens that the vocabulary lacks is bad input.</summary>
    public static RankedMerges From(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, string sourceName, int prefixLength = 0)
    {
        if (merges is RankedMerges already && ReferenceEquals(already.vocabulary, vocabulary))
            return already;
        var ranked = new RankedMerges(vocabulary, merges.Count, prefixLength);
        foreach (var (left, right) in merges)
            ranked.Add(left, right, sourceName);
        return ranked;
    }

    /// <summary>Adds the merge of the next rank; false where the vocabulary lacks a side or the whole.</summary>
    public bool TryAdd(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (!vocabulary.TryGetId(left, out var leftId) || !vocabulary.TryGetId(right, out var rightId) || !vocabulary.TryGetId(Join(left, right), out var mergedId))
            return false;
        if (merges.Length == 3 * Count)
            Array.Resize(ref merges, Math.Max(48, merges.Length * 2));
        var place = merges.AsSpan(3 * Count++);
        (place[0], place[1], place[2]) = (leftId, rightId, mergedId);
        return true;
    }

    /// <summary>Adds the merge of the next rank.</summary>
    public void Add(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string sourceName)
    {
        if (!TryAdd(left, right))
            throw Unknown(!vocabulary.TryGetId(left, out _) ? left : !vocabulary.TryGetId(right, out _) ? right : Join(left, right), sourceName);
    }

    public IEnumerator<(string Left, string Right)> GetEnumerator()
    {
        for (var rank = 0; rank < Count; rank++)
            yield return this[rank];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<char> Join(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        right = right[Math.Min(prefixLength, right.Length)..];
        var length = left.Length + right.Length;
        if (joined.Length < length)
            joined = new char[length * 2];
        left.CopyTo(joined);
        right.CopyTo(joined.AsSpan(left.Length));
        return joined.AsSpan(0, length);
    }

    private InputException Unknown(ReadOnlySpan<char> token, string sourceName) =>
        new(sourceName, $"merges[{Count}]", $"'{token}', which is not in the vocabulary", "merges of known tokens into a known token", "vocabulary and merges must come from the same model");
}
