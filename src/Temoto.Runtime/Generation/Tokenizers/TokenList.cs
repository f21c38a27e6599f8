namespace Temoto.Generation.Tokenizers;

/// <summary>A growing list of ids whose storage is kept between texts.</summary>
internal sealed class TokenList
{
    private const int Kept = 1 << 16;

    private int[] items = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Span => items.AsSpan(0, Count);

    public void Add(int id)
    {
        if (Count == items.Length)
            Array.Resize(ref items, items.Length * 2);
        items[Count++] = id;
    }

    public void AddRange(ReadOnlySpan<int> ids)
    {
        if (items.Length - Count < ids.Length)
            Array.Resize(ref items, Math.Max(items.Length * 2, Count + ids.Length));
        ids.CopyTo(items.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Takes back what was added beyond a count.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Empties the list and lets go of the storage of an unusually long text.</summary>
    public void Clear()
    {
        Count = 0;
        if (items.Length > Kept)
            items = new int[256];
    }
}
