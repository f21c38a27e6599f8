using System.Buffers.Binary;
using System.IO.Compression;
using Temoto.Formats.Files;

namespace Temoto.Formats.Images;

/// <summary>Writes a picture as an 8-bit RGB PNG without interlace; each row with the filter whose bytes, read as signed, have the smallest sum of magnitudes.</summary>
internal static class PngWriter
{
    public static void Write(Image image, string path) => AtomicFile.Write(path, stream => Write(image, stream));

    public static void Write(Image image, Stream stream)
    {
        stream.Write(PngFormat.Signature);
        var header = new byte[PngHeader.Bytes];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        (header[8], header[9]) = (8, (byte)PngColor.Rgb);
        WriteChunk(stream, "IHDR"u8, header);
        using (var data = new MemoryStream())
        {
            using (var deflated = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
                WriteRows(image, deflated);
            WriteChunk(stream, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        }
        WriteChunk(stream, "IEND"u8, []);
    }

    /// <summary>Length, type, data and checksum.</summary>
    internal static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + PngFormat.ChunkOverheadBytes];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), PngFormat.Crc(chunk.AsSpan(4, data.Length + 4)));
        stream.Write(chunk);
    }

    /// <summary>out[i] = row[i] - what the filter predicts from its neighbours.</summary>
    internal static void Filter(PngFilter filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixelBytes, Span<byte> filtered)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var left = i < pixelBytes ? 0 : row[i - pixelBytes];
            var aboveLeft = i < pixelBytes ? 0 : above[i - pixelBytes];
            var prediction = filter switch
            {
                PngFilter.Sub => left,
                PngFilter.Up => above[i],
                PngFilter.Average => (left + above[i]) / 2,
                PngFilter.Paeth => PngFormat.Paeth(left, above[i], aboveLeft),
                _ => 0,
            };
            filtered[i] = (byte)(row[i] - prediction);
        }
    }

    private static void WriteRows(Image image, Stream deflated)
    {
        var rowBytes = image.Width * Image.Channels;
        ReadOnlySpan<byte> above = new byte[rowBytes];
        var (filtered, best) = (new byte[rowBytes], new byte[rowBytes]);
        for (var y = 0; y < image.Height; y++)
        {
            var (bestFilter, bestSum) = (PngFilter.None, long.MaxValue);
            foreach (var filter in Enum.GetValues<PngFilter>())
            {
                Filter(filter, image.Row(y), above, Image.Channels, filtered);
                var sum = 0L;
                foreach (var value in filtered)
                    sum += Math.Abs((int)(sbyte)value);
                if (sum >= bestSum)
                    continue;
                (bestFilter, bestSum) = (filter, sum);
                (filtered, best) = (best, filtered);
            }
            deflated.WriteByte((byte)bestFilter);
            deflated.Write(best);
            above = image.Row(y);
        }
    }
}
