using System.Buffers.Binary;

namespace Temoto.Tests.Formats.Images;

/// <summary>Windows bitmaps with random pixels.</summary>
internal static class BmpFixture
{
    /// <param name="headerBytes">12 (OS/2), 40, 108 or 124.</param>
    /// <param name="masks">Red, green and blue of a 32-bit pixel; none for blue, green, red, nothing.</param>
    /// <param name="colours">Of the palette; 0 for as many as the bits allow.</param>
    public static byte[] Write(int width, int height, int bits, bool topDown, int seed, int headerBytes = 40, uint[]? masks = null, int colours = 0)
    {
        var random = new Random(seed);
        var palette = bits > 8 ? 0 : (colours > 0 ? colours : 1 << bits) * (headerBytes == 12 ? 3 : 4);
        var outside = masks is not null && headerBytes == 40 ? 12 : 0;
        var pixelsAt = 14 + headerBytes + outside + palette;
        var stride = ((width * bits) + 31) / 32 * 4;
        var file = new byte[pixelsAt + (stride * height)];
        random.NextBytes(file.AsSpan(14 + headerBytes));
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        Put32(file, 2, file.Length);
        Put32(file, 10, pixelsAt);
        Put32(file, 14, headerBytes);
        if (headerBytes == 12)
        {
            Put16(file, 18, width);
            Put16(file, 20, height);
            Put16(file, 22, 1);
            Put16(file, 24, bits);
        }
        else
        {
            Put32(file, 18, width);
            Put32(file, 22, topDown ? -height : height);
            Put16(file, 26, 1);
            Put16(file, 28, bits);
            Put32(file, 30, masks is null ? 0 : 3);
            Put32(file, 46, colours);
            for (var i = 0; i < masks?.Length; i++)
                Put32(file, 54 + (4 * i), (int)masks[i]);
        }
        if (colours > 0)
            Clamp(file.AsSpan(pixelsAt), bits, colours);
        return file;
    }

    /// <summary>Keeps the indices below the number of colours.</summary>
    private static void Clamp(Span<byte> pixels, int bits, int colours)
    {
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = bits == 8 ? (byte)(pixels[i] % colours) : (byte)((((pixels[i] >> 4) % colours) << 4) | ((pixels[i] & 15) % colours));
    }

    private static void Put16(byte[] file, int at, int value) => BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(at), (short)value);

    private static void Put32(byte[] file, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
}
