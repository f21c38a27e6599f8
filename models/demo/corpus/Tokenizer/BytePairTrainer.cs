using System.Text;

namespace Temoto.Demo.Corpus.Tokenizer;

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
    /// What a model this small copies must be the same tokens wherever it stands: no token longer than one byte ends in a capital, so that names such
    /// as KX-17 are one token per character; none joins a sign to a word, a space before Latin letters aside; and none begins or ends inside a
    /// character, unless it is a part of that one only.
    /// </summary>
    private static bool MayMerge(byte[] left, byte[] right) =>
        left.Length + right.Length <= MaxTokenBytes && right[^1] is not (>= (byte)'A' and <= (byte)'Z') && MayJoin(left, right)
        && (IsWhole(left) ? IsWhole(right) : left.Length + right.Length <= Utf8Length(left[0]) && right.All(value => Utf8Length(value) == 0));

    private static bool MayJoin(byte[] left, byte[] right)
    {
        if (!IsWhole(left) || !IsWhole(right) || left.Length > 3)
            return true;
        var sign = Encoding.UTF8.GetString(left);
        return char.IsLetter(sign[^1]) || !char.IsLetter(Encoding.UTF8.GetString(right)[0]) || (sign == " " && char.IsAsciiLetter((char)right[0]));
    }

    /// <summary>Whether the bytes are whole characters.</summary>
    private static bool IsWhole(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Utf8Length(bytes[at]);
            if (length == 0 || at + length > bytes.Length)
                return false;
            at += length;
        }
        return true;
    }

    /// <summary>How many bytes a character has that begins with this one; 0 for bytes that begin none.</summary>
    private static int Utf8Length(byte lead) => lead switch
    {
        < 0x80 => 1,
        >= 0xC2 and < 0xE0 => 2,
        >= 0xE0 and < 0xF0 => 3,
        >= 0xF0 and < 0xF5 => 4,
        _ => 0,
    };
}
