using Temoto.Machine;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Machine;

public class SensorsTests
{
    [Fact]
    public void CountersZonesAndTheGovernorAreRead()
    {
        using var folder = new TemporaryFolder();
        Write("class/powercap/intel-rapl:0/name", "package-0\n");
        Write("class/powercap/intel-rapl:0/energy_uj", "123456\n");
        Write("class/powercap/intel-rapl:0:0/name", "core\n");
        Write("class/powercap/intel-rapl:0:0/energy_uj", "23456\n");
        Write("class/powercap/intel-rapl/enabled", "1\n");
        Write("class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
        Write("class/thermal/thermal_zone0/temp", "54250\n");
        Write("class/thermal/thermal_zone1/type", "acpitz\n");
        Write("class/thermal/thermal_zone1/temp", "no number\n");
        Write("devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
        var sensors = Sensors.Read(folder.Path);
        Assert.Equal(["package-0", "core"], sensors.EnergyCounters);
        Assert.Empty(sensors.LockedEnergyCounters);
        Assert.Equal([("x86_pkg_temp", 54.25)], sensors.Temperatures);
        Assert.Equal("powersave", sensors.Governor);

        void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
            File.WriteAllText(folder.File(path), text);
        }
    }

    [Fact]
    public void ASystemThatSaysNothingHasNone()
    {
        using var folder = new TemporaryFolder();
        var sensors = Sensors.Read(folder.File("nothing"));
        Assert.Empty(sensors.EnergyCounters);
        Assert.Empty(sensors.Temperatures);
        Assert.Null(sensors.Governor);
    }

    [Theory]
    [InlineData("always [madvise] never", nameof(LargePages.Advised))]
    [InlineData("[always] madvise never", nameof(LargePages.Always))]
    [InlineData("always madvise [never]", nameof(LargePages.Never))]
    [InlineData("something else", nameof(LargePages.Unknown))]
    public void TheChoiceOfLargePagesStandsInBrackets(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(expected, LargePagesChoice.Read(folder.Write("enabled", line)).ToString());
        Assert.Equal(LargePages.Unknown, LargePagesChoice.Read(folder.File("missing")));
    }
}
