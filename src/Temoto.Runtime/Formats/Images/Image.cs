namespace Temoto.Formats.Images;

/// <summary>A picture of 8-bit RGB pixels, [height, width, 3], row by row without gaps.</summary>
internal sealed class Image
{
    /// <summary>Pixels per side. Far above what a vision transformer looks at, and what a phone's camera gives.</summary>
    public const int MaxSide = 16384;

    /// <summary>Pixels of a picture: 3 bytes each, so at most 192 MiB.</summary>
    public const int MaxPixels = 1 << 26;

    public const int Channels = 3;

    /// <summary>Every pixel is black.</summary>
    public Image(int width, int height)
        : this(width, height, new byte[checked(width * height * Channels)])
    {
    }

    /// <param name="pixels">[height, width, 3]; kept, not copied.</param>
    public Image(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, checked(width * height * Channels), nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[height, width, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Row <paramref name="y"/>: [width, 3].</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * Channels, Width * Channels);

    /// <summary>A picture that its reader will fill completely.</summary>
    public static Image Uninitialized(int width, int height) =>
        new(width, height, GC.AllocateUninitializedArray<byte>(checked(width * height * Channels)));
}
