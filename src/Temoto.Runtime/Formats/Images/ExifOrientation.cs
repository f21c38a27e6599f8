using System.Buffers.Binary;

namespace Temoto.Formats.Images;

/// <summary>
/// How a camera was held: tag 0x0112 in the first directory of an EXIF block, which is a small TIFF file (EXIF 2.3, section 4.6.4).
/// A block that cannot be read means 1, upright: cameras write many that are damaged elsewhere, and nothing else of it is used.
/// </summary>
internal static class ExifOrientation
{
    public const int Upright = 1;

    private const int OrientationTag = 0x0112;
    private const int ShortType = 3;
    private const int EntryBytes = 12;

    /// <summary>1 to 8.</summary>
    /// <param name="tiff">From the byte order mark II or MM on.</param>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
            return Upright;
        var littleEndian = tiff[0] == 'I';
        var directory = UInt32(tiff[4..], littleEndian);
        if (directory > tiff.Length - 2)
            return Upright;
        var entries = tiff[(int)directory..];
        var count = UInt16(entries, littleEndian);
        entries = entries[2..];
        for (var i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (UInt16(entries, littleEndian) != OrientationTag)
                continue;
            // A value of at most four bytes lies in the entry itself.
            var value = UInt16(entries[8..], littleEndian);
            return UInt16(entries[2..], littleEndian) == ShortType && UInt32(entries[4..], littleEndian) == 1 && value is >= 1 and <= 8 ? value : Upright;
        }
        return Upright;
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
