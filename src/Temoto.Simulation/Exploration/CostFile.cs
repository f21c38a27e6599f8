using System.Text;
using Temoto.Formats.Json;

namespace Temoto.Simulation.Exploration;

/// <summary>Files of costs and devices: those that ship, and others that a user names.</summary>
internal static class CostFile
{
    private const string Next = "compare with the file that ships";
    private const int MaxBytes = 1 << 20;

    /// <exception cref="InputException">Not costs, or figures that cannot be.</exception>
    public static UnitCosts ReadCosts(string path) => JsonFile.ReadRecord(path, "a file of costs as boards/costs/temoto-core.json", Next, MaxBytes, UnitCosts.FromJson);

    /// <exception cref="InputException">Not a device, or figures that cannot be.</exception>
    public static DeviceResources ReadDevice(string path) => JsonFile.ReadRecord(path, "a file of a device as boards/devices/xck26.json", Next, MaxBytes, DeviceResources.FromJson);

    /// <summary>The text of a file that ships.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(CostFile).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The texts of those whose names begin so, by name.</summary>
    public static IEnumerable<string> Resources(string prefix) =>
        typeof(CostFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Resource);
}
