namespace Temoto.Generation.Tokenizers;

/// <summary>What one text writes to, to be used again for the next.</summary>
internal interface IScratch
{
    /// <summary>Empties it, and lets go of the room that an unusually long text took.</summary>
    void Clear();
}

/// <summary>A few scratches, one for each of as many texts at a time as there are processors.</summary>
internal sealed class ScratchPool<T>
    where T : class, IScratch, new()
{
    private readonly T?[] kept = new T?[Math.Max(2, Environment.ProcessorCount)];

    public T Rent()
    {
        for (var i = 0; i < kept.Length; i++)
        {
            if (Interlocked.Exchange(ref kept[i], null) is { } scratch)
                return scratch;
        }
        return new T();
    }

    public void Return(T scratch)
    {
        scratch.Clear();
        for (var i = 0; i < kept.Length; i++)
        {
            if (Interlocked.CompareExchange(ref kept[i], scratch, null) is null)
                return;
        }
    }
}
