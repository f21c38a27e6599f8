using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>A screwed plate seen from above: place, rotation, colour, surface. Its own coordinates have their origin in its middle, in pixels, unturned.</summary>
internal sealed class Plate
{
    private const float CornerRadius = 4;

    private readonly Vector2 middle;
    private readonly Vector2 axis;
    private readonly Vector2 half;
    private readonly Vector3 color;
    private readonly Vector3 ground;
    private readonly ValueNoise groundNoise;
    private readonly ValueNoise texture;
    private readonly float textureContrast;
    private readonly float bevel;

    public Plate(PictureRandom random)
    {
        middle = new Vector2(random.Between(29, 35), random.Between(29, 35));
        axis = random.Direction();
        var width = random.Between(23, 29);
        half = new Vector2(width, width * random.Between(0.8f, 1));
        color = new Vector3(random.Between(0.34f, 0.6f)) + random.Color(-0.1f, 0.1f);
        ground = new Vector3(random.Between(0.06f, 0.28f)) + random.Color(-0.04f, 0.04f);
        groundNoise = new ValueNoise(random, new Vector2(random.Between(2, 6)));
        (texture, textureContrast) = random.Next(3) switch
        {
            // Brushed, cast, painted.
            0 => (new ValueNoise(random, new Vector2(random.Between(12, 25), random.Between(1, 2))), random.Between(0.02f, 0.05f)),
            1 => (new ValueNoise(random, new Vector2(random.Between(3, 7))), random.Between(0.01f, 0.05f)),
            _ => (new ValueNoise(random, Vector2.One), random.Between(0, 0.03f)),
        };
        bevel = random.Between(0, 0.15f);
        ScrewRadius = random.Between(3.6f, 4.6f);
        Screws = [.. new Vector2[] { new(-1, -1), new(1, -1), new(1, 1), new(-1, 1) }.Select(corner => ToPicture(corner * (half * 0.7f)))];
    }

    /// <summary>Where screws belong, in the picture's coordinates.</summary>
    public IReadOnlyList<Vector2> Screws { get; }

    public float ScrewRadius { get; }

    /// <summary>A place on the plate that is clear of the screws, in the picture's coordinates.</summary>
    /// <param name="random">Where the place comes from.</param>
    /// <param name="clearPixels">Smallest distance from the middle of a screw.</param>
    public Vector2 Place(PictureRandom random, float clearPixels)
    {
        while (true)
        {
            var place = ToPicture(new Vector2(random.Between(-0.62f, 0.62f), random.Between(-0.62f, 0.62f)) * half);
            if (Screws.All(screw => Vector2.Distance(screw, place) > clearPixels))
                return place;
        }
    }

    /// <summary>1 on the plate, 0 beside it.</summary>
    public float Coverage(Vector2 point) => Canvas.Coverage(EdgeDistance(ToPlate(point)));

    /// <param name="canvas">Painted over completely.</param>
    /// <param name="light">Unit vector towards the lamp.</param>
    public void Draw(Canvas canvas, Vector2 light) => canvas.Paint((point, _) =>
    {
        var place = ToPlate(point);
        var distance = EdgeDistance(place);
        // The shadow lies away from the lamp.
        var shadow = Canvas.Coverage(EdgeDistance(ToPlate(point + light * 2.5f)), 4);
        var below = ground * (1 + 0.25f * groundNoise.At(point)) * (1 - 0.6f * shadow);
        var edge = distance > -2 ? bevel * Vector2.Dot(Vector2.Normalize(point - middle), light) : 0;
        var surface = color * (1 + edge) + new Vector3(textureContrast * texture.At(place));
        return Vector3.Lerp(below, surface, Canvas.Coverage(distance));
    });

    private Vector2 ToPlate(Vector2 point)
    {
        var offset = point - middle;
        return new Vector2(offset.X * axis.X + offset.Y * axis.Y, offset.Y * axis.X - offset.X * axis.Y);
    }

    private Vector2 ToPicture(Vector2 place) => middle + new Vector2(place.X * axis.X - place.Y * axis.Y, place.X * axis.Y + place.Y * axis.X);

    /// <summary>Signed distance from the edge of the rounded rectangle, negative inside.</summary>
    private float EdgeDistance(Vector2 place)
    {
        var (x, y) = (Math.Abs(place.X) - half.X + CornerRadius, Math.Abs(place.Y) - half.Y + CornerRadius);
        var (outX, outY) = (Math.Max(x, 0), Math.Max(y, 0));
        return MathF.Sqrt(outX * outX + outY * outY) + Math.Min(Math.Max(x, y), 0) - CornerRadius;
    }
}
