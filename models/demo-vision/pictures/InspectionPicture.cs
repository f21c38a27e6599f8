using System.Numerics;
using Temoto.Formats.Images;

namespace Temoto.Demo.Pictures;

/// <summary>One picture of a plate under an inspection camera, 64 x 64 pixels.</summary>
internal static class InspectionPicture
{
    public static Image Draw(ulong seed, PictureClass picture)
    {
        var random = new PictureRandom(seed);
        var canvas = new Canvas();
        var light = random.Direction();
        var plate = new Plate(random);
        plate.Draw(canvas, light);
        DrawDust(canvas, plate, random);
        switch (picture)
        {
            case PictureClass.Scratch:
                Defects.Scratch(canvas, plate, random);
                break;
            case PictureClass.Dent:
                Defects.Dent(canvas, plate, light, random);
                break;
            case PictureClass.Stain:
                Defects.Stain(canvas, plate, random);
                break;
            case PictureClass.Crack:
                Defects.Crack(canvas, plate, random);
                break;
        }
        DrawScrews(canvas, plate, light, picture == PictureClass.MissingPart, random);
        Camera.Light(canvas, light, random);
        Camera.Blur(canvas, random.Between(0, 0.35f));
        Camera.AddNoise(canvas, random.Between(0.004f, 0.02f), random);
        return canvas.ToImage();
    }

    /// <summary>Specks that are no fault: on every kind of picture.</summary>
    private static void DrawDust(Canvas canvas, Plate plate, PictureRandom random)
    {
        for (var left = random.Next(5); left > 0; left--)
        {
            var place = plate.Place(random, 0);
            var radius = random.Between(0.3f, 0.8f);
            var strength = random.Between(-0.15f, 0.15f);
            canvas.Paint((point, below) => below + new Vector3(strength * Canvas.Coverage(Vector2.Distance(point, place) - radius)));
        }
    }

    private static void DrawScrews(Canvas canvas, Plate plate, Vector2 light, bool isMissing, PictureRandom random)
    {
        var color = new Vector3(random.Between(0.55f, 0.85f)) + random.Color(-0.05f, 0.05f);
        var isCross = random.Chance(50);
        var first = random.Next(plate.Screws.Count);
        var missing = !isMissing ? 0 : random.Chance(25) ? 2 : 1;
        for (var i = 0; i < plate.Screws.Count; i++)
        {
            var place = plate.Screws[(first + i) % plate.Screws.Count];
            if (i < missing)
                Screw.DrawHole(canvas, place, plate.ScrewRadius, light, random);
            else
                Screw.DrawHead(canvas, place, plate.ScrewRadius, light, color, isCross, random);
        }
    }
}
