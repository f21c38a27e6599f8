namespace Temoto.Planning;

/// <summary>
/// A fully associative cache with least-recently-used replacement, a line at a time: what of a sequence of reads and writes goes beyond the on-chip level. A line that is
/// written whole or in part is not fetched first; it is written back when it is evicted, and at the end.
/// </summary>
internal sealed class CacheModel
{
    public const int LineBytes = 64;

    private readonly int capacity;
    private readonly Dictionary<long, int> slotOf;
    private readonly long[] lines;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly bool[] dirty;
    private readonly long[] fetched = new long[Enum.GetValues<MovedKind>().Length];
    private readonly long[] written = new long[Enum.GetValues<MovedKind>().Length];
    private readonly byte[] operands;
    private int used;

    /// <summary>The most recently used slot, whose <see cref="previous"/> is the least recently used one: the list is a ring.</summary>
    private int newest = -1;

    public CacheModel(long bytes)
    {
        capacity = (int)Math.Clamp(bytes / LineBytes, 1, 1 << 24);
        slotOf = new Dictionary<long, int>(capacity);
        lines = new long[capacity];
        next = new int[capacity];
        previous = new int[capacity];
        dirty = new bool[capacity];
        operands = new byte[capacity];
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
        for (var line = address / LineBytes; line <= (address + bytes - 1) / LineBytes; line++)
            TouchLine(line, write, operand);
    }

    /// <summary>Writes back what is dirty and forgets everything.</summary>
    public void Flush()
    {
        for (var slot = 0; slot < used; slot++)
            WriteBack(slot);
        slotOf.Clear();
        used = 0;
        newest = -1;
    }

    private void TouchLine(long line, bool write, MovedKind operand)
    {
        if (slotOf.TryGetValue(line, out var slot))
        {
            if (slot != newest)
            {
                Unlink(slot);
                LinkNewest(slot);
            }
        }
        else
        {
            if (used < capacity)
            {
                slot = used++;
            }
            else
            {
                slot = previous[newest];
                WriteBack(slot);
                slotOf.Remove(lines[slot]);
                Unlink(slot);
            }
            lines[slot] = line;
            slotOf.Add(line, slot);
            LinkNewest(slot);
            if (!write)
                fetched[(int)operand] += LineBytes;
        }
        if (write)
        {
            dirty[slot] = true;
            operands[slot] = (byte)operand;
        }
    }

    private void WriteBack(int slot)
    {
        if (!dirty[slot])
            return;
        dirty[slot] = false;
        written[operands[slot]] += LineBytes;
    }

    private void Unlink(int slot)
    {
        if (next[slot] == slot)
        {
            newest = -1;
            return;
        }
        next[previous[slot]] = next[slot];
        previous[next[slot]] = previous[slot];
        if (newest == slot)
            newest = next[slot];
    }

    private void LinkNewest(int slot)
    {
        if (newest < 0)
        {
            next[slot] = previous[slot] = slot;
        }
        else
        {
            next[slot] = newest;
            previous[slot] = previous[newest];
            next[previous[newest]] = slot;
            previous[newest] = slot;
        }
        newest = slot;
    }
}
