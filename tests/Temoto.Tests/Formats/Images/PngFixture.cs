using System.Buffers.Binary;
using System.IO.Compression;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

/// <summary>PNG files of every kind the format knows, with random samples and a random filter for each row.</summary>
internal static class PngFixture
{
    public static readonly (PngColor Color, int Depth)[] Kinds =
    [
        (PngColor.Gray, 1), (PngColor.Gray, 2), (PngColor.Gray, 4), (PngColor.Gray, 8), (PngColor.Gray, 16), (PngColor.Rgb, 8), (PngColor.Rgb, 16), (PngColor.Palette, 1), (PngColor.Palette, 2),
        (PngColor.Palette, 4), (PngColor.Palette, 8), (PngColor.GrayAlpha, 8), (PngColor.GrayAlpha, 16), (PngColor.RgbAlpha, 8), (PngColor.RgbAlpha, 16),
    ];

    /// <param name="transparency">With a tRNS chunk.</param>
    /// <param name="idatBytes">Compressed data is cut into chunks of this size.</param>
    /// <param name="orientation">In an eXIf chunk; 0 for none.</param>
    public static byte[] Write(int width, int height, PngColor color, int depth, bool interlaced, int seed, bool transparency = false, int idatBytes = 1 << 20, int orientation = 0)
    {
        var header = new PngHeader(width, height, depth, color, interlaced);
        var random = new Random(seed);
        var data = new MemoryStream();
        using (var deflated = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            WriteRows(header, random, deflated);
        return Assemble(header, data.ToArray(), random, transparency, idatBytes, orientation);
    }

    /// <summary>All chunks round compressed data, whatever that is.</summary>
    public static byte[] Assemble(PngHeader header, byte[] compressed, Random random, bool transparency = false, int idatBytes = 1 << 20, int orientation = 0)
    {
        var file = new MemoryStream();
        file.Write(PngFormat.Signature);
        var ihdr = new byte[PngHeader.Bytes];
        BinaryPrimitives.WriteInt32BigEndian(ihdr, header.Width);
        BinaryPrimitives.WriteInt32BigEndian(ihdr.AsSpan(4), header.Height);
        (ihdr[8], ihdr[9], ihdr[12]) = ((byte)header.BitDepth, (byte)header.Color, header.Interlaced ? (byte)1 : (byte)0);
        PngWriter.WriteChunk(file, "IHDR"u8, ihdr);
        PngWriter.WriteChunk(file, "tEXt"u8, "Comment\0made by a test"u8);
        if (header.Color == PngColor.Palette)
        {
            var palette = new byte[3 << header.BitDepth];
            random.NextBytes(palette);
            PngWriter.WriteChunk(file, "PLTE"u8, palette);
        }
        if (transparency)
            PngWriter.WriteChunk(file, "tRNS"u8, header.Color switch { PngColor.Gray => [0, 1], PngColor.Rgb => [0, 1, 0, 2, 0, 3], _ => [0, 128] });
        if (orientation > 0)
            PngWriter.WriteChunk(file, "eXIf"u8, [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]);
        for (var at = 0; at < compressed.Length; at += idatBytes)
            PngWriter.WriteChunk(file, "IDAT"u8, compressed.AsSpan(at, Math.Min(idatBytes, compressed.Length - at)));
        PngWriter.WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteRows(PngHeader header, Random random, Stream deflated)
    {
        foreach (var pass in header.Passes)
        {
            var (row, above, filtered) = (new byte[header.RowBytes(pass.Width)], new byte[header.RowBytes(pass.Width)], new byte[header.RowBytes(pass.Width)]);
            for (var y = 0; y < pass.Height; y++)
            {
                random.NextBytes(row);
                var filter = (PngFilter)random.Next(5);
                PngWriter.Filter(filter, row, above, header.FilterBytes, filtered);
                deflated.WriteByte((byte)filter);
                deflated.Write(filtered);
                (row, above) = (above, row);
            }
        }
    }
}
