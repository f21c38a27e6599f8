using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class DramPortTests
{
    private static readonly DramTiming Timing = DramTiming.Ddr4At2400;
    private static readonly PortSettings Settings = new(Timing.ControllerHz, 4, 0);

    /// <summary>4032 B in the second page: cut after 16 beats, and where 4 KiB end (4096 - 4032 = 64 B in).</summary>
    [Fact]
    public void BurstsHaveSixteenBeatsAndDoNotCross4KiB()
    {
        Assert.Equal([64, 256, 256, 256, 256], BurstBytes(new AccessRun(4032, 64 + 1024)));
        Assert.Equal([256, 192], BurstBytes(new AccessRun(4096, 256 + 192)));
        Assert.Equal([256, 240, 16], BurstBytes(new AccessRun(4096 - 496, 512)));
        Assert.Equal([16, 16], BurstBytes(new AccessRun(0, 16), new AccessRun(16, 16)));
    }

    [Fact]
    public void ABurstThatBeginsInsideAColumnTouchesOneMore()
    {
        var port = Port(Settings, false, new AccessRun(48, 256));
        port.Advance(0);
        Assert.Equal([0u, 64u, 128u, 192u, 256u], AskAll(port));
    }

    [Fact]
    public void NoMoreBurstsThanAllowedAreOnTheirWay()
    {
        var port = Port(Settings, false, new AccessRun(0, 8192));
        for (var clock = 0; clock < 100; clock++)
            port.Advance(clock);
        Assert.Equal(16, AskAll(port).Count);
        Assert.Throws<InvalidOperationException>(() => port.Ask());
    }

    /// <summary>Columns come in the wrong order; beats wait for the first.</summary>
    [Fact]
    public void BeatsCrossInTheOrderOfAsking()
    {
        var port = Port(Settings, false, new AccessRun(0, 128));
        port.Advance(0);
        var (first, second) = (port.Ask().Column, port.Ask().Column);
        port.Complete(second, 1);
        for (var clock = 1; clock < 10; clock++)
            port.Advance(clock);
        Assert.Equal(0, port.Bytes);
        port.Complete(first, 10);
        for (var clock = 10; clock < 18; clock++)
        {
            Assert.False(port.IsDone);
            port.Advance(clock);
        }
        Assert.True(port.IsDone);
        Assert.Equal(128, port.Bytes);
        Assert.Throws<InvalidOperationException>(() => port.Complete(first, 20));
    }

    /// <summary>5 clocks of the port in 12 of the controller: beats at the clocks in which they begin.</summary>
    [Fact]
    public void APortHasItsOwnClock()
    {
        var port = Port(Settings with { ClockHz = Timing.ControllerHz * 5 / 12 }, true, new AccessRun(0, 4096));
        var bytes = new List<long>();
        for (var clock = 0; clock < 12; clock++)
        {
            port.Advance(clock);
            bytes.Add(port.Bytes / PortSettings.BeatBytes);
        }
        Assert.Equal([0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5], bytes);
    }

    [Fact]
    public void AWriteAsksWhenItsBeatsHaveCrossedAndEndsWhenTaken()
    {
        var port = Port(Settings with { OutstandingBursts = 1 }, true, new AccessRun(0, 64), new AccessRun(64, 16));
        for (var clock = 0; clock < 3; clock++)
            port.Advance(clock);
        Assert.False(port.IsAsking);
        port.Advance(3);
        var (_, column) = port.Ask();
        port.Advance(4);
        Assert.Equal(64, port.Bytes);
        port.Complete(column, 5);
        port.Advance(5);
        Assert.Equal(80, port.Bytes);
        Assert.Equal(64u, port.Ask().Address);
        Assert.False(port.IsDone);
    }

    [Fact]
    public void RunsAndSettingsThatCannotBeAreRefused()
    {
        Assert.Throws<ArgumentException>(() => Port(Settings, false, new AccessRun(8, 64)));
        Assert.Throws<ArgumentException>(() => Port(Settings, false, new AccessRun(0, 0)));
        Assert.Throws<ArgumentException>(() => Port(Settings, false, new AccessRun(0, 24)));
        Assert.Throws<ArgumentException>(() => Port(Settings, false, new AccessRun(uint.MaxValue - 15, 32)));
        Assert.Throws<ArgumentException>(() => Port(Settings with { OutstandingBursts = 0 }, false, new AccessRun(0, 64)));
    }

    private static DramPort Port(PortSettings settings, bool isWrite, params AccessRun[] runs)
    {
        var stream = new PortStream(settings, isWrite, runs);
        return isWrite ? new WritePort(stream, Timing) : new ReadPort(stream, Timing);
    }

    private static List<uint> AskAll(DramPort port)
    {
        var addresses = new List<uint>();
        while (port.IsAsking)
            addresses.Add(port.Ask().Address);
        return addresses;
    }

    /// <summary>One burst at a time, so bytes step by bursts; every column comes at once.</summary>
    private static List<long> BurstBytes(params AccessRun[] runs)
    {
        var port = Port(Settings with { OutstandingBursts = 1 }, true, runs);
        var sizes = new List<long>();
        for (var (clock, before) = (0, 0L); !port.IsDone; clock++)
        {
            port.Advance(clock);
            if (port.IsAsking)
            {
                sizes.Add(port.Bytes - before);
                before = port.Bytes;
            }
            while (port.IsAsking)
                port.Complete(port.Ask().Column, clock);
        }
        return sizes;
    }
}
