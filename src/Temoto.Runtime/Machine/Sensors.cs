using System.Globalization;

namespace Temoto.Machine;

/// <summary>What a machine measures of itself: energy, temperatures, how its processors are clocked. As Linux tells it; elsewhere nothing is known.</summary>
/// <param name="EnergyCounters">Energy counters that this process may read, by name.</param>
/// <param name="LockedEnergyCounters">Those that it may not read.</param>
/// <param name="Temperatures">In degrees Celsius, by name.</param>
/// <param name="Governor">How the clock of the first processor is chosen; null where the system does not say.</param>
internal sealed record Sensors(
    IReadOnlyList<string> EnergyCounters, IReadOnlyList<string> LockedEnergyCounters, IReadOnlyList<(string Name, double Celsius)> Temperatures, string? Governor)
{
    private const int MostZones = 64;

    /// <param name="root">The folder that stands for /sys.</param>
    public static Sensors Read(string root = "/sys")
    {
        var (readable, locked) = Energy($"{root}/class/powercap");
        return new Sensors(readable, locked, Thermal($"{root}/class/thermal"), SystemText.FirstLine($"{root}/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    }

    /// <summary>A folder for each counter, "intel-rapl:0" (on AMD's processors too), with a name and microjoules that root alone may read on most systems.</summary>
    private static (IReadOnlyList<string> Readable, IReadOnlyList<string> Locked) Energy(string folder)
    {
        var (readable, locked) = (new List<string>(), new List<string>());
        foreach (var counter in Folders(folder))
        {
            if (!File.Exists($"{counter}/energy_uj"))
                continue;
            var name = SystemText.FirstLine($"{counter}/name") ?? Path.GetFileName(counter);
            (SystemText.FirstLine($"{counter}/energy_uj") is null ? locked : readable).Add(name);
        }
        return (readable, locked);
    }

    private static List<(string, double)> Thermal(string folder)
    {
        var zones = new List<(string, double)>();
        foreach (var zone in Folders(folder))
        {
            if (SystemText.FirstLine($"{zone}/type") is { } type && int.TryParse(SystemText.FirstLine($"{zone}/temp"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var thousandths))
                zones.Add((type, thousandths / 1000.0));
        }
        return zones;
    }

    private static IEnumerable<string> Folders(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Take(MostZones)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
