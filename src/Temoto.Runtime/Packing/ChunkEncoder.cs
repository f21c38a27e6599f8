namespace Temoto.Packing;

/// <summary>Turns the chunks of one block into bits. Built once per matrix; safe to use from several threads.</summary>
internal abstract unsafe class ChunkEncoder
{
    /// <summary>What lies between the header and the ends of the blocks.</summary>
    public abstract byte[] Tables { get; }

    /// <summary>Bytes that <see cref="Encode"/> may write for so many chunks.</summary>
    public abstract long MostBytes(long chunks);

    /// <summary>Encodes a block of chunks that lie one after the other, and returns the bytes written.</summary>
    public abstract long Encode(byte* source, long chunks, byte* destination);
}
