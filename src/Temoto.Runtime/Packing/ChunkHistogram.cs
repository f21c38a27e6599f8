using System.Runtime.InteropServices;

namespace Temoto.Packing;

/// <summary>How often each chunk occurs.</summary>
internal sealed unsafe class ChunkHistogram
{
    /// <summary>Counts by value for chunks of one or two bytes.</summary>
    private readonly long[]? dense;

    private readonly Dictionary<uint, long>? sparse;

    public ChunkHistogram(int chunkBytes)
    {
        ChunkBytes = chunkBytes;
        if (chunkBytes <= 2)
            dense = new long[1 << 8 * chunkBytes];
        else
            sparse = [];
    }

    public int ChunkBytes { get; }

    public long Total { get; private set; }

    /// <summary>Counts by value; chunks of one or two bytes only.</summary>
    public ReadOnlySpan<long> Counts => dense;

    public int Uniques => dense is null ? sparse!.Count : dense.AsSpan().Length - dense.AsSpan().Count(0);

    /// <summary>Bits per chunk.</summary>
    public double EntropyBits
    {
        get
        {
            var sum = 0.0;
            foreach (var (_, count) in Items())
                sum += count * Math.Log2(count);
            return Total == 0 ? 0 : Math.Log2(Total) - sum / Total;
        }
    }

    /// <summary>A chunk as a number, its first byte lowest.</summary>
    public static uint Chunk(byte* bytes, int chunkBytes) => chunkBytes switch
    {
        1 => *bytes,
        2 => *(ushort*)bytes,
        3 => *(ushort*)bytes | (uint)bytes[2] << 16,
        _ => *(uint*)bytes,
    };

    /// <summary>The chunks that occur, ascending, with their counts.</summary>
    public List<(uint Chunk, long Count)> Items()
    {
        var items = new List<(uint Chunk, long Count)>();
        if (dense is null)
        {
            items.AddRange(sparse!.Select(pair => (pair.Key, pair.Value)));
            items.Sort();
            return items;
        }
        for (var i = 0; i < dense.Length; i++)
        {
            if (dense[i] != 0)
                items.Add(((uint)i, dense[i]));
        }
        return items;
    }

    /// <summary>Counts chunks that lie one after the other.</summary>
    public void Add(byte* source, long chunks)
    {
        Total += chunks;
        if (dense is null)
        {
            for (long i = 0; i < chunks; i++)
                CollectionsMarshal.GetValueRefOrAddDefault(sparse!, Chunk(source + i * ChunkBytes, ChunkBytes), out _)++;
            return;
        }
        fixed (long* counts = dense)
        {
            if (ChunkBytes == 2)
            {
                for (long i = 0; i < chunks; i++)
                    counts[((ushort*)source)[i]]++;
                return;
            }
            // Four tables: neighbours are often equal, and a counter that was just written is slow to read.
            var others = stackalloc uint[3 * 256];
            new Span<uint>(others, 3 * 256).Clear();
            long at = 0;
            for (; at + 4 <= chunks && at < uint.MaxValue - 4L; at += 4)
            {
                counts[source[at]]++;
                others[source[at + 1]]++;
                others[256 + source[at + 2]]++;
                others[512 + source[at + 3]]++;
            }
            for (; at < chunks; at++)
                counts[source[at]]++;
            for (var i = 0; i < 256; i++)
                counts[i] += others[i] + (long)others[256 + i] + others[512 + i];
        }
    }

    /// <summary>Counts the chunks of a row, the last one filled up with zeros.</summary>
    public void AddRow(byte* source, long rowBytes)
    {
        var whole = rowBytes / ChunkBytes;
        Add(source, whole);
        if (whole * ChunkBytes == rowBytes)
            return;
        uint tail = 0;
        Buffer.MemoryCopy(source + whole * ChunkBytes, &tail, sizeof(uint), rowBytes - whole * ChunkBytes);
        Add((byte*)&tail, 1);
    }

    public void Add(ChunkHistogram other)
    {
        Total += other.Total;
        if (dense is null)
        {
            foreach (var (chunk, count) in other.sparse!)
                CollectionsMarshal.GetValueRefOrAddDefault(sparse!, chunk, out _) += count;
            return;
        }
        for (var i = 0; i < dense.Length; i++)
            dense[i] += other.dense![i];
    }
}
