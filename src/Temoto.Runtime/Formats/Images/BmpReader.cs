using System.Numerics;

namespace Temoto.Formats.Images;

/// <summary>
/// Reads Windows bitmaps of 1, 4 and 8 bits (palette), 24 and 32 bits (32 also with masks of whole bytes), stored from the bottom up or
/// from the top down. A fourth byte is dropped. Run lengths, 16 bits and embedded JPEG or PNG are refused by name.
/// </summary>
internal static class BmpReader
{
    private const int FileHeaderBytes = 14;

    /// <summary>BITMAPCOREHEADER, OS/2's: sizes of 16 bits, palette entries of three bytes.</summary>
    private const int CoreHeaderBytes = 12;
    private const int InfoHeaderBytes = 40;
    private const int LargestHeaderBytes = 124;
    private const int Uncompressed = 0;
    private const int BitFields = 3;

    private static readonly string[] Compressions = ["none", "RLE8", "RLE4", "bit fields", "JPEG", "PNG", "bit fields with alpha"];

    public static Image Read(ImageSource source)
    {
        var pixelsAt = source.UInt32(10, "file header");
        var headerBytes = source.UInt32(FileHeaderBytes, "header");
        if (headerBytes != CoreHeaderBytes && headerBytes is < InfoHeaderBytes or > LargestHeaderBytes)
            throw source.Bad($"header at byte {FileHeaderBytes}", $"a length of {headerBytes}", $"{CoreHeaderBytes}, or {InfoHeaderBytes} to {LargestHeaderBytes}");
        var isCore = headerBytes == CoreHeaderBytes;
        long width = isCore ? source.UInt16(18, "width") : source.Int32(18, "width");
        long signedHeight = isCore ? source.UInt16(20, "height") : source.Int32(22, "height");
        var height = Math.Abs(signedHeight);
        source.CheckSize($"header at byte {FileHeaderBytes}", width, height);
        var bits = source.UInt16(isCore ? 24 : 28, "bits per pixel");
        var compression = isCore ? Uncompressed : source.UInt32(30, "compression");
        if (bits is not (1 or 4 or 8 or 24 or 32))
            throw source.Bad("bits per pixel at byte 28", $"{bits}", "1, 4, 8, 24 or 32");
        if (compression != Uncompressed && (compression != BitFields || bits != 32))
            throw source.Bad("compression at byte 30", $"{compression} ({(compression < Compressions.Length ? Compressions[compression] : "unknown")}) with {bits} bits", "0 (none), or 3 (bit fields) with 32 bits");
        var palette = bits <= 8 ? Palette(source, (int)headerBytes, bits) : [];
        var (red, green, blue) = compression == BitFields ? Masks(source) : (2, 1, 0);

        var rowBytes = ((width * bits) + 7) / 8;
        // Rows start at multiples of four bytes; behind the last one the filling may be missing.
        var stride = (rowBytes + 3) / 4 * 4;
        source.CheckPayload($"pixels at byte {pixelsAt}", source.Data.Length - (long)pixelsAt, (stride * (height - 1)) + rowBytes);
        var image = Image.Uninitialized((int)width, (int)height);
        for (var y = 0; y < height; y++)
        {
            var stored = signedHeight < 0 ? y : height - 1 - y;
            var row = source.Data.AsSpan((int)(pixelsAt + (stored * stride)), (int)rowBytes);
            var target = image.Row(y);
            if (bits <= 8)
                ReadIndices(source, row, bits, palette, target, y);
            else
                ReadColours(row, bits / 8, red, green, blue, target);
        }
        return image;
    }

    /// <summary>[colours, 3] as RGB. The file has blue, green, red and, but for the core header, a byte that means nothing.</summary>
    private static byte[] Palette(ImageSource source, int headerBytes, int bits)
    {
        var isCore = headerBytes == CoreHeaderBytes;
        var used = isCore ? 0 : source.UInt32(46, "colours used");
        if (used > 1 << bits)
            throw source.Bad("colours used at byte 46", $"{used}", $"at most {1 << bits}");
        var count = used == 0 ? 1 << bits : (int)used;
        var entryBytes = isCore ? 3 : 4;
        var entries = source.Bytes(FileHeaderBytes + headerBytes, count * entryBytes, "palette");
        var palette = new byte[count * 3];
        for (var i = 0; i < count; i++)
        {
            for (var channel = 0; channel < 3; channel++)
                palette[(3 * i) + channel] = entries[(entryBytes * i) + 2 - channel];
        }
        return palette;
    }

    /// <summary>Which byte of a pixel is red, green and blue. The masks lie at byte 54 whether they belong to the header or follow it.</summary>
    private static (int Red, int Green, int Blue) Masks(ImageSource source)
    {
        var places = new int[3];
        for (var channel = 0; channel < 3; channel++)
        {
            var mask = source.UInt32(FileHeaderBytes + InfoHeaderBytes + (4 * channel), "masks");
            places[channel] = mask is 0xFF or 0xFF00 or 0xFF0000 or 0xFF000000
                ? BitOperations.TrailingZeroCount(mask) / 8
                : throw source.Bad($"mask at byte {FileHeaderBytes + InfoHeaderBytes + (4 * channel)}", $"{mask:x8}", "a whole byte of the pixel");
        }
        return (places[0], places[1], places[2]);
    }

    private static void ReadIndices(ImageSource source, ReadOnlySpan<byte> row, int bits, ReadOnlySpan<byte> palette, Span<byte> target, int y)
    {
        var (mask, perByte) = ((1 << bits) - 1, 8 / bits);
        for (int x = 0, to = 0; to < target.Length; x++, to += 3)
        {
            var index = (row[x / perByte] >> (8 - bits - (x % perByte * bits))) & mask;
            if (index * 3 >= palette.Length)
                throw source.Bad($"row {y}, column {x}", $"colour {index}", $"one of the palette's {palette.Length / 3}");
            palette.Slice(index * 3, 3).CopyTo(target[to..]);
        }
    }

    private static void ReadColours(ReadOnlySpan<byte> row, int pixelBytes, int red, int green, int blue, Span<byte> target)
    {
        for (int from = 0, to = 0; to < target.Length; from += pixelBytes, to += 3)
        {
            target[to] = row[from + red];
            target[to + 1] = row[from + green];
            target[to + 2] = row[from + blue];
        }
    }
}
