namespace Temoto.Grammars.Masks;

/// <summary>
/// The tokens of a vocabulary by their bytes, as a tree written down from the root, each place before those below it: what a token forbids, it forbids for all that begin with it, and they are passed over
/// in one step. Tokens of the same bytes share a place.
/// </summary>
internal sealed class TokenTree
{
    private readonly byte[] values;
    private readonly int[] ends;
    private readonly ushort[] depths;
    private readonly int[] firstTokens;
    private readonly int[] sameBytes;
    private readonly int[] placeOf;
    private readonly UInt128[] bytesFrom;

    /// <param name="bytesOf">Of each token; null for what is never part of a text.</param>
    /// <param name="wanted">Which of them are in this tree.</param>
    public TokenTree(IReadOnlyList<byte[]?> bytesOf, Func<byte[], bool>? wanted = null)
    {
        var ids = Enumerable.Range(0, bytesOf.Count).Where(id => bytesOf[id] is { Length: > 0 and <= ushort.MaxValue } bytes && (wanted is null || wanted(bytes))).ToArray();
        Array.Sort(ids, (left, right) => bytesOf[left].AsSpan().SequenceCompareTo(bytesOf[right]) is var order and not 0 ? order : left.CompareTo(right));
        var places = new List<(byte Value, ushort Depth, int Token)> { (0, 0, -1) };
        sameBytes = new int[bytesOf.Count];
        Array.Fill(sameBytes, -1);
        placeOf = new int[bytesOf.Count];
        byte[] before = [];
        foreach (var id in ids)
        {
            var bytes = bytesOf[id]!;
            var common = before.AsSpan().CommonPrefixLength(bytes);
            for (var i = common; i < bytes.Length; i++)
                places.Add((bytes[i], (ushort)(i + 1), -1));
            var place = places[^1];
            sameBytes[id] = place.Token;
            places[^1] = place with { Token = id };
            placeOf[id] = places.Count - 1;
            before = bytes;
            MostBytes = Math.Max(MostBytes, bytes.Length);
        }
        values = [.. places.Select(place => place.Value)];
        depths = [.. places.Select(place => place.Depth)];
        firstTokens = [.. places.Select(place => place.Token)];
        ends = EndsOf(depths);
        bytesFrom = ByteSets.From(values, depths, ends);
    }

    /// <summary>Of the longest token.</summary>
    public int MostBytes { get; }

    public int Count => values.Length;

    /// <summary>The byte that leads to a place.</summary>
    public byte Value(int place) => values[place];

    /// <summary>Bytes from the root to a place.</summary>
    public int Depth(int place) => depths[place];

    /// <summary>The first place behind those below a place.</summary>
    public int End(int place) => ends[place];

    /// <summary>The bytes that lead to a place and to those below it, as one of <see cref="ByteSets"/>.</summary>
    public UInt128 BytesFrom(int place) => bytesFrom[place];

    public bool HasMore(int place) => ends[place] > place + 1;

    public bool HasToken(int place) => firstTokens[place] >= 0;

    /// <summary>Where a token ends.</summary>
    public int PlaceOf(int token) => placeOf[token];

    /// <summary>Sets the bits of the tokens that end at a place or below it.</summary>
    public void SetAll(int place, ulong[] mask)
    {
        for (var end = ends[place]; place < end; place++)
            Set(place, mask);
    }

    /// <summary>Sets the bits of the tokens that end at a place.</summary>
    public void Set(int place, ulong[] mask)
    {
        for (var id = firstTokens[place]; id >= 0; id = sameBytes[id])
            mask[id >> 6] |= 1UL << id;
    }

    private static int[] EndsOf(ushort[] depths)
    {
        var (ends, open) = (new int[depths.Length], new Stack<int>());
        for (var place = 0; place < depths.Length; place++)
        {
            while (open.TryPeek(out var above) && depths[above] >= depths[place])
                ends[open.Pop()] = place;
            open.Push(place);
        }
        foreach (var place in open)
            ends[place] = depths.Length;
        return ends;
    }
}
