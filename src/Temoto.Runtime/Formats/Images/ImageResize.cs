namespace Temoto.Formats.Images;

/// <summary>How new pixels are made from old ones, by the numbers that Pillow and <c>resample</c> in preprocessor_config.json use.</summary>
internal enum ResampleFilter
{
    /// <summary>The pixel in which the new one's middle lies.</summary>
    Nearest = 0,

    /// <summary>A triangle over two pixels.</summary>
    Bilinear = 2,

    /// <summary>R. Keys' cubic over four pixels with a = -0.5.</summary>
    Bicubic = 3,
}

/// <summary>
/// Makes a picture larger or smaller as Pillow does: where it gets smaller the filter is widened by the same factor, so that every old pixel counts (antialiasing). Columns first, rounded to
/// 8 bits, then rows.
/// </summary>
internal static class ImageResize
{
    public static Image Resize(Image image, int width, int height, ResampleFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (width == image.Width && height == image.Height)
            return image;
        if (filter == ResampleFilter.Nearest)
            return Nearest(image, width, height);
        var narrowed = width == image.Width ? image : Columns(image, new ResampleWeights(image.Width, width, filter));
        return height == image.Height ? narrowed : Rows(narrowed, new ResampleWeights(image.Height, height, filter));
    }

    private static Image Nearest(Image image, int width, int height)
    {
        var result = Image.Uninitialized(width, height);
        var (columns, rows) = (NearestPlaces(image.Width, width), NearestPlaces(image.Height, height));
        for (var y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> from = image.Row(rows[y]);
            var to = result.Row(y);
            for (var x = 0; x < width; x++)
                from.Slice(columns[x] * Image.Channels, Image.Channels).CopyTo(to[(x * Image.Channels)..]);
        }
        return result;
    }

    /// <summary>The middle of each new pixel, added up as Pillow adds it, so that ties fall the same way.</summary>
    private static int[] NearestPlaces(int from, int to)
    {
        var (step, places) = ((double)from / to, new int[to]);
        var place = step * 0.5;
        for (var i = 0; i < to; i++, place += step)
            places[i] = Math.Min((int)place, from - 1);
        return places;
    }

    private static Image Columns(Image image, ResampleWeights weights)
    {
        var result = Image.Uninitialized(weights.Count, image.Height);
        for (var y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Row(y);
            var to = result.Row(y);
            for (var x = 0; x < weights.Count; x++)
            {
                var taps = weights.Taps(x, out var first);
                var pixels = from.Slice(first * Image.Channels, taps.Length * Image.Channels);
                var (red, green, blue) = (ResampleWeights.Half, ResampleWeights.Half, ResampleWeights.Half);
                for (int i = 0, p = 0; i < taps.Length; i++, p += Image.Channels)
                {
                    red += taps[i] * pixels[p];
                    green += taps[i] * pixels[p + 1];
                    blue += taps[i] * pixels[p + 2];
                }
                to[x * 3] = ResampleWeights.Round(red);
                to[(x * 3) + 1] = ResampleWeights.Round(green);
                to[(x * 3) + 2] = ResampleWeights.Round(blue);
            }
        }
        return result;
    }

    private static Image Rows(Image image, ResampleWeights weights)
    {
        var result = Image.Uninitialized(image.Width, weights.Count);
        var sums = new int[image.Width * Image.Channels];
        for (var y = 0; y < weights.Count; y++)
        {
            Array.Fill(sums, ResampleWeights.Half);
            var taps = weights.Taps(y, out var first);
            for (var i = 0; i < taps.Length; i++)
            {
                ReadOnlySpan<byte> from = image.Row(first + i)[..sums.Length];
                var weight = taps[i];
                for (var x = 0; x < sums.Length; x++)
                    sums[x] += weight * from[x];
            }
            var to = result.Row(y)[..sums.Length];
            for (var x = 0; x < sums.Length; x++)
                to[x] = ResampleWeights.Round(sums[x]);
        }
        return result;
    }
}
