namespace Temoto.Formats.Images;

/// <summary>Turns a stored picture upright. An orientation is EXIF's: where row 0 and column 0 of the stored pixels lie in the scene.</summary>
internal static class ImageOrientation
{
    /// <summary>A square of pixels whose source and target rows both stay in the first-level cache.</summary>
    private const int TilePixels = 32;

    /// <param name="orientation">1 to 8; 1 gives <paramref name="image"/> itself.</param>
    public static Image Apply(Image image, int orientation)
    {
        if (orientation == ExifOrientation.Upright)
            return image;
        var (width, height) = (image.Width, image.Height);
        var last = (width * height) - 1;
        // Target pixel (x, y) is stored pixel origin + x * dx + y * dy.
        var (origin, dx, dy) = orientation switch
        {
            2 => (width - 1, -1, width),
            3 => (last, -1, -width),
            4 => (last - width + 1, 1, -width),
            5 => (0, width, 1),
            6 => (last - width + 1, -width, 1),
            7 => (last, -width, -1),
            8 => (width - 1, width, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };
        var result = orientation >= 5 ? Image.Uninitialized(height, width) : Image.Uninitialized(width, height);
        for (var top = 0; top < result.Height; top += TilePixels)
        {
            for (var left = 0; left < result.Width; left += TilePixels)
            {
                var right = Math.Min(left + TilePixels, result.Width);
                for (var y = top; y < Math.Min(top + TilePixels, result.Height); y++)
                {
                    var target = result.Row(y);
                    for (var x = left; x < right; x++)
                    {
                        var from = image.Pixels.AsSpan((origin + (x * dx) + (y * dy)) * Image.Channels, Image.Channels);
                        var to = target.Slice(x * Image.Channels, Image.Channels);
                        to[0] = from[0];
                        to[1] = from[1];
                        to[2] = from[2];
                    }
                }
            }
        }
        return result;
    }
}
