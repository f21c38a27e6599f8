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

    /// <summary>The number of a free slot's page.</summary>
    private const long NoPage = -1;

    private static readonly int Kinds = Enum.GetValues<MovedKind>().Length;

    private readonly long capacityLines;
    private readonly int pageShift;
    private readonly PageTable slotOf = new();
    private readonly long[] fetched = new long[Kinds];
    private readonly long[] written = new long[Kinds];
    private readonly long[] dirtied = new long[Kinds];
    private Page[] pages = new Page[LeastPages];
    private int used;
    private int free = -1;
    private long heldLines;

    /// <summary>The slot that was used just after the newest one when that was used before.</summary>
    private int follower;

    /// <summary>The most recently used slot, whose <see cref="Page.Previous"/> is the least recently used one: the list is a ring.</summary>
    private int newest = -1;

    public CacheModel(long bytes)
    {
        pages[follower].Number = NoPage;
        capacityLines = Math.Max(1, bytes / LineBytes);
        pageShift = BitOperations.Log2((uint)Math.Min(MostPageLines, BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, capacityLines / LeastPages))));
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

    /// <summary>Lines that leave together.</summary>
    public int PageLines => 1 << pageShift;

    /// <summary>Bytes of one kind fetched so far.</summary>
    public long Fetched(MovedKind operand) => fetched[(int)operand];

    /// <summary>Bytes of one kind written back so far.</summary>
    public long Written(MovedKind operand) => written[(int)operand];

    /// <summary>Bytes of one kind written back so far, and those that will be.</summary>
    public long Dirtied(MovedKind operand) => dirtied[(int)operand];

    /// <summary>Reads or writes <paramref name="bytes"/> from <paramref name="address"/>.</summary>
    public void Touch(long address, long bytes, bool write, MovedKind operand) => Touch(address, bytes, 0, 1, write, operand);

    /// <summary>The same at <paramref name="count"/> places one after the other, each <paramref name="strideBytes"/> behind the one before, which they do not overlap.</summary>
    public void Touch(long address, long bytes, long strideBytes, long count, bool write, MovedKind operand)
    {
        if (bytes <= 0)
            return;
        // So close that no line between them is left out.
        if (strideBytes <= Math.Max(bytes, LineBytes))
            (bytes, count) = (bytes + (count - 1) * strideBytes, 1);
        var pages = new PageRuns(address, bytes, strideBytes, count, pageShift);
        if (count * (bytes / LineBytes + 2) > 2 * capacityLines)
        {
            Stream(pages, write, operand);
            return;
        }
        while (pages.Next())
            TouchPage(pages.Page, pages.Lines, write, operand);
    }

    /// <summary>Writes back what is dirty and forgets everything.</summary>
    public void Flush()
    {
        while (newest >= 0)
            Evict(newest);
    }

    /// <summary>
    /// More lines than the cache holds. As soon as it holds nothing but what was touched here, every line that follows is new to it and pushes out another; at the end it holds what was touched
    /// last. What lies between need not be looked up: it goes through.
    /// </summary>
    private void Stream(PageRuns pages, bool write, MovedKind operand)
    {
        long behind = 0;
        for (var all = pages; all.Next();)
            behind += BitOperations.PopCount(all.Lines);
        long before = 0, through = 0;
        while (pages.Next())
        {
            var lines = BitOperations.PopCount(pages.Lines);
            behind -= lines;
            if (before < capacityLines || behind < capacityLines)
            {
                TouchPage(pages.Page, pages.Lines, write, operand);
            }
            else
            {
                if (through == 0)
                    Flush();
                through += lines;
            }
            before += lines;
        }
        (write ? written : fetched)[(int)operand] += through * LineBytes;
        if (write)
            dirtied[(int)operand] += through * LineBytes;
    }

    private void TouchPage(long number, ulong lines, bool write, MovedKind operand)
    {
        // What was used one after the other often is again.
        var slot = follower;
        if (pages[slot].Number != number && (slot = slotOf.Find(number)) < 0)
        {
            slot = NewSlot();
            pages[slot] = new Page { Number = number };
            slotOf.Add(number, slot);
            LinkNewest(slot);
        }
        else if (slot != newest)
        {
            follower = pages[slot].Previous;
            Unlink(slot);
            LinkNewest(slot);
        }
        ref var page = ref pages[slot];
        var missing = BitOperations.PopCount(lines & ~page.Held);
        page.Held |= lines;
        heldLines += missing;
        if (write)
        {
            Forget(page.Activations & lines, MovedKind.Activations);
            Forget(page.Intermediates & lines, MovedKind.Intermediates);
            Forget(page.Kv & lines, MovedKind.Kv);
            page.Write(lines, operand);
            dirtied[(int)operand] += BitOperations.PopCount(lines) * (long)LineBytes;
        }
        else
        {
            fetched[(int)operand] += missing * (long)LineBytes;
        }
        while (heldLines > capacityLines)
            Evict(pages[newest].Previous);
    }

    /// <summary>Lines that will be written back as those of whoever writes them now.</summary>
    private void Forget(ulong lines, MovedKind kind) => dirtied[(int)kind] -= BitOperations.PopCount(lines) * (long)LineBytes;

    private void Evict(int slot)
    {
        ref var page = ref pages[slot];
        written[(int)MovedKind.Activations] += BitOperations.PopCount(page.Activations) * (long)LineBytes;
        written[(int)MovedKind.Intermediates] += BitOperations.PopCount(page.Intermediates) * (long)LineBytes;
        written[(int)MovedKind.Kv] += BitOperations.PopCount(page.Kv) * (long)LineBytes;
        heldLines -= BitOperations.PopCount(page.Held);
        slotOf.Remove(page.Number);
        page.Number = NoPage;
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

    /// <summary>Lines that are touched in ascending order, by pages: each page once, with the lines touched of it.</summary>
    private struct PageRuns
    {
        private readonly long bytes;
        private readonly long strideBytes;
        private readonly int shift;
        private long address;
        private long count;

        /// <summary>What is left of the run at <see cref="address"/>.</summary>
        private long first, last;

        public PageRuns(long address, long bytes, long strideBytes, long count, int shift)
        {
            (this.address, this.bytes, this.strideBytes, this.count, this.shift) = (address, bytes, strideBytes, count, shift);
            (first, last) = (address / LineBytes, (address + bytes - 1) / LineBytes);
        }

        /// <summary>The page's number.</summary>
        public long Page { get; private set; }

        /// <summary>A bit for each line of the page.</summary>
        public ulong Lines { get; private set; }

        public bool Next()
        {
            if (count == 0)
                return false;
            Page = first >> shift;
            Lines = 0;
            var start = Page << shift;
            var end = start + (1L << shift) - 1;
            while (count > 0 && first <= end)
            {
                Lines |= ulong.MaxValue >> (int)(63 - Math.Min(last, end) + start) & ulong.MaxValue << (int)(first - start);
                if (last > end)
                    first = end + 1;
                else
                    NextRun();
            }
            return true;
        }

        private void NextRun()
        {
            count--;
            address += strideBytes;
            (first, last) = (address / LineBytes, (address + bytes - 1) / LineBytes);
        }
    }

    private struct Page
    {
        public long Number;

        /// <summary>Slots used just before and just after; of a free slot, the next free one.</summary>
        public int Next, Previous;

        /// <summary>A bit for each line that the cache holds.</summary>
        public ulong Held;

        /// <summary>A bit for each line that a kind has written. (Weights are never written.)</summary>
        public ulong Activations, Intermediates, Kv;

        /// <summary>Who wrote a line last is who writes it back.</summary>
        public void Write(ulong lines, MovedKind kind)
        {
            Activations = kind == MovedKind.Activations ? Activations | lines : Activations & ~lines;
            Intermediates = kind == MovedKind.Intermediates ? Intermediates | lines : Intermediates & ~lines;
            Kv = kind == MovedKind.Kv ? Kv | lines : Kv & ~lines;
        }
    }

    /// <summary>Slots by the numbers of their pages: open addressing, at most half full. A page comes and goes with almost every step of a walk, too often for a dictionary.</summary>
    private sealed class PageTable
    {
        /// <summary>2^64 over the golden ratio: neighbours come to lie far apart.</summary>
        private const ulong Multiplier = 0x9E3779B97F4A7C15;

        private (long Page, int Slot)[] entries = Empty(4 * LeastPages);
        private int count;

        /// <summary>-1 where there is none.</summary>
        public int Find(long page)
        {
            for (var place = Home(page); ; place = Next(place))
            {
                var (other, slot) = entries[place];
                if (other == page)
                    return slot;
                if (other == NoPage)
                    return -1;
            }
        }

        public void Add(long page, int slot)
        {
            if (2 * ++count > entries.Length)
                Grow();
            Put(page, slot);
        }

        /// <summary>Those behind that would no longer be found from where they should lie move up.</summary>
        public void Remove(long page)
        {
            var gap = Home(page);
            while (entries[gap].Page != page)
                gap = Next(gap);
            for (var place = Next(gap); entries[place].Page != NoPage; place = Next(place))
            {
                if (Distance(Home(entries[place].Page), place) < Distance(gap, place))
                    continue;
                entries[gap] = entries[place];
                gap = place;
            }
            entries[gap].Page = NoPage;
            count--;
        }

        private void Put(long page, int slot)
        {
            var place = Home(page);
            while (entries[place].Page != NoPage)
                place = Next(place);
            entries[place] = (page, slot);
        }

        private void Grow()
        {
            var old = entries;
            entries = Empty(2 * old.Length);
            foreach (var (page, slot) in old)
            {
                if (page != NoPage)
                    Put(page, slot);
            }
        }

        private int Home(long page) => (int)((ulong)page * Multiplier >> 32) & (entries.Length - 1);

        private int Next(int place) => (place + 1) & (entries.Length - 1);

        private int Distance(int from, int to) => (to - from) & (entries.Length - 1);

        private static (long, int)[] Empty(int length)
        {
            var entries = new (long, int)[length];
            Array.Fill(entries, (NoPage, 0));
            return entries;
        }
    }
}
