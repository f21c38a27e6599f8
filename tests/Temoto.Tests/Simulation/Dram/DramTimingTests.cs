using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class DramTimingTests
{
    [Fact]
    public void DataPinsCarryFourTransfersOfEightBytesAClock()
    {
        Assert.Equal(19_200_000_000, DramTiming.Ddr4At2400.PeakBytesPerSecond);
        Assert.Equal(17_066_666_656, DramTiming.Ddr4At2133.PeakBytesPerSecond);
    }

    /// <summary>Data sheet times of the devices (DDR4-2400R, x16, 8 Gb), in nanoseconds. A clock too few is a memory that answers wrongly; a clock too many is ours to lose.</summary>
    [Theory]
    [InlineData(13.32, nameof(DramTiming.RcdClocks))]
    [InlineData(13.32, nameof(DramTiming.RpClocks))]
    [InlineData(32.0, nameof(DramTiming.RasClocks))]
    [InlineData(47.06, nameof(DramTiming.RcClocks))]
    [InlineData(30.0, nameof(DramTiming.FawClocks))]
    [InlineData(5.3, nameof(DramTiming.RrdShortClocks))]
    [InlineData(6.4, nameof(DramTiming.RrdLongClocks))]
    [InlineData(5.0, nameof(DramTiming.CcdLongClocks))]
    [InlineData(7.5, nameof(DramTiming.ReadToPrechargeClocks))]
    [InlineData(350.0, nameof(DramTiming.RfcClocks))]
    public void ClocksAt2400CoverTheNanosecondsOfTheDevicesAndNoMoreThanOneClockMore(double nanoseconds, string name)
    {
        var clocks = (int)typeof(DramTiming).GetProperty(name)!.GetValue(DramTiming.Ddr4At2400)!;
        var exact = nanoseconds * DramTiming.Ddr4At2400.ControllerHz / 1e9;
        Assert.InRange(clocks, exact - 1e-9, exact + 1);
    }

    [Fact]
    public void CeilingsAreWhatARefreshTakes()
    {
        Assert.Equal(1 - 210.0 / 4680, DramTiming.Ddr4At2400.RefreshCeiling, 12);
        Assert.Equal(1 - 229.0 / 4680, DramTiming.Ddr4At2400.ReadCeiling, 12);
        Assert.Equal(1 - 206.0 / 4128, DramTiming.Ddr4At2133.ReadCeiling, 12);
    }

    [Fact]
    public void NanosecondsAreCoveredByWholeClocks()
    {
        Assert.Equal(150, DramTiming.Ddr4At2400.ClocksFor(250));
        Assert.Equal(1, DramTiming.Ddr4At2400.ClocksFor(1));
        Assert.Equal(0, DramTiming.Ddr4At2400.ClocksFor(0));
        Assert.Equal(86, DramTiming.Ddr4At2133.ClocksFor(160));
    }

    [Fact]
    public void TimesThatContradictEachOtherAreRefused()
    {
        var good = DramTiming.Ddr4At2400;
        good.Check();
        DramTiming.Ddr4At2133.Check();
        foreach (var bad in new[]
        {
            good with { ControllerHz = 0 },
            good with { RcdClocks = 0 },
            good with { CcdShortClocks = 1 },
            good with { CcdLongClocks = 1 },
            good with { RrdLongClocks = 3 },
            good with { RcClocks = 19 },
            good with { ReadToWriteClocks = 1 },
            good with { WriteToReadLongClocks = 11 },
            good with { RefiClocks = 500 },
        })
            Assert.Throws<ArgumentException>(bad.Check);
    }
}
