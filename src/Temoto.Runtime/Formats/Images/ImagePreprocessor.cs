namespace Temoto.Formats.Images;

/// <summary>
/// From a picture to what a vision transformer reads: resize, cut out the middle, scale, normalize, in this order and each only where the model's
/// <see cref="PreprocessorSettings"/> say so. Arithmetic and rounding are those of Hugging Face's processors that are written with numpy.
/// </summary>
internal sealed class ImagePreprocessor
{
    private readonly PreprocessorSettings settings;

    /// <summary>[3, 256]: what becomes of each level of each channel.</summary>
    private readonly float[] levels = new float[Image.Channels * 256];

    public ImagePreprocessor(PreprocessorSettings settings)
    {
        this.settings = settings;
        for (var i = 0; i < levels.Length; i++)
        {
            var channel = i / 256;
            var value = settings.DoRescale ? (float)(i % 256 * settings.RescaleFactor) : i % 256;
            levels[i] = settings.DoNormalize ? (value - settings.ImageMean[channel]) / settings.ImageStd[channel] : value;
        }
    }

    /// <summary>Reads preprocessor_config.json.</summary>
    public static ImagePreprocessor Open(string path) => new(PreprocessorSettings.Open(path));

    /// <summary>What the model gets of pictures of every size; null where it depends on theirs.</summary>
    public (int Width, int Height)? FixedSize => settings.CropSize ?? (settings.DoResize ? settings.Size : null);

    /// <summary>What the model gets of a picture of this size.</summary>
    public (int Width, int Height) OutputSize(int width, int height) =>
        settings.CropSize is { } crop ? crop : settings.DoResize ? ResizedSize(width, height) : (width, height);

    /// <param name="name">What error lines call the picture.</param>
    /// <returns>[3, height, width] with <see cref="OutputSize"/>: red, green, blue.</returns>
    public float[] Run(Image image, string name)
    {
        if (settings.DoResize)
        {
            var (resizedWidth, resizedHeight) = ResizedSize(image.Width, image.Height);
            if (Math.Max(resizedWidth, resizedHeight) > Image.MaxSide || (long)resizedWidth * resizedHeight > Image.MaxPixels)
                throw new InputException(name, null, $"{image.Width} x {image.Height} pixels, resized {resizedWidth} x {resizedHeight}", $"at most {Image.MaxSide} on each side and {Image.MaxPixels} in all", "cut the picture to a less extreme shape");
            image = ImageResize.Resize(image, resizedWidth, resizedHeight, settings.Resample);
        }
        var (width, height) = settings.CropSize ?? (image.Width, image.Height);
        // Negative where the picture is smaller than what is cut out: what is missing is black, half of it on each side.
        var (left, top) = (Middle(image.Width, width), Middle(image.Height, height));
        var result = new float[Image.Channels * width * height];
        for (var y = 0; y < height; y++)
        {
            var row = y + top >= 0 && y + top < image.Height ? image.Row(y + top) : default;
            for (var channel = 0; channel < Image.Channels; channel++)
            {
                var target = result.AsSpan(((channel * height) + y) * width, width);
                var table = levels.AsSpan(channel * 256, 256);
                for (var x = 0; x < width; x++)
                {
                    var from = x + left;
                    target[x] = table[from >= 0 && from * Image.Channels < row.Length ? row[(from * Image.Channels) + channel] : 0];
                }
            }
        }
        return result;
    }

    /// <summary>floor((size - part) / 2).</summary>
    private static int Middle(int size, int part) => (size - part) >> 1;

    private (int Width, int Height) ResizedSize(int width, int height)
    {
        if (settings.ShortestEdge is not { } edge)
            return settings.Size!.Value;
        // The longer side is cut off, not rounded.
        return width <= height ? (edge, (int)((long)edge * height / width)) : ((int)((long)edge * width / height), edge);
    }
}
