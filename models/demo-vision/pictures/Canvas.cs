using System.Numerics;
using Temoto.Formats.Images;

namespace Temoto.Demo.Pictures;

/// <summary>A picture while it is drawn: linear red, green and blue, 0 to 1, one vector per pixel. Pixel centres are at halves: the middle of the first is (0.5, 0.5).</summary>
internal sealed class Canvas
{
    /// <summary>Pixels per side.</summary>
    public const int Side = 64;

    public Vector3[] Pixels { get; } = new Vector3[Side * Side];

    /// <summary>Replaces every pixel by what <paramref name="paint"/> makes of its place and colour.</summary>
    public void Paint(Func<Vector2, Vector3, Vector3> paint)
    {
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                Pixels[y * Side + x] = paint(new Vector2(x + 0.5f, y + 0.5f), Pixels[y * Side + x]);
        }
    }

    public Image ToImage()
    {
        var image = new Image(Side, Side);
        for (var i = 0; i < Pixels.Length; i++)
        {
            for (var channel = 0; channel < Image.Channels; channel++)
                image.Pixels[i * Image.Channels + channel] = (byte)(Math.Clamp(Pixels[i][channel], 0, 1) * 255 + 0.5f);
        }
        return image;
    }

    /// <summary>1 inside an edge, 0 outside, linear over one pixel, where <paramref name="distance"/> is signed and negative inside.</summary>
    public static float Coverage(float distance) => Math.Clamp(0.5f - distance, 0, 1);

    /// <summary>Likewise over <paramref name="softness"/> pixels.</summary>
    public static float Coverage(float distance, float softness) => Math.Clamp(0.5f - distance / softness, 0, 1);

    /// <summary>Distance of a point from the line between two others.</summary>
    public static float DistanceToSegment(Vector2 point, Vector2 from, Vector2 to)
    {
        var along = to - from;
        var square = Math.Max(along.X * along.X + along.Y * along.Y, 1e-6f);
        var offset = point - from;
        var t = Math.Clamp((offset.X * along.X + offset.Y * along.Y) / square, 0, 1);
        var rest = offset - along * t;
        return MathF.Sqrt(rest.X * rest.X + rest.Y * rest.Y);
    }
}
