using System.Numerics;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>Which neighbouring tokens merge, how early, and into what: open addressing over packed pairs of ids.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private struct Entry
    {
        /// <summary>Pair + 1; 0 where the entry is free.</summary>
        public ulong Key;
        public int Rank;
        public int Merged;
    }

    private readonly Entry[] entries;
    private readonly int shift;

    // A random odd factor (multiply-shift hashing): a hostile vocabulary cannot choose pairs that all collide.
    private readonly ulong factor = (ulong)Random.Shared.NextInt64() | 1;

    public MergeTable(int count)
    {
        // At most two thirds full.
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count + (count / 2)));
        entries = new Entry[size];
        shift = 64 - BitOperations.Log2(size);
    }

    /// <summary>The merges of a vocabulary, by rank.</summary>
    public static MergeTable FromRanks(RankedMerges ranked)
    {
        var table = new MergeTable(ranked.Count);
        for (var rank = 0; rank < ranked.Count; rank++)
        {
            var (left, right, merged) = ranked.Ids(rank);
            table.Set(left, right, rank, merged);
        }
        return table;
    }

    /// <summary>Sets a pair's rank; a pair named twice keeps the later rank, as Hugging Face's tokenizers do.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        ref var entry = ref Find(left, right);
        entry = new Entry { Key = Key(left, right), Rank = rank, Merged = merged };
    }

    /// <summary>The pair's rank, lower merges first, or <see cref="None"/>.</summary>
    public int RankOf(int left, int right, out int merged)
    {
        ref var entry = ref Find(left, right);
        merged = entry.Merged;
        return entry.Key == 0 ? None : entry.Rank;
    }

    public bool Contains(int left, int right) => Find(left, right).Key != 0;

    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private ref Entry Find(int left, int right)
    {
        var key = Key(left, right);
        var table = entries;
        var at = (int)((key * factor) >> shift);
        while (table[at].Key != key && table[at].Key != 0)
            at = (at + 1) & (table.Length - 1);
        return ref table[at];
    }
}
