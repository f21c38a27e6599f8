using System.IO.Compression;
using System.Text;

namespace Temoto.Formats.Images;

/// <summary>Reads PNG: all colour types and bit depths, palettes, Adam7. Every chunk's checksum is compared; alpha and tRNS are checked and dropped.</summary>
internal static class PngReader
{
    public static Image Read(ImageSource source)
    {
        if (!source.Data.AsSpan().StartsWith(PngFormat.Signature))
            throw source.Bad("signature at byte 0", "a damaged PNG signature", "the eight bytes of PNG's");
        var chunks = Walk(source);
        var header = chunks.Header;
        var idat = chunks.Data.Sum(part => (long)part.Length);
        // Before the pixels are allocated: what is there cannot inflate to more than this.
        source.CheckPayload("IDAT", idat, (header.RawBytes + PngFormat.LargestExpansion - 1) / PngFormat.LargestExpansion);
        var image = new Image(header.Width, header.Height);
        using (var inflated = new ZLibStream(new ConcatenatedStream(source.Data, chunks.Data), CompressionMode.Decompress))
        {
            try
            {
                PngRows.Read(source, inflated, header, chunks.Palette, image);
            }
            catch (Exception error) when (error is InvalidDataException or IOException)
            {
                throw source.Bad("IDAT", error.Message, "a whole zlib stream");
            }
        }
        return ImageOrientation.Apply(image, chunks.Orientation);
    }

    /// <summary>All chunks up to IEND, in the order the specification asks for.</summary>
    private static (PngHeader Header, byte[] Palette, List<(int At, int Length)> Data, int Orientation) Walk(ImageSource source)
    {
        PngHeader? header = null;
        byte[]? palette = null;
        var data = new List<(int, int)>();
        var (orientation, previous, hasTransparency) = (ExifOrientation.Upright, "", false);
        for (var at = PngFormat.Signature.Length; ;)
        {
            var (type, start, length) = Chunk(source, at);
            var where = $"{type} at byte {at}";
            if ((header is null) != (type == "IHDR"))
                throw source.Bad(where, header is null ? "this chunk first" : "a second one", "IHDR, once, as the first chunk");
            switch (type)
            {
                case "IHDR":
                    header = PngHeader.Read(source, start, length);
                    break;
                case "PLTE":
                    if (palette is not null || data.Count > 0)
                        throw source.Bad(where, "a second palette, or one behind the pixels", "one before them");
                    palette = Palette(source, where, header!, source.Bytes(start, length, type));
                    break;
                case "tRNS":
                    if (hasTransparency || data.Count > 0)
                        throw source.Bad(where, "a second one, or one behind the pixels", "one before them");
                    hasTransparency = true;
                    CheckTransparency(source, where, header!, palette, length);
                    break;
                case "IDAT":
                    if (data.Count > 0 && previous != "IDAT")
                        throw source.Bad(where, $"{previous} between two of them", "one run of IDAT chunks");
                    data.Add((start, length));
                    break;
                case "eXIf":
                    orientation = ExifOrientation.Read(source.Bytes(start, length, type));
                    break;
                case "IEND":
                    if (data.Count == 0)
                        throw source.Bad(where, "no IDAT before it", "the pixels");
                    if (header!.Color == PngColor.Palette && palette is null)
                        throw source.Bad(where, "no PLTE before it", "the palette that the colour type names");
                    return (header, palette ?? [], data, orientation);
                case var critical when char.IsAsciiLetterUpper(critical[0]):
                    throw source.Bad(where, "a critical chunk that is not in the PNG specification", "IHDR, PLTE, IDAT and IEND");
            }
            previous = type;
            at = start + length + 4;
        }
    }

    private static (string Type, int Start, int Length) Chunk(ImageSource source, int at)
    {
        var length = source.UInt32BigEndian(at, "a chunk's length");
        var letters = source.Bytes(at + 4, 4, "a chunk's type");
        foreach (var letter in letters)
        {
            if (!char.IsAsciiLetter((char)letter))
                throw source.Bad($"chunk at byte {at}", $"type {Convert.ToHexString(letters)}", "four letters");
        }
        var type = Encoding.ASCII.GetString(letters);
        var left = source.Data.Length - at - PngFormat.ChunkOverheadBytes;
        if (length > left)
            throw source.Bad($"{type} at byte {at}", $"a length of {length}, and {Math.Max(0, left)} bytes before the end of the file", "a whole chunk with its checksum");
        var (computed, stored) = (PngFormat.Crc(source.Data.AsSpan(at + 4, (int)length + 4)), source.UInt32BigEndian(at + 8 + (int)length, type));
        if (computed != stored)
            throw source.Bad($"{type} at byte {at}", $"checksum {stored:x8}", $"{computed:x8}, that of its bytes");
        return (type, at + 8, (int)length);
    }

    private static byte[] Palette(ImageSource source, string where, PngHeader header, ReadOnlySpan<byte> entries)
    {
        var most = header.Color == PngColor.Palette ? 1 << header.BitDepth : 256;
        if (header.Color is PngColor.Gray or PngColor.GrayAlpha)
            throw source.Bad(where, "a palette in a grey picture", "none");
        if (entries.Length == 0 || entries.Length % 3 != 0 || entries.Length / 3 > most)
            throw source.Bad(where, $"{entries.Length} bytes", $"1 to {most} colours of three bytes");
        return entries.ToArray();
    }

    private static void CheckTransparency(ImageSource source, string where, PngHeader header, byte[]? palette, int length)
    {
        var fits = header.Color switch
        {
            PngColor.Gray => length == 2,
            PngColor.Rgb => length == 6,
            PngColor.Palette => palette is not null && length <= palette.Length / 3,
            _ => false,
        };
        if (!fits)
            throw source.Bad(where, $"{length} bytes for colour type {(int)header.Color}", "2 (grey), 6 (RGB), or at most one for each colour of a palette before it");
    }
}
