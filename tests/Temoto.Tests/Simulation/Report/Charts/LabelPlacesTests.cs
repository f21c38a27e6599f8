using Temoto.Simulation.Report.Charts;

namespace Temoto.Tests.Simulation.Report.Charts;

public class LabelPlacesTests
{
    [Fact]
    public void Labels_of_one_point_lie_apart_and_inside()
    {
        var places = new LabelPlaces(0, 0, 200, 200);
        var boxes = Enumerable.Range(1, 6).Select(number => (Text: $"{number}", Place: places.Find(100, 100, $"{number}", 11)!.Value)).ToList();
        foreach (var (text, place) in boxes)
        {
            Assert.InRange(place.X, 0, 200 - TextWidth.Of(text, 11));
            Assert.InRange(place.Y, 10, 200);
            Assert.DoesNotContain(boxes, other => other.Text != text && Math.Abs(other.Place.X - place.X) < TextWidth.Of(text, 11) && Math.Abs(other.Place.Y - place.Y) < 13);
        }
    }

    [Fact]
    public void A_place_that_is_kept_is_left_free()
    {
        var places = new LabelPlaces(0, 0, 200, 200);
        places.Keep(100, 80, 200, 120);
        Assert.True(places.Find(100, 100, "label", 11)!.Value.X < 100);
    }

    [Fact]
    public void Where_there_is_no_room_there_is_no_label() => Assert.Null(new LabelPlaces(0, 0, 20, 20).Find(10, 10, "much too long a label", 11));
}
