using Temoto.Simulation.Report.Sections;

namespace Temoto.Tests.Simulation.Report.Sections;

public class OperationPartsTests
{
    [Fact]
    public void Parts_add_up_to_the_seconds_whether_or_not_work_overlaps()
    {
        foreach (var operation in ReportSamples.SweptKv260.Phases.Concat(ReportSamples.Meadow.Phases).SelectMany(phase => phase.Operations))
        {
            var parts = OperationParts.Of(operation);
            // Four sums of doubles: a few units in the last place of the largest.
            Assert.Equal(operation.Seconds, parts.FetchSeconds + parts.ComputeSeconds + parts.StoreSeconds + parts.LaunchSeconds, operation.Seconds * 1e-12);
            Assert.All([parts.FetchSeconds, parts.ComputeSeconds, parts.StoreSeconds, parts.LaunchSeconds], seconds => Assert.True(seconds >= -operation.Seconds * 1e-12, operation.Name));
        }
    }

    [Fact]
    public void Where_nothing_overlaps_each_part_is_its_own()
    {
        var operation = ReportSamples.Meadow.Phases[0].Operations.First(candidate => candidate.Device == "fpga");
        var parts = OperationParts.Of(operation);
        Assert.Equal(operation.FetchSeconds, parts.FetchSeconds, operation.Seconds * 1e-12);
        Assert.Equal(operation.ComputeSeconds, parts.ComputeSeconds, operation.Seconds * 1e-12);
        Assert.Equal(operation.StoreSeconds, parts.StoreSeconds, operation.Seconds * 1e-12);
    }

    [Fact]
    public void Of_what_overlaps_the_longer_counts_in_full()
    {
        var operation = ReportSamples.Kv260.Phases[^1].Operations.First(candidate => candidate.Name == "gated_linear");
        Assert.True(operation.FetchSeconds > operation.ComputeSeconds && operation.ComputeSeconds > 0.5 * operation.FetchSeconds, "computing hides behind fetching");
        var parts = OperationParts.Of(operation);
        Assert.Equal(operation.FetchSeconds, parts.FetchSeconds);
        Assert.True(parts.ComputeSeconds < 0.01 * operation.Seconds);
        var slower = OperationParts.Of(operation with { Seconds = operation.ComputeSeconds * 10 + operation.LaunchSeconds, ComputeSeconds = operation.ComputeSeconds * 10 });
        Assert.Equal(operation.ComputeSeconds * 10, slower.ComputeSeconds);
        Assert.Equal(0, slower.FetchSeconds + slower.StoreSeconds, 1e-12);
    }
}
