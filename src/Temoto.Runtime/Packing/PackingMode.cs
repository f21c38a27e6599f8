namespace Temoto.Packing;

/// <summary>How the rows of a packed matrix are coded. The values below <see cref="Auto"/> stand in the file.</summary>
internal enum PackingMode
{
    /// <summary>Plain rows.</summary>
    None = 0,

    /// <summary>IDs of the sorted Unique Matrix, all of the same width.</summary>
    Naive = 1,

    /// <summary>As <see cref="Naive"/>, with a width per packet.</summary>
    Packet = 2,

    /// <summary>As <see cref="Packet"/>, with the Unique Matrix in the order of descending frequency.</summary>
    Frequency = 3,

    /// <summary>A prefix code over chunks: beyond the paper.</summary>
    Entropy = 4,

    /// <summary>IDs of a width per row, and the rare bytes by themselves: longer than a prefix code, but vector instructions multiply with it as it lies.</summary>
    Escape = 5,

    /// <summary>Whichever of the above is the shortest, but for <see cref="Escape"/>; not in files.</summary>
    Auto = 255,
}
