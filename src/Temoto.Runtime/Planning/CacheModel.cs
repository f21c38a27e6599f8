using System.Numerics;

namespace Temoto.Planning;

/// <summary>
/// A fully associative cache with least-recently-used replacement: what of a sequence of reads and writes goes beyond the on-chip level. It holds lines; those of a page are used and leave
/// together, so that a long row costs one look-up per page. A line that is written whole or in part is not fetched first; it is written back when it is evicted, and at the end.
/// </summary>
internal sealed class CacheModel
{
    public const int LineBytes = 64;

    /// <summary>Lines of a page at most: a bit each.</summary>
    private const int MostPageLines = 64;

    /// <summary>Pages that fill the cache, at least: fewer would make the order in which lines leave too coarse.</summary>
    private const int LeastPages = 64;

    private static readonly int Kinds = Enum.GetValues<MovedKind>().Length;

    private readonly long capacityLines;
    private readonly int pageLines;
    private readonly Dictionary<long, int> slotOf = [];
    private readonly long[] fetched = new long[Kinds];
    private readonly long[] written = new long[Kinds];
    private Page[] pages = new Page[LeastPages];
    private int used;
    private int free = -1;
    private long heldLines;

    /// <summary>The most recently used slot, whose <see cref="Page.Previous"/> is the least recently used one: the list is a ring.</summary>
    private int newest = -1;

    public CacheModel(long bytes)
    {
        capacityLines = Math.Max(1, bytes / LineBytes);
        pageLines = (int)Math.Min(MostPageLines, BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, capacityLines / LeastPages)));
    }

    /// <summary>What is moved.</summary>
    public enum MovedKind
    {
        Weights,
        Activations,

        /// <summary>Queries, scores and probabilities that attention stores between its operations.</summary>
        Intermediates,
        Kv,
    }

    /// <summary>Bytes of one kind fetched so far.</summary>
    public long Fetched(MovedKind operand) => fetched[(int)operand];

    /// <summary>Bytes of one kind written back so far.</summary>
    public long Written(MovedKind operand) => written[(int)operand];

    /// <summary>Reads or writes <paramref name="bytes"/> from <paramref name="address"/>.</summary>
    public void Touch(long address, long bytes, bool write, MovedKind operand)
    {
        if (bytes <= 0)
            return;
        var first = address / LineBytes;
        var last = (address + bytes - 1) / LineBytes;
        for (var page = first / pageLines; page <= last / pageLines; page++)
        {
            var from = (int)(Math.Max(first, page * pageLines) - page * pageLines);
            var to = (int)(Math.Min(last, (page + 1) * pageLines - 1) - page * pageLines);
            TouchPage(page, ulong.MaxValue >> (63 - to) & ulong.MaxValue << from, write, operand);
        }
    }

    /// <summary>Writes back what is dirty and forgets everything.</summary>
    public void Flush()
    {
        while (newest >= 0)
            Evict(newest);
    }

    private void TouchPage(long number, ulong lines, bool write, MovedKind operand)
    {
        if (!slotOf.TryGetValue(number, out var slot))
        {
            slot = NewSlot();
            pages[slot] = new Page { Number = number };
            slotOf.Add(number, slot);
            LinkNewest(slot);
        }
        else if (slot != newest)
        {
            Unlink(slot);
            LinkNewest(slot);
        }
        ref var page = ref pages[slot];
        var missing = BitOperations.PopCount(lines & ~page.Held);
        page.Held |= lines;
        heldLines += missing;
        if (write)
        {
            // Who wrote a line last is who writes it back.
            page.Dirty(MovedKind.Activations) &= ~lines;
            page.Dirty(MovedKind.Intermediates) &= ~lines;
            page.Dirty(MovedKind.Kv) &= ~lines;
            page.Dirty(operand) |= lines;
        }
        else
        {
            fetched[(int)operand] += missing * (long)LineBytes;
        }
        while (heldLines > capacityLines)
            Evict(pages[newest].Previous);
    }

    private void Evict(int slot)
    {
        ref var page = ref pages[slot];
        foreach (var kind in (ReadOnlySpan<MovedKind>)[MovedKind.Activations, MovedKind.Intermediates, MovedKind.Kv])
            written[(int)kind] += BitOperations.PopCount(page.Dirty(kind)) * (long)LineBytes;
        heldLines -= BitOperations.PopCount(page.Held);
        slotOf.Remove(page.Number);
        Unlink(slot);
        page.Next = free;
        free = slot;
    }

    private int NewSlot()
    {
        if (free >= 0)
        {
            var slot = free;
            free = pages[slot].Next;
            return slot;
        }
        if (used == pages.Length)
            Array.Resize(ref pages, 2 * used);
        return used++;
    }

    private void Unlink(int slot)
    {
        var (next, previous) = (pages[slot].Next, pages[slot].Previous);
        if (next == slot)
        {
            newest = -1;
            return;
        }
        pages[previous].Next = next;
        pages[next].Previous = previous;
        if (newest == slot)
            newest = next;
    }

    private void LinkNewest(int slot)
    {
        if (newest < 0)
        {
            pages[slot].Next = pages[slot].Previous = slot;
        }
        else
        {
            pages[slot].Next = newest;
            pages[slot].Previous = pages[newest].Previous;
            pages[pages[newest].Previous].Next = slot;
            pages[newest].Previous = slot;
        }
        newest = slot;
    }

    private struct Page
    {
        public long Number;

        /// <summary>Slots used just before and just after; of a free slot, the next free one.</summary>
        public int Next, Previous;

        /// <summary>A bit for each line that the cache holds.</summary>
        public ulong Held;

        private ulong activations, intermediates, kv;

        /// <summary>A bit for each line that a kind has written. (Weights are never written.)</summary>
        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public ref ulong Dirty(MovedKind kind)
        {
            switch (kind)
            {
                case MovedKind.Activations:
                    return ref activations;
                case MovedKind.Intermediates:
                    return ref intermediates;
                case MovedKind.Kv:
                    return ref kv;
                default:
                    throw new ArgumentOutOfRangeException(nameof(kind), kind, "never written");
            }
        }
    }
}
