using Temoto.Cli;
using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class DeviceResourcesTests
{
    [Fact]
    public void BoardsOfTheCoreHaveTheirDevices()
    {
        Assert.Equal(new ResourceUse(117_120, 234_240, 1248, 144, 64), DeviceResources.Of(BoardChoice.Read("kv260")).All);
        Assert.Equal(new ResourceUse(274_080, 548_160, 2520, 912, 0), DeviceResources.Of(BoardChoice.Read("zcu102")).All);
    }

    [Fact]
    public void ABoardWithoutADeviceIsRefused()
    {
        var error = Assert.Throws<InputException>(() => DeviceResources.Of(BoardChoice.Read("raspberry-pi-5")));
        Assert.Contains("KV260 (Temoto core)", error.Message, StringComparison.Ordinal);
    }
}
