namespace Temoto.Packing;

/// <summary>
/// Canonical prefix codes of bounded length: symbols sorted by (length, symbol) get ascending codes. Codes are written first bit first into a stream whose
/// bits count from the least significant one, so they are kept reversed.
/// </summary>
internal static class PrefixCode
{
    /// <summary>
    /// The longest code. A table of 2^12 entries decodes any of them in one look-up: 16 KiB here, half a first-level cache; one block RAM per two lanes in hardware.
    /// </summary>
    public const int MostBits = 12;

    /// <summary>
    /// Optimal code lengths of at most <paramref name="mostBits"/> for <paramref name="counts"/> (package-merge; Larmore and Hirschberg 1990). A count of zero gets no
    /// code; a symbol alone gets length 1.
    /// </summary>
    public static int[] Lengths(ReadOnlySpan<long> counts, int mostBits)
    {
        var lengths = new int[counts.Length];
        var used = 0;
        foreach (var count in counts)
            used += count > 0 ? 1 : 0;
        var weights = new long[used];
        var symbols = new int[used];
        for (int symbol = 0, i = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
                (weights[i], symbols[i++]) = (counts[symbol], symbol);
        }
        if (used > 1 << mostBits)
            throw new ArgumentOutOfRangeException(nameof(mostBits), mostBits, $"{used} symbols do not fit");
        Array.Sort(weights, symbols);
        if (used <= 1)
        {
            if (used == 1)
                lengths[symbols[0]] = 1;
            return lengths;
        }

        // List l holds the symbols and pairs of list l - 1, ascending. The first 2 * used - 2 of the last list are taken; a symbol's length is the number
        // of lists in which it is among the taken.
        var isSymbol = new bool[mostBits][];
        long[] previous = [];
        for (var level = 0; level < mostBits; level++)
        {
            var pairs = previous.Length / 2;
            var merged = new long[used + pairs];
            isSymbol[level] = new bool[used + pairs];
            for (int i = 0, leaf = 0, pair = 0; i < merged.Length; i++)
            {
                var pairWeight = pair < pairs ? previous[2 * pair] + previous[2 * pair + 1] : long.MaxValue;
                if (leaf < used && weights[leaf] <= pairWeight)
                {
                    merged[i] = weights[leaf++];
                    isSymbol[level][i] = true;
                }
                else
                {
                    merged[i] = pairWeight;
                    pair++;
                }
            }
            previous = merged;
        }
        var taken = 2 * used - 2;
        for (var level = mostBits - 1; level >= 0; level--)
        {
            var leaves = isSymbol[level].AsSpan(0, taken).Count(true);
            for (var i = 0; i < leaves; i++)
                lengths[symbols[i]]++;
            taken = 2 * (taken - leaves);
        }
        return lengths;
    }

    /// <summary>
    /// The reversed codes for lengths, 0 for symbols without one; null where the lengths belong to no complete prefix code. A symbol alone has length 1 and
    /// takes no bits: see <see cref="IsAlone"/>.
    /// </summary>
    public static ushort[]? Codes(ReadOnlySpan<int> lengths)
    {
        Span<int> used = stackalloc int[MostBits + 1];
        used.Clear();
        foreach (var length in lengths)
            used[length]++;
        used[0] = 0;
        var space = 0;
        for (var length = 1; length <= MostBits; length++)
            space += used[length] << MostBits - length;
        if (space != 1 << MostBits && !IsAlone(lengths))
            return null;

        Span<int> next = stackalloc int[MostBits + 1];
        next[0] = 0;
        for (var length = 1; length <= MostBits; length++)
            next[length] = next[length - 1] + used[length - 1] << 1;
        var codes = new ushort[lengths.Length];
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
                codes[symbol] = Reverse(next[lengths[symbol]]++, lengths[symbol]);
        }
        return codes;
    }

    /// <summary>One symbol, which needs no bits at all.</summary>
    public static bool IsAlone(ReadOnlySpan<int> lengths) => lengths.Length - lengths.Count(0) == 1 && lengths.Contains(1);

    private static ushort Reverse(int code, int length)
    {
        var reversed = 0;
        for (var bit = 0; bit < length; bit++)
            reversed |= (code >> bit & 1) << length - 1 - bit;
        return (ushort)reversed;
    }
}
