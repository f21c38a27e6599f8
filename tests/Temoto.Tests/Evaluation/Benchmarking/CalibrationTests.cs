using Temoto.Evaluation.Benchmarking;
using Temoto.Kernels;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class CalibrationTests
{
    [Fact]
    public void EveryFigureIsMeasured()
    {
        var kernels = KernelChooser.Choose(null);
        var reported = new List<(int Done, int All)>();
        var calibration = Calibration.Measure(kernels, 2, seconds: 0.001, (done, all) => reported.Add((done, all)), TestContext.Current.CancellationToken);
        var board = calibration.Board;

        Assert.Equal(new HostIdentity(HostProcessor.Name, kernels.Name, 2), board.Host);
        Assert.Equal(Evidence.Measured, board.RateEvidence);
        var rates = calibration.Rates;
        Assert.Equal([1, 2], calibration.Reads.Select(read => read.Threads).Distinct());
        Assert.All(calibration.Reads, read => Assert.True(read.BytesPerSecond > 0));
        // Bounds far below and far above anything that runs .NET: units are checked, not speed.
        foreach (var rate in (double[])[rates.ReadBytesPerSecond, rates.CacheBytesPerSecond, rates.UnpackBytesPerSecond])
            Assert.InRange(rate, 1e5, 1e14);
        foreach (var rate in (double[])[rates.OneTokenInt4, rates.OneTokenInt8, rates.IdsInt4, rates.IdsInt8, rates.EscapesInt4, rates.EscapesInt8, rates.ManyTokensInt4, rates.ManyTokensInt8, rates.Float])
            Assert.InRange(rate, 1e7, 1e16);
        Assert.InRange(rates.LaunchSeconds, 1e-8, 1);
        Assert.Equal(reported[^1].All, reported.Count);
        Assert.Equal(reported.Count, reported[^1].Done);
    }

    [Fact]
    public void ACalibrationCanBeInterrupted() =>
        Assert.Throws<OperationCanceledException>(() => Calibration.Measure(KernelChooser.Choose(null), 1, seconds: 0.001, null, new CancellationToken(canceled: true)));
}
