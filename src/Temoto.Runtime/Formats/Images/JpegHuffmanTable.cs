namespace Temoto.Formats.Images;

/// <summary>
/// A Huffman code of JPEG (T.81, annex C): canonical, codes of 1 to 16 bits, the code of all ones unused. Short codes are looked up at once;
/// a longer one is compared with the largest code of each length.
/// </summary>
internal sealed class JpegHuffmanTable
{
    public const int LongestCode = 16;

    /// <summary>Codes up to this length take one look-up: all but a few in ten thousand of ordinary pictures.</summary>
    public const int LookupBits = 10;

    private readonly ushort[] lookup = new ushort[1 << LookupBits];
    private readonly byte[] symbols;

    /// <summary>Behind the last code of each length, moved to the top of 16 bits; a longer code is at least that.</summary>
    private readonly int[] limits = new int[LongestCode + 1];

    /// <summary>What turns a code of each length into its symbol's index.</summary>
    private readonly int[] offsets = new int[LongestCode + 1];

    private JpegHuffmanTable(byte[] symbols) => this.symbols = symbols;

    /// <summary>length * 256 + symbol for the first <see cref="LookupBits"/> bits of the stream; 0 where the code is longer, or none.</summary>
    public ReadOnlySpan<ushort> Lookup => lookup;

    /// <summary>Reads a table of a DHT segment at <paramref name="at"/> (its class byte), and moves behind it.</summary>
    public static (bool IsAc, int Id, JpegHuffmanTable Table) Read(ImageSource source, ref int at, int end)
    {
        var where = $"DHT at byte {at}";
        if (end - at < 1 + LongestCode)
            throw source.Bad(where, $"{end - at} bytes", "a class and sixteen counts");
        var (kind, id) = (source.Data[at] >> 4, source.Data[at] & 15);
        if (kind > 1 || id > 3)
            throw source.Bad(where, $"class {kind}, table {id}", "class 0 or 1, table 0 to 3");
        var counts = source.Data.AsSpan(at + 1, LongestCode);
        var total = 0;
        foreach (var count in counts)
            total += count;
        at += 1 + LongestCode;
        if (total > 256 || total > end - at)
            throw source.Bad(where, $"{total} codes", $"at most 256, in the {end - at} bytes that are left");
        var symbols = source.Data.AsSpan(at, total).ToArray();
        at += total;
        if (kind == 0 && symbols.Any(symbol => symbol > 15))
            throw source.Bad(where, $"DC symbol {symbols.Max()}", "at most 15");
        var table = new JpegHuffmanTable(symbols);
        return (kind == 1, id, table.TryFill(counts) ? table : throw source.Bad(where, "more codes than there are bit patterns", "a prefix code without the code of all ones"));
    }

    /// <summary>Looks up a code longer than <see cref="LookupBits"/>: length * 256 + symbol, or 0 where no code matches.</summary>
    /// <param name="next">The next 16 bits.</param>
    public int Long(int next)
    {
        for (var length = LookupBits + 1; length <= LongestCode; length++)
        {
            if (next < limits[length])
                return (length << 8) | symbols[offsets[length] + (next >> (LongestCode - length))];
        }
        return 0;
    }

    private bool TryFill(ReadOnlySpan<byte> counts)
    {
        var (code, index) = (0, 0);
        for (var length = 1; length <= LongestCode; length++)
        {
            offsets[length] = index - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= (1 << length) - 1)
                    return false;
                if (length <= LookupBits)
                    lookup.AsSpan(code << (LookupBits - length), 1 << (LookupBits - length)).Fill((ushort)((length << 8) | symbols[index]));
            }
            limits[length] = code << (LongestCode - length);
            code <<= 1;
        }
        return true;
    }
}
