using System.Text;

namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>Text to ids: in each piece the earliest learned pair is merged until none is left. Remembers the pieces it has seen.</summary>
internal sealed class BytePairEncoder
{
    private readonly Dictionary<(int Left, int Right), int> ranks = [];
    private readonly IReadOnlyList<(int Left, int Right)> merges;
    private readonly Dictionary<string, int[]> seen = new(StringComparer.Ordinal);
    private readonly int firstSpecialId;

    public BytePairEncoder(BytePairVocabulary vocabulary)
    {
        merges = vocabulary.Merges;
        for (var rank = 0; rank < merges.Count; rank++)
            ranks[merges[rank]] = rank;
        firstSpecialId = vocabulary.Bytes.Count;
    }

    public int SpecialId(string token) => firstSpecialId + Array.IndexOf(SpecialTokens.All, token);

    /// <summary>Plain text; special tokens in it are not recognised.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>();
        foreach (var piece in PreTokenizer.Split(text))
        {
            if (!seen.TryGetValue(piece, out var encoded))
                seen[piece] = encoded = EncodePiece(piece);
            ids.AddRange(encoded);
        }
        return ids;
    }

    private int[] EncodePiece(string piece)
    {
        int[] ids = [.. Encoding.UTF8.GetBytes(piece).Select(value => BytePairVocabulary.ByteIds[value])];
        while (true)
        {
            var best = int.MaxValue;
            for (var index = 0; index + 1 < ids.Length; index++)
            {
                if (ranks.TryGetValue((ids[index], ids[index + 1]), out var rank))
                    best = Math.Min(best, rank);
            }
            if (best == int.MaxValue)
                return ids;
            ids = BytePairTrainer.Merge(ids, merges[best], 256 + best);
        }
    }
}
