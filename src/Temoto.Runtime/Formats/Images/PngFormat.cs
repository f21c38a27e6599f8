using System.Buffers.Binary;

namespace Temoto.Formats.Images;

/// <summary>What PNG's reader and writer share: signature, colour types, filters, the checksum of a chunk (PNG specification, third edition).</summary>
internal static class PngFormat
{
    public const int ChunkOverheadBytes = 12;

    /// <summary>No stream of deflate expands further: a symbol of at least 2 bits stands for at most 258 bytes.</summary>
    public const int LargestExpansion = 1032;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Eight tables, so that eight bytes are folded in at once.</summary>
    private static readonly uint[][] CrcTables = BuildCrcTables();

    /// <summary>CRC-32 with the polynomial 0xEDB88320 over a chunk's type and data.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = CrcTables[7][low & 0xFF] ^ CrcTables[6][(low >> 8) & 0xFF] ^ CrcTables[5][(low >> 16) & 0xFF] ^ CrcTables[4][low >> 24]
                ^ CrcTables[3][high & 0xFF] ^ CrcTables[2][(high >> 8) & 0xFF] ^ CrcTables[1][(high >> 16) & 0xFF] ^ CrcTables[0][high >> 24];
        }
        foreach (var value in bytes)
            crc = CrcTables[0][(crc ^ value) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>The neighbour (left, above, above left) that is nearest to left + above - above left; ties in this order.</summary>
    public static int Paeth(int left, int above, int aboveLeft)
    {
        var leftDistance = Math.Abs(above - aboveLeft);
        var aboveDistance = Math.Abs(left - aboveLeft);
        var aboveLeftDistance = Math.Abs(left + above - (2 * aboveLeft));
        return leftDistance <= aboveDistance && leftDistance <= aboveLeftDistance ? left
            : aboveDistance <= aboveLeftDistance ? above : aboveLeft;
    }

    private static uint[][] BuildCrcTables()
    {
        var tables = new uint[8][];
        for (var t = 0; t < tables.Length; t++)
        {
            tables[t] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var crc = t == 0 ? i : tables[t - 1][i];
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
                tables[t][i] = crc;
            }
        }
        return tables;
    }
}

/// <summary>PNG's colour types: bit 0 palette, bit 1 colour, bit 2 alpha.</summary>
internal enum PngColor : byte
{
    Gray = 0,
    Rgb = 2,
    Palette = 3,
    GrayAlpha = 4,
    RgbAlpha = 6,
}

/// <summary>PNG's row filters: what is subtracted from each byte.</summary>
internal enum PngFilter : byte
{
    None = 0,
    Sub = 1,
    Up = 2,
    Average = 3,
    Paeth = 4,
}
