namespace Temoto.Packing;

/// <summary>What the packer may do. The defaults are the paper's parameters as far as they can be derived, and the shortest mode.</summary>
internal sealed record PackingSettings
{
    public PackingMode Mode { get; init; } = PackingMode.Auto;

    /// <summary>Bytes of a chunk, 1 to 4 (entropy: 1 or 2); null: 2 for the modes with IDs, chosen from the tensor's statistics for entropy and auto.</summary>
    public int? ChunkBytes { get; init; }

    /// <summary>Bits of a packet of IDs: a multiple of 64, 64 to 1024. 128 is the width of the boards' memory ports.</summary>
    public int PacketBits { get; init; } = 128;

    /// <summary>Bits at the start of a packet that name its ID width: 0 to 4, for 1 to 16 widths.</summary>
    public int ModeBits { get; init; } = 3;

    /// <summary>The widths that the mode bits name, ascending, 2^ModeBits of them, the last enough for every ID; null: the widest needed and those just below it.</summary>
    public IReadOnlyList<int>? Widths { get; init; }

    /// <summary>Rows that are decoded together; null: as many as give 16 to 32 KiB.</summary>
    public int? BlockRows { get; init; }

    /// <summary>Threads that pack; null: one per processor.</summary>
    public int? Threads { get; init; }
}
