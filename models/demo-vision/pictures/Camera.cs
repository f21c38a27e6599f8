using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>What lamp and camera make of a scene: uneven light, a highlight, blur, noise.</summary>
internal static class Camera
{
    public static void Light(Canvas canvas, Vector2 light, PictureRandom random)
    {
        var gain = new Vector3(random.Between(0.8f, 1.2f)) * (Vector3.One + random.Color(-0.06f, 0.06f));
        var slope = random.Between(0, 0.3f);
        var spot = new Vector2(random.Between(0, Canvas.Side), random.Between(0, Canvas.Side));
        var spotRadius = random.Between(12, 30);
        var spotStrength = random.Between(0, 0.2f);
        canvas.Paint((point, color) =>
        {
            var offset = (point - spot) / spotRadius;
            var highlight = spotStrength / (1 + Vector2.Dot(offset, offset));
            var uneven = 1 + slope * Vector2.Dot(point / Canvas.Side - new Vector2(0.5f), light);
            return color * gain * uneven + color * (2 * highlight);
        });
    }

    /// <summary>Three taps along x, then along y; the outer ones weigh <c>weight / (1 + 2 weight)</c>.</summary>
    public static void Blur(Canvas canvas, float weight)
    {
        foreach (var step in new[] { 1, Canvas.Side })
        {
            var before = (Vector3[])canvas.Pixels.Clone();
            for (var i = 0; i < before.Length; i++)
            {
                var at = i / step % Canvas.Side;
                var previous = before[at == 0 ? i : i - step];
                var next = before[at == Canvas.Side - 1 ? i : i + step];
                canvas.Pixels[i] = (before[i] + (previous + next) * weight) / (1 + 2 * weight);
            }
        }
    }

    public static void AddNoise(Canvas canvas, float deviation, PictureRandom random) =>
        canvas.Paint((_, color) => color + new Vector3(random.Normal(), random.Normal(), random.Normal()) * deviation);
}
