namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Merges the tokens of a word: always the neighbouring pair of lowest rank, the leftmost of equals, until none merges.
/// Short words are scanned for the best pair each time; long ones keep a heap, so a word of n tokens costs n log n.
/// </summary>
internal sealed class WordMerger
{
    /// <summary>Up to here a scan beats the heap (both give the same tokens).</summary>
    private const int LongestScanned = 48;

    private const int KeptLength = 1 << 16;

    private int[] previous = [];
    private int[] next = [];
    private int[] ranks = [];
    private ulong[] heap = [];
    private int heapCount;

    /// <summary>Merges in place; returns how many tokens are left.</summary>
    public int Merge(MergeTable merges, Span<int> symbols) =>
        symbols.Length <= LongestScanned ? Scan(merges, symbols) : MergeLong(merges, symbols);

    public void Clear()
    {
        if (next.Length <= KeptLength)
            return;
        previous = [];
        next = [];
        ranks = [];
        heap = [];
    }

    private static int Scan(MergeTable merges, Span<int> symbols)
    {
        Span<int> rank = stackalloc int[LongestScanned];
        Span<int> merged = stackalloc int[LongestScanned];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            rank[i] = merges.RankOf(symbols[i], symbols[i + 1], out merged[i]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                if (rank[i] < rank[best])
                    best = i;
            }
            if (rank[best] == MergeTable.None)
                break;
            symbols[best] = merged[best];
            count--;
            // Close the gap: symbol best + 1 is gone, and so is the pair it began.
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            if (best + 1 < count)
            {
                rank[(best + 2)..count].CopyTo(rank[(best + 1)..]);
                merged[(best + 2)..count].CopyTo(merged[(best + 1)..]);
                rank[best] = merges.RankOf(symbols[best], symbols[best + 1], out merged[best]);
            }
            if (best > 0)
                rank[best - 1] = merges.RankOf(symbols[best - 1], symbols[best], out merged[best - 1]);
        }
        return count;
    }

    private int MergeLong(MergeTable merges, Span<int> symbols)
    {
        var count = symbols.Length;
        if (next.Length < count)
        {
            previous = new int[count];
            next = new int[count];
            ranks = new int[count];
            heap = new ulong[count];
        }
        heapCount = 0;
        for (var i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
            ranks[i] = MergeTable.None;
        }
        for (var i = 0; i + 1 < count; i++)
            Rank(merges, symbols, i);
        while (heapCount > 0)
        {
            var top = Pop();
            var at = (int)(uint)top;
            // An entry is stale once its pair was merged away or ranked anew.
            if (ranks[at] != (int)(top >> 32))
                continue;
            ranks[at] = MergeTable.None;
            var right = next[at];
            merges.RankOf(symbols[at], symbols[right], out symbols[at]);
            next[at] = next[right];
            if (next[at] >= 0)
                previous[next[at]] = at;
            ranks[right] = MergeTable.None;
            Rank(merges, symbols, at);
            if (previous[at] >= 0)
                Rank(merges, symbols, previous[at]);
        }
        var kept = 0;
        for (var i = 0; i >= 0; i = next[i])
            symbols[kept++] = symbols[i];
        return kept;
    }

    /// <summary>Looks up the pair that begins at a symbol and queues it where it merges.</summary>
    private void Rank(MergeTable merges, Span<int> symbols, int at)
    {
        var rank = next[at] < 0 ? MergeTable.None : merges.RankOf(symbols[at], symbols[next[at]], out _);
        // Unchanged: the entry in the heap still stands.
        if (ranks[at] == rank)
            return;
        ranks[at] = rank;
        if (rank != MergeTable.None)
            Push(((ulong)(uint)rank << 32) | (uint)at);
    }

    private void Push(ulong entry)
    {
        if (heapCount == heap.Length)
            Array.Resize(ref heap, heap.Length * 2);
        var at = heapCount++;
        while (at > 0 && heap[(at - 1) / 2] > entry)
        {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = entry;
    }

    private ulong Pop()
    {
        var top = heap[0];
        var last = heap[--heapCount];
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= heapCount)
                break;
            if (child + 1 < heapCount && heap[child + 1] < heap[child])
                child++;
            if (heap[child] >= last)
                break;
            heap[at] = heap[child];
            at = child;
        }
        if (heapCount > 0)
            heap[at] = last;
        return top;
    }
}
