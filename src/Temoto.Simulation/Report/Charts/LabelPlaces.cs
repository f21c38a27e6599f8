namespace Temoto.Simulation.Report.Charts;

/// <summary>Finds room for labels of points, so that none lies on another or beyond the plot.</summary>
internal sealed class LabelPlaces(double left, double top, double right, double bottom)
{
    private const double LineHeight = 13;
    private readonly List<(double Left, double Top, double Right, double Bottom)> taken = [];

    /// <summary>Keeps labels away from a place, such as one where there is a text already.</summary>
    public void Keep(double x1, double y1, double x2, double y2) => taken.Add((x1, y1, x2, y2));

    /// <summary>Where the text begins (x) and stands (its base line); null where there is no room.</summary>
    public (double X, double Y)? Find(double x, double y, string text, double fontSize)
    {
        var width = TextWidth.Of(text, fontSize);
        for (var distance = 7.0; distance <= 61; distance += 6)
        {
            (double X, double Y)[] candidates =
            [
                (x + distance, y - LineHeight / 2), (x - distance - width, y - LineHeight / 2), (x - width / 2, y - distance - LineHeight), (x - width / 2, y + distance),
                (x + distance * 0.7, y - distance * 0.7 - LineHeight), (x + distance * 0.7, y + distance * 0.7), (x - distance * 0.7 - width, y - distance * 0.7 - LineHeight), (x - distance * 0.7 - width, y + distance * 0.7),
            ];
            foreach (var place in candidates)
            {
                var box = (place.X, place.Y, place.X + width, place.Y + LineHeight);
                if (!IsFree(box))
                    continue;
                taken.Add(box);
                return (place.X, place.Y + LineHeight - 3);
            }
        }
        return null;
    }

    private bool IsFree((double Left, double Top, double Right, double Bottom) box) =>
        box.Left >= left && box.Top >= top && box.Right <= right && box.Bottom <= bottom
        && taken.TrueForAll(other => box.Left >= other.Right || box.Right <= other.Left || box.Top >= other.Bottom || box.Bottom <= other.Top);
}
