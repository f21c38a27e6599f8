using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>What can be wrong with a plate's surface.</summary>
internal static class Defects
{
    /// <summary>A long bright line, nearly straight, with a thin dark edge.</summary>
    public static void Scratch(Canvas canvas, Plate plate, PictureRandom random)
    {
        var middle = plate.Place(random, 0);
        var direction = random.Direction();
        var across = new Vector2(-direction.Y, direction.X);
        var reach = random.Between(12, 20);
        var bend = across * random.Between(-4, 4);
        // A parabola through the middle, in short pieces.
        var points = Enumerable.Range(-4, 9).Select(i => middle + direction * (reach * i / 4) + bend * (i * i / 16f)).ToArray();
        var width = random.Between(0.6f, 1.05f);
        var strength = random.Between(0.5f, 0.75f);
        var edge = random.Between(0, 0.25f);
        canvas.Paint((point, below) =>
        {
            var coverage = plate.Coverage(point);
            var bright = strength * coverage * Line(point, points, width, width);
            var dark = edge * coverage * Line(point + across * (width + 0.6f), points, width * 0.6f, width * 0.6f);
            return Vector3.Lerp(below * (1 - dark), Vector3.One, bright);
        });
    }

    /// <summary>A dark line that changes its direction every few pixels and tapers, with a branch or two.</summary>
    public static void Crack(Canvas canvas, Plate plate, PictureRandom random)
    {
        var start = plate.Place(random, 0);
        var direction = random.Direction();
        var width = random.Between(0.7f, 1.15f);
        var strength = random.Between(0.65f, 0.9f);
        // From the middle to both sides.
        var one = Walk(start, direction, 4 + random.Next(3), random);
        var other = Walk(start, -direction, 3 + random.Next(3), random);
        var lines = new List<Vector2[]> { one, other };
        for (var left = 1 + random.Next(2); left > 0; left--)
        {
            var from = random.Next(one.Length - 1);
            var side = new Vector2(-direction.Y, direction.X) * (random.Chance(50) ? 1 : -1);
            lines.Add(Walk(one[from], direction * 0.5f + side, 1 + random.Next(2), random));
        }
        canvas.Paint((point, below) =>
        {
            var dark = 0f;
            foreach (var line in lines)
                dark = Math.Max(dark, Line(point, line, width, 0.3f));
            return below * (1 - strength * dark * plate.Coverage(point));
        });
    }

    /// <summary>A hollow: the side towards the lamp is dark, the other bright.</summary>
    public static void Dent(Canvas canvas, Plate plate, Vector2 light, PictureRandom random)
    {
        var radius = random.Between(5.5f, 9.5f);
        var middle = plate.Place(random, plate.ScrewRadius + radius * 0.6f);
        var axis = random.Direction();
        var flat = random.Between(0.75f, 1);
        var depth = random.Between(0.6f, 0.85f);
        canvas.Paint((point, below) =>
        {
            var offset = (point - middle) / radius;
            var (along, across) = (Vector2.Dot(offset, axis), (offset.Y * axis.X - offset.X * axis.Y) / flat);
            var square = along * along + across * across;
            // The slope of (1 - r^2)^2 is 4 r (1 - r^2), at most 1.54.
            return square < 1 ? below * (1 - depth * plate.Coverage(point) * 2.6f * (1 - square) * Vector2.Dot(offset, light)) : below;
        });
    }

    /// <summary>A patch of another colour with an uneven edge: rust, oil, coolant, residue.</summary>
    public static void Stain(Canvas canvas, Plate plate, PictureRandom random)
    {
        var radius = random.Between(5, 10);
        var middle = plate.Place(random, plate.ScrewRadius + radius * 0.5f);
        var noise = new ValueNoise(random, new Vector2(radius * 0.6f));
        var softness = random.Between(1.5f, 3);
        var opacity = random.Between(0.65f, 0.9f);
        var tint = random.Next(4) switch
        {
            0 => new Vector3(0.48f, 0.25f, 0.1f),
            1 => new Vector3(0.13f, 0.12f, 0.1f),
            2 => new Vector3(0.12f, 0.38f, 0.42f),
            _ => new Vector3(0.75f, 0.72f, 0.6f),
        } + random.Color(-0.05f, 0.05f);
        canvas.Paint((point, below) =>
        {
            var distance = Vector2.Distance(point, middle) - radius * (1 + 0.4f * noise.At(point - middle));
            return Vector3.Lerp(below, tint, opacity * plate.Coverage(point) * Canvas.Coverage(distance, softness));
        });
    }

    private static Vector2[] Walk(Vector2 from, Vector2 direction, int pieces, PictureRandom random)
    {
        var points = new Vector2[pieces + 1];
        points[0] = from;
        for (var i = 0; i < pieces; i++)
        {
            var turned = Vector2.Normalize(direction) + random.Direction() * 0.75f;
            points[i + 1] = points[i] + Vector2.Normalize(turned) * random.Between(3, 5.5f);
        }
        return points;
    }

    /// <summary>1 on a line of the half width <paramref name="first"/> that becomes <paramref name="last"/> at its end, 0 away from it.</summary>
    private static float Line(Vector2 point, Vector2[] points, float first, float last)
    {
        var most = 0f;
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var width = first + (last - first) * (i + 1) / (points.Length - 1);
            most = Math.Max(most, Canvas.Coverage(Canvas.DistanceToSegment(point, points[i], points[i + 1]) - width));
        }
        return most;
    }
}
