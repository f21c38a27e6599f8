using System.Text;

namespace Temoto.Demo.Corpus;

/// <summary>Learns byte-pair merges: the most frequent neighbouring pair becomes a token, again and again.</summary>
internal static class BytePairTrainer
{
    /// <summary>About four Japanese characters: longer tokens would swallow whole phrases and with them the parts that a new phrasing shares.</summary>
    private const int MaxTokenBytes = 12;

    private sealed class Piece(int[] ids, long count)
    {
        public int[] Ids = ids;
        public readonly long Count = count;
    }

    /// <summary>Trains on texts until the vocabulary with its special tokens has <paramref name="vocabularySize"/> tokens, or no pair occurs twice.</summary>
    public static BytePairVocabulary Train(IEnumerable<string> texts, int vocabularySize)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var piece in PreTokenizer.Split(text))
                counts[piece] = counts.GetValueOrDefault(piece) + 1;
        }
        var pieces = counts.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new Piece([.. Encoding.UTF8.GetBytes(entry.Key).Select(value => BytePairVocabulary.ByteIds[value])], entry.Value)).ToArray();
        var bytes = BytePairVocabulary.FromMerges([]).Bytes.ToList();
        var merges = new List<(int Left, int Right)>();
        while (bytes.Count + SpecialTokens.All.Length < vocabularySize)
        {
            var best = MostFrequentPair(pieces, bytes);
            if (best is not { } pair)
                break;
            merges.Add(pair);
            var merged = bytes.Count;
            bytes.Add([.. bytes[pair.Left], .. bytes[pair.Right]]);
            foreach (var piece in pieces)
                piece.Ids = Merge(piece.Ids, pair, merged);
        }
        return BytePairVocabulary.FromMerges(merges);
    }

    /// <summary>Every occurrence of the pair, left to right, becomes one id; the same array where there is none.</summary>
    public static int[] Merge(int[] ids, (int Left, int Right) pair, int merged)
    {
        var found = false;
        for (var index = 0; index + 1 < ids.Length && !found; index++)
            found = ids[index] == pair.Left && ids[index + 1] == pair.Right;
        if (!found)
            return ids;
        var result = new List<int>(ids.Length);
        for (var index = 0; index < ids.Length; index++)
        {
            if (index + 1 < ids.Length && ids[index] == pair.Left && ids[index + 1] == pair.Right)
            {
                result.Add(merged);
                index++;
            }
            else
            {
                result.Add(ids[index]);
            }
        }
        return [.. result];
    }

    private static (int Left, int Right)? MostFrequentPair(Piece[] pieces, List<byte[]> bytes)
    {
        var counts = new Dictionary<(int Left, int Right), long>();
        foreach (var piece in pieces)
        {
            for (var index = 0; index + 1 < piece.Ids.Length; index++)
            {
                var pair = (piece.Ids[index], piece.Ids[index + 1]);
                counts[pair] = counts.GetValueOrDefault(pair) + piece.Count;
            }
        }
        (int Left, int Right)? best = null;
        var bestCount = 1L;
        foreach (var (pair, count) in counts)
        {
            // Equal counts: the smaller ids win, so that the result does not depend on the dictionary's order.
            if ((count > bestCount || (count == bestCount && best is { } held && pair.CompareTo(held) < 0)) && MayMerge(bytes[pair.Left], bytes[pair.Right]))
                (best, bestCount) = (pair, count);
        }
        return best;
    }

    /// <summary>
    /// No token longer than one byte ends in a capital: names such as KX-17 stay one token per character wherever they stand,
    /// so that a model this small can copy a name it has never seen.
    /// </summary>
    private static bool MayMerge(byte[] left, byte[] right) =>
        left.Length + right.Length <= MaxTokenBytes && right[^1] is not (>= (byte)'A' and <= (byte)'Z');
}
