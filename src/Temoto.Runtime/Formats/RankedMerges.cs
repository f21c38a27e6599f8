using System.Collections;

namespace Temoto.Formats;

/// <summary>
/// Merges of a BPE vocabulary, best first, as ids: what the tokenizer's merge table is filled from. Reads as a list of token pairs.
/// </summary>
internal sealed class RankedMerges : IReadOnlyList<(string Left, string Right)>
{
    private readonly Vocabulary vocabulary;
    private readonly List<(int Left, int Right, int Merged)> merges;
    private char[] joined = new char[64];

    public RankedMerges(Vocabulary vocabulary, int capacity = 0)
    {
        this.vocabulary = vocabulary;
        merges = new List<(int, int, int)>(capacity);
    }

    public int Count => merges.Count;

    /// <summary>Ids of the merge of this rank: left, right, and what they become.</summary>
    public (int Left, int Right, int Merged) Ids(int rank) => merges[rank];

    public (string Left, string Right) this[int rank] => (vocabulary[merges[rank].Left]!, vocabulary[merges[rank].Right]!);

    /// <summary>Takes a list of texts as it is; a merge of tokens that the vocabulary lacks is bad input.</summary>
    public static RankedMerges From(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, string sourceName)
    {
        if (merges is RankedMerges already && ReferenceEquals(already.vocabulary, vocabulary))
            return already;
        var ranked = new RankedMerges(vocabulary, merges.Count);
        foreach (var (left, right) in merges)
            ranked.Add(left, right, sourceName);
        return ranked;
    }

    /// <summary>Adds the merge of the next rank.</summary>
    public void Add(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string sourceName)
    {
        if (!vocabulary.TryGetId(left, out var leftId))
            throw Unknown(left, sourceName);
        if (!vocabulary.TryGetId(right, out var rightId))
            throw Unknown(right, sourceName);
        var length = left.Length + right.Length;
        if (joined.Length < length)
            joined = new char[length * 2];
        left.CopyTo(joined);
        right.CopyTo(joined.AsSpan(left.Length));
        if (!vocabulary.TryGetId(joined.AsSpan(0, length), out var mergedId))
            throw Unknown(joined.AsSpan(0, length), sourceName);
        merges.Add((leftId, rightId, mergedId));
    }

    public IEnumerator<(string Left, string Right)> GetEnumerator()
    {
        for (var rank = 0; rank < Count; rank++)
            yield return this[rank];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private InputException Unknown(ReadOnlySpan<char> token, string sourceName) =>
        new(sourceName, $"merges[{merges.Count}]", $"'{token}', which is not in the vocabulary", "merges of known tokens into a known token", "vocabulary and merges must come from the same model");
}
