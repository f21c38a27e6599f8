namespace Temoto.Formats.Images;

/// <summary>
/// Reads JPEG (ITU-T T.81): 8-bit Huffman-coded pictures, baseline, extended sequential and progressive, of 1, 3 or 4 components. A picture that is not
/// complete, or whose tables or scans are not what the standard allows, is refused.
/// </summary>
internal sealed class JpegReader
{
    private static readonly byte[] Jfif = "JFIF\0"u8.ToArray();
    private static readonly byte[] Exif = "Exif\0\0"u8.ToArray();
    private static readonly byte[] Adobe = "Adobe"u8.ToArray();

    /// <summary>Encoders write about ten scans; each one visits every block.</summary>
    private const int MaxScans = 100;

    private readonly ImageSource source;
    private readonly JpegTables tables = new();
    private JpegFrame? frame;
    private int scans;
    private bool hasJfif;
    private int? adobeTransform;
    private int orientation = ExifOrientation.Upright;

    private JpegReader(ImageSource source) => this.source = source;

    public static Image Read(ImageSource source)
    {
        var reader = new JpegReader(source);
        reader.ReadSegments();
        return ImageOrientation.Apply(reader.Finish(), reader.orientation);
    }

    private void ReadSegments()
    {
        for (var at = 2; ;)
        {
            if (source.UInt8(at, "marker") != JpegMarker.Prefix)
                throw source.Bad($"byte {at}", $"byte {source.Data[at]:X2}", "a marker, which begins with FF");
            while (source.UInt8(at + 1, "marker") == JpegMarker.Prefix)
                at++;
            int marker = source.Data[at + 1];
            var where = $"{JpegMarker.Name(marker)} at byte {at}";
            if (marker == JpegMarker.EndOfImage)
                return;
            if (marker is 0 or 1 or (>= JpegMarker.FirstRestart and <= JpegMarker.StartOfImage))
                throw source.Bad($"byte {at}", JpegMarker.Name(marker), "a segment or EOI");
            var length = source.UInt16BigEndian(at + 2, JpegMarker.Name(marker));
            if (length < 2 || length > source.Data.Length - at - 2)
                throw source.Bad(where, $"a length of {length}", $"2 to the {source.Data.Length - at - 2} bytes up to the end of the file");
            var (start, end) = (at + 4, at + 2 + length);
            at = marker == JpegMarker.StartOfScan ? ReadScan(where, start, end) : end;
            ReadSegment(marker, where, start, end);
        }
    }

    private void ReadSegment(int marker, string where, int start, int end)
    {
        switch (marker)
        {
            case JpegMarker.Baseline or JpegMarker.ExtendedSequential or JpegMarker.Progressive:
                frame = frame is null ? JpegFrame.Read(source, marker, start, end) : throw source.Bad(where, "a second frame", "one");
                break;
            case JpegMarker.HuffmanTables:
                tables.ReadHuffman(source, start, end);
                break;
            case JpegMarker.QuantizationTables:
                tables.ReadQuantization(source, start, end);
                break;
            case JpegMarker.RestartInterval:
                tables.ReadRestartInterval(source, start, end);
                break;
            case >= JpegMarker.FirstApplication and <= JpegMarker.LastApplication:
                ReadApplication(marker - JpegMarker.FirstApplication, source.Data.AsSpan(start, end - start));
                break;
            case JpegMarker.StartOfScan or JpegMarker.Comment:
                break;
            default:
                throw source.Bad(where, JpegMarker.Name(marker), "a Huffman-coded baseline, extended sequential or progressive picture");
        }
    }

    private void ReadApplication(int number, ReadOnlySpan<byte> content)
    {
        if (number == 0 && content.StartsWith(Jfif))
            hasJfif = true;
        else if (number == 1 && content.StartsWith(Exif))
            orientation = ExifOrientation.Read(content[Exif.Length..]);
        else if (number == 14 && content.StartsWith(Adobe) && content.Length >= 12)
            adobeTransform = content[11];
    }

    private int ReadScan(string where, int start, int end)
    {
        if (frame is null)
            throw source.Bad(where, "a scan before the frame header", "SOF0, SOF1 or SOF2 first");
        if (++scans > MaxScans)
            throw source.Bad(where, "more scans", $"at most {MaxScans}");
        var scan = JpegScan.Read(source, frame, tables, start, end);
        return JpegScanDecoder.Decode(source, frame, scan, tables.RestartInterval, end);
    }

    private Image Finish()
    {
        if (frame is null)
            throw source.Bad("EOI", "no frame", "a picture");
        foreach (var component in frame.Components)
        {
            // A band that no scan had is zero; one that was begun has to be complete.
            if (component.KnownBits[0] != 0 || component.KnownBits.Any(bit => bit > 0))
                throw source.Bad("EOI", $"component {component.Id} without all its scans", "a complete picture");
            if (frame.IsProgressive)
                component.TransformAll();
        }
        var space = JpegColor.Guess(frame.Components, hasJfif, adobeTransform);
        var image = Image.Uninitialized(frame.Width, frame.Height);
        var rows = frame.Components.Select(component => new JpegUpsampling(component, frame)).ToArray();
        for (var y = 0; y < frame.Height; y++)
        {
            var first = rows[0].Row(y);
            if (rows.Length == 1)
                JpegColor.ToRgb(space, first, default, default, default, image.Row(y));
            else
                JpegColor.ToRgb(space, first, rows[1].Row(y), rows[2].Row(y), rows.Length > 3 ? rows[3].Row(y) : default, image.Row(y));
        }
        return image;
    }
}
