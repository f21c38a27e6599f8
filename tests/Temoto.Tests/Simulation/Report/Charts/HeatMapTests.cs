using System.Globalization;
using System.Xml.Linq;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Tests.Simulation.Report.Charts;

public class HeatMapTests
{
    [Fact]
    public void Each_cell_says_which_dataflow_is_faster_and_by_how_much()
    {
        var sweep = ReportSamples.Sweep;
        var cells = Draw(sweep).Descendants().Where(element => element.Name.LocalName == "rect").ToList();
        Assert.Equal(sweep.Cells.Count, cells.Count);
        foreach (var (cell, drawn) in sweep.Cells.Zip(cells))
        {
            Assert.StartsWith(cell.Faster == DataflowMode.Tphs ? "tphs " : "gemm ", drawn.Attribute("class")!.Value);
            var ratio = Math.Max(cell.GemmSeconds, cell.TphsSeconds) / Math.Min(cell.GemmSeconds, cell.TphsSeconds);
            Assert.Equal(ratio, double.Parse(drawn.Attribute("data-value")!.Value, CultureInfo.InvariantCulture));
        }
        Assert.Equal("G 2.00", HeatMap.TextOf(new SweepCell(96, 12, 1, 2)));
        Assert.Equal("T 1.50", HeatMap.TextOf(new SweepCell(96, 12, 3, 2)));
    }

    [Fact]
    public void The_line_parts_the_cells_of_one_dataflow_from_those_of_the_other()
    {
        var sweep = ReportSamples.CrossingSweep;
        var svg = Draw(sweep);
        var rectangles = svg.Descendants().Where(element => element.Name.LocalName == "rect").ToList();
        var line = svg.Descendants().Single(element => element.Attribute("class")?.Value == "crossing").Attribute("points")!.Value
            .Split(' ').Select(point => double.Parse(point.Split(',')[0], CultureInfo.InvariantCulture)).ToList();
        for (var i = 0; i < sweep.Cells.Count; i++)
        {
            var middle = Number(rectangles[i], "x") + Number(rectangles[i], "width") / 2;
            var crossing = line[i / sweep.BandwidthsGbps.Count * 2];
            Assert.Equal(sweep.Cells[i].Faster == DataflowMode.Tphs, middle < crossing);
        }
        Assert.Equal(4 * 2, line.Count);
    }

    [Fact]
    public void A_board_as_it_is_has_one_row()
    {
        var sweep = new Sweep(64, [null], [1, 2], [new(null, 1, 2, 1), new(null, 2, 1, 2)]);
        Assert.Contains(Draw(sweep).Descendants(), element => element.Value == "as is");
    }

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static XElement Draw(Sweep sweep)
    {
        var markup = new Markup();
        HeatMap.Write(markup, "title", "description", ("Gbit/s", "elements", "as is"), sweep);
        return XElement.Parse(markup.ToString()["<!DOCTYPE html>".Length..]);
    }
}
