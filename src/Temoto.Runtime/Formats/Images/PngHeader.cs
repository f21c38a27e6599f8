namespace Temoto.Formats.Images;

/// <summary>IHDR: the size of a PNG picture and how its samples are stored.</summary>
internal sealed record PngHeader(int Width, int Height, int BitDepth, PngColor Color, bool Interlaced)
{
    public const int Bytes = 13;

    /// <summary>Adam7: where each pass starts and how far its pixels lie apart.</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
    [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ];

    public int SamplesPerPixel => Color switch
    {
        PngColor.Rgb => 3,
        PngColor.GrayAlpha => 2,
        PngColor.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>How far a filter looks to the left: a whole pixel, at least a byte.</summary>
    public int FilterBytes => Math.Max(1, SamplesPerPixel * BitDepth / 8);

    /// <summary>Passes with at least one pixel; one pass over everything where there is no interlace.</summary>
    public IEnumerable<PngPass> Passes => (Interlaced ? Adam7 : [(0, 0, 1, 1)])
        .Select(pass => new PngPass(pass.X, pass.Y, pass.StepX, pass.StepY, Count(Width, pass.X, pass.StepX), Count(Height, pass.Y, pass.StepY)))
        .Where(pass => pass.Width > 0 && pass.Height > 0);

    /// <summary>Bytes after inflating: each row has a filter byte in front.</summary>
    public long RawBytes => Passes.Sum(pass => (long)pass.Height * (1 + RowBytes(pass.Width)));

    public int RowBytes(int width) => ((width * SamplesPerPixel * BitDepth) + 7) / 8;

    public static PngHeader Read(ImageSource source, int at, int length)
    {
        var where = $"IHDR at byte {at}";
        if (length != Bytes)
            throw source.Bad(where, $"{length} bytes", $"{Bytes}");
        var (width, height) = (source.UInt32BigEndian(at, "IHDR"), source.UInt32BigEndian(at + 4, "IHDR"));
        source.CheckSize(where, width, height);
        var fields = source.Bytes(at + 8, 5, "IHDR");
        var (depth, color) = ((int)fields[0], (PngColor)fields[1]);
        var known = color switch
        {
            PngColor.Gray => depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GrayAlpha or PngColor.RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!known)
            throw source.Bad(where, $"colour type {fields[1]} with {depth} bits per sample", "a pair that PNG defines");
        if (fields[2] != 0 || fields[3] != 0 || fields[4] > 1)
            throw source.Bad(where, $"compression {fields[2]}, filter {fields[3]}, interlace {fields[4]}", "compression 0, filter 0, interlace 0 or 1");
        return new PngHeader((int)width, (int)height, depth, color, fields[4] == 1);
    }

    private static int Count(int size, int start, int step) => (size - start + step - 1) / step;
}

/// <summary>The pixels (X + i StepX, Y + j StepY), i below Width, j below Height, stored as a picture of their own.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Width, int Height);
