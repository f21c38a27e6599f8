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
        foreach (var rate in (double[])[rates.OneTokenInt4, rates.OneTokenInt8, rates.IdsInt4, rates.IdsInt8, rates.EscapesInt4, rates.EscapesInt8, rates.ManyTokensInt4, rates.ManyTokensInt8, rates.Float, rates.OneTokenBfloat16!.Value])
            Assert.InRange(rate, 1e7, 1e16);
        Assert.InRange(rates.LaunchSeconds, 1e-8, 1);
        Assert.Equal(AttentionRate.Points, rates.FloatAttention.Select(point => point.Queries));
        Assert.Equal(kernels.IntegerAttention is null ? [] : AttentionRate.Points, rates.IntegerAttention.Select(point => point.Queries));
        Assert.All(rates.FloatAttention.Concat(rates.IntegerAttention), point => Assert.InRange(point.OperationsPerSecond, 1e6, 1e16));
        Assert.InRange(rates.Passes!.Softmax, 1e4, 1e14);
        Assert.All([rates.OverlapInt4!.Value, rates.OverlapInt8!.Value, rates.OverlapBfloat16!.Value], share => Assert.InRange(share, 0, 1));
        // Nothing that prices rest on is assumed any more.
        Assert.All(board.Units, unit => Assert.Equal(Evidence.Measured, unit.OperationsPerSecond!.Evidence));
        Assert.Equal(reported[^1].All, reported.Count);
        Assert.Equal(reported.Count, reported[^1].Done);
    }

    /// <summary>Three seconds and five: side by side they take five at least, one after the other eight.</summary>
    [Theory]
    [InlineData(5, 1)]
    [InlineData(8, 0)]
    [InlineData(6.5, 0.5)]
    [InlineData(4, 1)]
    [InlineData(9, 0)]
    public void WhatHidesIsAShareOfTheShorter(double together, double share)
    {
        Assert.Equal(share, Calibration.HiddenShare(3, 5, together), 1e-12);
        Assert.Equal(share, Calibration.HiddenShare(5, 3, together), 1e-12);
    }

    [Fact]
    public void ACalibrationCanBeInterrupted() =>
        Assert.Throws<OperationCanceledException>(() => Calibration.Measure(KernelChooser.Choose(null), 1, seconds: 0.001, null, new CancellationToken(canceled: true)));
}
