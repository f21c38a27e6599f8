using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>
/// SentencePiece's unigram language model (Kudo, arXiv 1804.10959): of all ways to cut a word into tokens the one with the largest sum of scores, by dynamic programming from the left;
/// of equals the one found first. A character that begins no token of its own length is unknown, at the least score less ten; neighbouring unknowns are one.
/// </summary>
internal sealed class UnigramModel : SubwordModel
{
    private const double UnknownPenalty = 10;

    private readonly SubwordOptions options;
    private readonly IReadOnlyList<double> scores;
    private readonly TokenTrie trie;
    private readonly double unknownScore;

    /// <param name="scores">By id.</param>
    public UnigramModel(Vocabulary vocabulary, SubwordOptions options, IReadOnlyList<double> scores)
        : base(vocabulary)
    {
        this.options = options;
        this.scores = scores;
        trie = new TokenTrie(vocabulary, Enumerable.Range(0, vocabulary.Count).Except(options.ReservedTokenIds));
        unknownScore = (scores.Count == 0 ? 0 : scores.Min()) - UnknownPenalty;
    }

    public override void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output)
    {
        // Of each place: the best sum up to it, the token that ends there, and where that begins; -1 while none does.
        var best = scratch.Scores(word.Length + 1);
        var places = scratch.Symbols(2 * (word.Length + 1));
        var tokens = places[..(word.Length + 1)];
        var starts = places[(word.Length + 1)..];
        starts.Fill(-1);
        best[0] = 0;
        for (var at = 0; at < word.Length;)
        {
            CodePoints.At(word, at, out var length);
            var hasSingle = false;
            for (int node = 0, end = at; end < word.Length && trie.Next(ref node, word[end]);)
            {
                end++;
                var id = trie.TokenAt(node);
                if (id < 0 || isBarred?.Invoke(id) == true)
                    continue;
                Offer(best, tokens, starts, at, end, scores[id], id);
                hasSingle |= end == at + length;
            }
            if (!hasSingle)
                Offer(best, tokens, starts, at, at + length, unknownScore, options.UnknownTokenId ?? -1);
            at += length;
        }
        Append(word, tokens, starts, isBarred, output);
    }

    private void Offer(Span<double> best, Span<int> tokens, Span<int> starts, int start, int end, double score, int id)
    {
        var sum = options.SumsAreSingle ? (float)score + (float)best[start] : score + best[start];
        if (starts[end] < 0 || sum > best[end])
            (best[end], tokens[end], starts[end]) = (sum, id, start);
    }

    private void Append(ReadOnlySpan<char> word, Span<int> tokens, Span<int> starts, Func<int, bool>? isBarred, TokenList output)
    {
        // Backwards: each end becomes the next one's start.
        var end = word.Length;
        var following = -1;
        while (end > 0)
        {
            var start = starts[end];
            starts[end] = following;
            (following, end) = (end, start);
        }
        for (var start = 0; following >= 0;)
        {
            end = following;
            following = starts[end];
            if (IsUnknown(tokens[end]))
            {
                while (following >= 0 && IsUnknown(tokens[following]))
                    (end, following) = (following, starts[following]);
                AppendUnknown(word[start..end], isBarred, output);
            }
            else
            {
                output.Add(tokens[end]);
            }
            start = end;
        }
    }

    private bool IsUnknown(int id) => id < 0 || id == options.UnknownTokenId;

    /// <summary>A run of unknown characters may be a token as a whole, or become its bytes.</summary>
    private void AppendUnknown(ReadOnlySpan<char> run, Func<int, bool>? isBarred, TokenList output)
    {
        if (TryGetId(run, isBarred, out var id))
        {
            output.Add(id);
            return;
        }
        if (options.ByteFallback)
        {
            const int shortRun = 64;
            Span<int> ids = run.Length <= shortRun ? stackalloc int[3 * shortRun] : new int[3 * run.Length];
            if (WriteBytes(run, ids) is var count and >= 0)
            {
                output.AddRange(ids[..count]);
                return;
            }
        }
        if (options.UnknownTokenId is { } unknown)
            output.Add(unknown);
    }
}
