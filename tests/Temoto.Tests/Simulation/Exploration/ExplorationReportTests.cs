using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class ExplorationReportTests
{
    [Fact]
    public void TheDocumentHasTheFrontAndTheBest()
    {
        var explored = ExplorationSamples.Explored;
        var report = ExplorationReport.Of(explored);
        Assert.Equal(("XCK26", explored.Designs.Count, explored.Front.Count), (report.Device, report.Fitting, report.Front.Count));
        Assert.Equal((4, 16, "int4", 1100), (report.Best.Ports, report.Best.Lanes, report.Best.Weights, report.Best.Dsp));
        Assert.Equal(1100 / 1248.0, report.Best.DspShare);
        Assert.Equal(explored.Best.Decode.TokensPerSecond, report.Best.DecodeTokensPerSecond);
        Assert.Equal(explored.Best.Prefill.TokensPerSecond, report.Best.PrefillTokensPerSecond);
    }
}
