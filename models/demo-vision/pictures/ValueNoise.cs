using System.Numerics;

namespace Temoto.Demo.Pictures;

/// <summary>Smooth noise in [-1, 1]: random values on a grid of cells, interpolated with a cubic.</summary>
internal sealed class ValueNoise
{
    private const int Cells = 32;
    private readonly float[] values = new float[Cells * Cells];
    private readonly Vector2 cellPixels;

    /// <param name="random">Where the values come from.</param>
    /// <param name="cellPixels">Width and height of a cell; unequal for brushed metal. The pattern repeats after 32 cells.</param>
    public ValueNoise(PictureRandom random, Vector2 cellPixels)
    {
        this.cellPixels = cellPixels;
        for (var i = 0; i < values.Length; i++)
            values[i] = random.Between(-1, 1);
    }

    public float At(Vector2 point)
    {
        // Away from zero, so that cutting off rounds down for every point of a picture.
        var (x, y) = (point.X / cellPixels.X + 1024, point.Y / cellPixels.Y + 1024);
        var (column, row) = ((int)x, (int)y);
        var (right, down) = (Smooth(x - column), Smooth(y - row));
        var top = Value(column, row) + right * (Value(column + 1, row) - Value(column, row));
        var bottom = Value(column, row + 1) + right * (Value(column + 1, row + 1) - Value(column, row + 1));
        return top + down * (bottom - top);
    }

    private float Value(int column, int row) => values[row % Cells * Cells + column % Cells];

    private static float Smooth(float t) => t * t * (3 - 2 * t);
}
