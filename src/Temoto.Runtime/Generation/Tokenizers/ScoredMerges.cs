using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// SentencePiece merges any two neighbours whose concatenation is a token, best score first. As a table: every cut of every token into two tokens, ranked by the score of the whole; equal
/// scores share a rank, so that the leftmost wins.
/// </summary>
internal static class ScoredMerges
{
    /// <summary>Merges are tried at every cut of every token, so a hostile vocabulary of long tokens would be slow to build.</summary>
    private const int LongestToken = 256;

    /// <param name="scores">One for each token, and perhaps more.</param>
    /// <param name="isApart">Tokens that nothing merges into, nor they into anything.</param>
    public static MergeTable Of(Vocabulary vocabulary, IReadOnlyList<float>? scores, Func<int, bool> isApart, string sourceName)
    {
        if (scores is null || scores.Count < vocabulary.Count)
            throw Tokenizer.Bad(sourceName, "scores", $"{scores?.Count ?? 0} scores for {vocabulary.Count} tokens", "a score per token, or merges");
        var ids = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Text(id).Length > 1 && !isApart(id)).ToArray();
        Array.Sort(ids, (a, b) => scores[b].CompareTo(scores[a]) is not 0 and var order ? order : a.CompareTo(b));
        var pairs = new List<(int Left, int Right, int Rank, int Merged)>();
        for (var i = 0; i < ids.Length; i++)
        {
            var token = vocabulary.Text(ids[i]);
            if (token.Length > LongestToken)
                throw Tokenizer.Bad(sourceName, $"token {ids[i]}", $"{token.Length} characters", $"at most {LongestToken}");
            var rank = i > 0 && scores[ids[i]] == scores[ids[i - 1]] && pairs.Count > 0 ? pairs[^1].Rank : i;
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (vocabulary.TryGetId(token[..cut], out var left) && vocabulary.TryGetId(token[cut..], out var right))
                    pairs.Add((left, right, rank, ids[i]));
            }
        }
        var table = new MergeTable(pairs.Count);
        foreach (var (left, right, rank, merged) in pairs)
        {
            if (!table.Contains(left, right))
                table.Set(left, right, rank, merged);
        }
        return table;
    }
}
