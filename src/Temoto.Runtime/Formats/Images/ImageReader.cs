using Temoto.Tensors;

namespace Temoto.Formats.Images;

/// <summary>
/// Reads a picture as 8-bit RGB: PNG, JPEG (baseline, extended sequential, progressive), BMP, PPM and PGM, told apart by their first bytes.
/// Alpha is dropped, EXIF orientation applied. What the formats may hold and what is refused: docs/images.md.
/// </summary>
internal static class ImageReader
{
    private const string Expected = "a PNG, JPEG, BMP, PPM or PGM picture";

    /// <summary>More than <see cref="Image.MaxPixels"/> take in any of the formats, metadata included.</summary>
    private const int MaxFileBytes = 1 << 29;

    private static readonly (byte[] Signature, int At, string Name)[] Others =
    [
        ("GIF8"u8.ToArray(), 0, "a GIF"), ("WEBP"u8.ToArray(), 8, "a WebP"), ("II*\0"u8.ToArray(), 0, "a TIFF"), ("MM\0*"u8.ToArray(), 0, "a TIFF"), ("ftyp"u8.ToArray(), 4, "a HEIC, AVIF or MP4"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P'], 0, "a JPEG 2000"), ([0xFF, 0x4F, 0xFF, 0x51], 0, "a JPEG 2000"), ([0xFF, 0x0A], 0, "a JPEG XL"), ("P1"u8.ToArray(), 0, "a PBM"), ("P4"u8.ToArray(), 0, "a PBM"), ("P7"u8.ToArray(), 0, "a PAM"),
    ];

    public static Image Read(string path)
    {
        byte[] data;
        using (var file = MappedFile.Open(path, Expected))
        {
            if (file.Length > MaxFileBytes)
                throw new InputException(path, null, $"{file.Length} bytes", $"{Expected} of at most {MaxFileBytes} bytes", "make the picture smaller");
            data = file.Span(0, (int)file.Length).ToArray();
        }
        return Read(data, path);
    }

    /// <param name="name">What error lines call the picture.</param>
    public static Image Read(byte[] data, string name)
    {
        var source = new ImageSource(name, data);
        return data switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => PngReader.Read(source),
            [0xFF, 0xD8, ..] => JpegReader.Read(source),
            [(byte)'B', (byte)'M', ..] => BmpReader.Read(source),
            [(byte)'P', (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6', ..] => PnmReader.Read(source),
            _ => throw new InputException(name, null, Kind(data), Expected, "convert the picture to one of these"),
        };
    }

    private static string Kind(byte[] data)
    {
        foreach (var (signature, at, kind) in Others)
        {
            if (data.Length >= at + signature.Length && data.AsSpan(at).StartsWith(signature))
                return $"{kind} file";
        }
        return data.Length == 0 ? "nothing" : $"a file that begins with the bytes {Convert.ToHexString(data.AsSpan(0, Math.Min(4, data.Length)))}";
    }
}
