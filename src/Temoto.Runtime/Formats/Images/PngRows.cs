using System.Numerics;

namespace Temoto.Formats.Images;

/// <summary>PNG's rows: takes each filter off again and turns samples of 1 to 16 bits into 8-bit RGB.</summary>
internal static class PngRows
{
    public static void Read(ImageSource source, Stream inflated, PngHeader header, byte[] palette, Image image)
    {
        var longest = header.RowBytes(header.Width);
        var (row, above, samples) = (new byte[longest], new byte[longest], new byte[header.Width * header.SamplesPerPixel]);
        var passNumber = 0;
        foreach (var pass in header.Passes)
        {
            passNumber++;
            var length = header.RowBytes(pass.Width);
            above.AsSpan(0, length).Clear();
            for (var y = 0; y < pass.Height; y++)
            {
                var filter = inflated.ReadByte();
                if (filter < 0 || inflated.ReadAtLeast(row.AsSpan(0, length), length, throwOnEndOfStream: false) != length)
                    throw source.Bad($"IDAT, pass {passNumber}, row {y}", "the end of the compressed data", $"{header.Height} rows of {header.Width} pixels");
                if (filter > (int)PngFilter.Paeth)
                    throw source.Bad($"IDAT, pass {passNumber}, row {y}", $"filter {filter}", "0 to 4");
                Unfilter((PngFilter)filter, row.AsSpan(0, length), above, header.FilterBytes);
                var target = image.Row(pass.Y + (y * pass.StepY));
                if (header is { Color: PngColor.Rgb, BitDepth: 8 } && pass.StepX == 1)
                {
                    row.AsSpan(0, length).CopyTo(target);
                }
                else
                {
                    var expanded = samples.AsSpan(0, pass.Width * header.SamplesPerPixel);
                    Expand(row, expanded, header.BitDepth, header.Color == PngColor.Gray);
                    var bad = Colour(expanded, header, palette, target[(pass.X * Image.Channels)..], pass.StepX * Image.Channels);
                    if (bad >= 0)
                        throw source.Bad($"IDAT, pass {passNumber}, row {y}", $"colour {bad}", $"one of the palette's {palette.Length / 3}");
                }
                (row, above) = (above, row);
            }
        }
        // Also makes the inflater compare the checksum at the end.
        if (inflated.ReadByte() >= 0)
            throw source.Bad("IDAT", "more compressed data than pixels", $"{header.RawBytes} bytes when inflated");
    }

    /// <param name="above">The row above as it was before filtering; zeros for the first row of a pass.</param>
    /// <param name="pixelBytes">How far the byte to the left lies away.</param>
    internal static void Unfilter(PngFilter filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        above = above[..row.Length];
        var first = Math.Min(pixelBytes, row.Length);
        switch (filter)
        {
            case PngFilter.Sub:
                for (var i = first; i < row.Length; i++)
                    row[i] += row[i - pixelBytes];
                break;
            case PngFilter.Up:
                var done = 0;
                for (; done <= row.Length - Vector<byte>.Count; done += Vector<byte>.Count)
                    (new Vector<byte>(row[done..]) + new Vector<byte>(above[done..])).CopyTo(row[done..]);
                for (; done < row.Length; done++)
                    row[done] += above[done];
                break;
            case PngFilter.Average:
                for (var i = 0; i < first; i++)
                    row[i] += (byte)(above[i] / 2);
                for (var i = first; i < row.Length; i++)
                    row[i] += (byte)((row[i - pixelBytes] + above[i]) / 2);
                break;
            case PngFilter.Paeth:
                // Left of the first pixel everything is 0: the nearest neighbour is the one above.
                for (var i = 0; i < first; i++)
                    row[i] += above[i];
                for (var i = first; i < row.Length; i++)
                    row[i] += (byte)PngFormat.Paeth(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                break;
        }
    }

    /// <summary>One byte for each sample. Grey of fewer bits is spread over 0 .. 255, palette indices stay; of 16 bits the high byte counts.</summary>
    private static void Expand(ReadOnlySpan<byte> row, Span<byte> samples, int bitDepth, bool isGray)
    {
        switch (bitDepth)
        {
            case 8:
                row[..samples.Length].CopyTo(samples);
                break;
            case 16:
                for (var i = 0; i < samples.Length; i++)
                    samples[i] = row[2 * i];
                break;
            default:
                var (mask, perByte) = ((1 << bitDepth) - 1, 8 / bitDepth);
                var scale = isGray ? 255 / mask : 1;
                for (var i = 0; i < samples.Length; i++)
                    samples[i] = (byte)(((row[i / perByte] >> (8 - bitDepth - (i % perByte * bitDepth))) & mask) * scale);
                break;
        }
    }

    /// <summary>Writes RGB every <paramref name="step"/> bytes; returns a palette index that is too large, or -1.</summary>
    private static int Colour(ReadOnlySpan<byte> samples, PngHeader header, ReadOnlySpan<byte> palette, Span<byte> target, int step)
    {
        var perPixel = header.SamplesPerPixel;
        for (int from = 0, to = 0; from < samples.Length; from += perPixel, to += step)
        {
            var pixel = target.Slice(to, Image.Channels);
            switch (header.Color)
            {
                case PngColor.Gray or PngColor.GrayAlpha:
                    pixel.Fill(samples[from]);
                    break;
                case PngColor.Palette:
                    if (samples[from] * 3 >= palette.Length)
                        return samples[from];
                    palette.Slice(samples[from] * 3, 3).CopyTo(pixel);
                    break;
                default:
                    samples.Slice(from, 3).CopyTo(pixel);
                    break;
            }
        }
        return -1;
    }
}
