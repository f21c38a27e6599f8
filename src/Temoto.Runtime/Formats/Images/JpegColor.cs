namespace Temoto.Formats.Images;

/// <summary>What the components of a JPEG picture mean.</summary>
internal enum JpegColorSpace
{
    Gray,
    YCbCr,
    Rgb,

    /// <summary>Inverted, as Adobe stores it: 255 is no ink.</summary>
    Cmyk,

    /// <summary>CMYK whose first three components were turned into YCbCr.</summary>
    Ycck,
}

/// <summary>
/// From a JPEG picture's components to RGB. YCbCr as in JFIF 1.02 with 16 fraction bits: R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr, B = Y + 1.772 Cb, Cb and Cr counted
/// from 128.
/// </summary>
internal static class JpegColor
{
    private const int FractionBits = 16;
    private const int Half = 1 << (FractionBits - 1);
    private const int RedFromCr = 91881;     // 1.40200
    private const int GreenFromCb = 22554;   // 0.34414
    private const int GreenFromCr = 46802;   // 0.71414
    private const int BlueFromCb = 116130;   // 1.77200

    /// <summary>Decided as libjpeg does: a JFIF marker, else Adobe's marker, else the components' numbers.</summary>
    /// <param name="adobeTransform">The last byte of Adobe's APP14 marker; null without one.</param>
    public static JpegColorSpace Guess(JpegComponent[] components, bool hasJfif, int? adobeTransform)
    {
        if (components.Length == 1)
            return JpegColorSpace.Gray;
        if (components.Length == 4)
            return adobeTransform is null or 0 ? JpegColorSpace.Cmyk : JpegColorSpace.Ycck;
        if (hasJfif)
            return JpegColorSpace.YCbCr;
        if (adobeTransform is { } transform)
            return transform == 0 ? JpegColorSpace.Rgb : JpegColorSpace.YCbCr;
        return components is [{ Id: 'R' }, { Id: 'G' }, { Id: 'B' }] ? JpegColorSpace.Rgb : JpegColorSpace.YCbCr;
    }

    /// <param name="fourth">Black; empty but for CMYK and YCCK.</param>
    public static void ToRgb(JpegColorSpace space, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, ReadOnlySpan<byte> fourth, Span<byte> target)
    {
        var width = target.Length / Image.Channels;
        switch (space)
        {
            case JpegColorSpace.Gray:
                for (var x = 0; x < width; x++)
                    target.Slice(x * 3, 3).Fill(first[x]);
                break;
            case JpegColorSpace.YCbCr or JpegColorSpace.Ycck:
                FromYCbCr(first[..width], second[..width], third[..width], target);
                break;
            default:
                for (var x = 0; x < width; x++)
                    (target[3 * x], target[(3 * x) + 1], target[(3 * x) + 2]) = (first[x], second[x], third[x]);
                break;
        }
        if (space is JpegColorSpace.Cmyk or JpegColorSpace.Ycck)
            TakeInk(space, fourth[..width], target);
    }

    private static void FromYCbCr(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> target)
    {
        for (int x = 0, to = 0; x < luma.Length; x++, to += 3)
        {
            int y = luma[x], cb = blue[x] - 128, cr = red[x] - 128;
            var pixel = target.Slice(to, 3);
            pixel[0] = (byte)Math.Clamp(y + (((RedFromCr * cr) + Half) >> FractionBits), 0, 255);
            pixel[1] = (byte)Math.Clamp(y + ((Half - (GreenFromCb * cb) - (GreenFromCr * cr)) >> FractionBits), 0, 255);
            pixel[2] = (byte)Math.Clamp(y + (((BlueFromCb * cb) + Half) >> FractionBits), 0, 255);
        }
    }

    /// <summary>channel = light - ink * light / 255, where light is what black leaves; the quotient rounded.</summary>
    private static void TakeInk(JpegColorSpace space, ReadOnlySpan<byte> lights, Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            int light = lights[i / 3];
            // YCC to RGB gave the ink itself; what is stored as CMYK is its complement.
            var product = ((space == JpegColorSpace.Ycck ? target[i] : 255 - target[i]) * light) + 128;
            target[i] = (byte)Math.Clamp(light - (((product >> 8) + product) >> 8), 0, 255);
        }
    }
}
