namespace Temoto.Simulation.Exploration;

/// <summary>Words of one width that are read or written one at a time.</summary>
/// <param name="Copies">Memories of the same kind.</param>
/// <param name="IsLarge">It belongs into ultra RAM, where the device has that.</param>
internal sealed record MemoryContent(string Name, int Copies, long WidthBits, long Words, bool IsLarge)
{
    // AMD UG573: an ultra RAM is 4096 words of 72 bits; a block RAM of 36 Kbit with one writer and one reader takes these forms.
    private const int UltraWords = 4096;
    private const int UltraBits = 72;
    private static readonly (int Words, int Bits)[] BlockForms = [(512, 72), (1024, 36), (2048, 18), (4096, 9), (8192, 4), (16384, 2), (32768, 1)];

    public long Bytes => Copies * WidthBits * Words / 8;

    /// <summary>Block RAMs of 36 Kbit that hold it, in the form that takes fewest.</summary>
    public int Blocks => (int)(Copies * BlockForms.Min(form => Parts(WidthBits, form.Bits) * Parts(Words, form.Words)));

    /// <summary>As many of its words in ultra RAMs as there is room for, in whole depths; the others in block RAMs.</summary>
    public (int Bram36, int Uram) Split(int freeUram)
    {
        if (!IsLarge)
            return (Blocks, 0);
        var blocksPerDepth = (int)(Copies * Parts(WidthBits, UltraBits));
        var depths = (int)Math.Min(Parts(Words, UltraWords), freeUram / Math.Max(1, blocksPerDepth));
        return ((this with { Words = Math.Max(0, Words - (long)depths * UltraWords) }).Blocks, depths * blocksPerDepth);
    }

    private static long Parts(long all, long part) => (all + part - 1) / part;
}
