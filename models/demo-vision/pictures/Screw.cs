using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>A screw's head, or the hole it is missing from.</summary>
internal static class Screw
{
    public static void DrawHead(Canvas canvas, Vector2 middle, float radius, Vector2 light, Vector3 color, bool isCross, PictureRandom random)
    {
        var slot = random.Direction();
        var across = new Vector2(-slot.Y, slot.X);
        canvas.Paint((point, below) =>
        {
            var offset = point - middle;
            var distance = MathF.Sqrt(offset.X * offset.X + offset.Y * offset.Y);
            if (distance > radius + 2)
                return below;
            var rim = below * (1 - 0.5f * Canvas.Coverage(distance - radius - 0.8f));
            var shade = 1 + 0.25f * Vector2.Dot(offset, light) / radius;
            var depth = Canvas.Coverage(Math.Abs(Vector2.Dot(offset, across)) - 0.6f);
            if (isCross)
                depth = Math.Max(depth, Canvas.Coverage(Math.Abs(Vector2.Dot(offset, slot)) - 0.6f));
            depth *= Canvas.Coverage(distance - radius * 0.75f);
            return Vector3.Lerp(rim, color * shade * (1 - 0.65f * depth), Canvas.Coverage(distance - radius));
        });
    }

    public static void DrawHole(Canvas canvas, Vector2 middle, float radius, Vector2 light, PictureRandom random)
    {
        var dark = random.Color(0.02f, 0.09f);
        var glint = random.Between(0.1f, 0.3f);
        canvas.Paint((point, below) =>
        {
            var offset = point - middle;
            var distance = MathF.Sqrt(offset.X * offset.X + offset.Y * offset.Y);
            if (distance > radius + 2)
                return below;
            // The wall that faces the lamp catches some of it.
            var wall = glint * Math.Max(0, -Vector2.Dot(offset, light) / radius) * Canvas.Coverage(radius * 0.6f - distance);
            return Vector3.Lerp(below, dark + new Vector3(wall), Canvas.Coverage(distance - radius));
        });
    }
}
