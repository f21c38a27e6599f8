namespace Temoto.Packing;

/// <summary>Turns the bits of one block back into chunks. Built once per matrix; safe to use from several threads; allocates nothing.</summary>
internal abstract unsafe class ChunkDecoder
{
    /// <summary>
    /// Decodes a block into <paramref name="chunks"/> chunks, one after the other. Whatever the bits say, nothing outside [<paramref name="source"/>,
    /// <paramref name="readable"/>) is read and nothing outside the destination is written; a block whose length does not fit its bits is an <see cref="InputException"/>.
    /// </summary>
    /// <param name="source">The first byte of the block.</param>
    /// <param name="end">The byte behind the block.</param>
    /// <param name="readable">The byte behind the stream, which may be read but does not count.</param>
    /// <param name="chunks">Chunks in the block.</param>
    /// <param name="destination">chunks x chunk bytes.</param>
    public abstract void Decode(byte* source, byte* end, byte* readable, long chunks, byte* destination);

    /// <summary>The specification of <see cref="Decode"/>: the same result, one chunk at a time.</summary>
    public abstract void DecodePlainly(byte* source, byte* end, long chunks, byte* destination);

    /// <summary>Writes the low bytes of a chunk, the first byte lowest, and nothing behind them.</summary>
    protected static void Write(uint chunk, int chunkBytes, byte* destination)
    {
        for (var i = 0; i < chunkBytes; i++)
            destination[i] = (byte)(chunk >> 8 * i);
    }
}
