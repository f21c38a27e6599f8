namespace Temoto.Packing;

/// <summary>What a prefix code codes, and how its table is stored.</summary>
internal enum PrefixTableKind
{
    /// <summary>Bytes; a code length for each, differences coded.</summary>
    Bytes = 0,

    /// <summary>Bytes as two nibbles: the code of a byte is that of its low nibble followed by that of its high one. For matrices too small for 256 lengths.</summary>
    Nibbles = 1,

    /// <summary>Pairs of bytes: the frequent ones by their codes, the others behind an escape code.</summary>
    Pairs = 2,
}
