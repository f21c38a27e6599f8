using System.Globalization;
using System.Runtime.InteropServices;
using Temoto.Machine;

namespace Temoto.Planning.Host;

/// <summary>What the operating system says about the processor this runs on.</summary>
internal static class HostProcessor
{
    private const string Processors = "/sys/devices/system/cpu";

    private const string Caches = $"{Processors}/cpu0/cache";

    /// <summary>Typical sizes, assumed where the system does not say.</summary>
    private const long AssumedSecondLevelBytes = 512 * 1024, AssumedLastLevelBytes = 16L << 20;

    /// <summary>The model name, e.g. "AMD Ryzen 7 7840U"; the instruction set's where nothing better is known.</summary>
    public static string Name { get; } = ReadName();

    /// <summary>The name with family and model where the system says them: "AMD EPYC (family 25 model 17)". Names alone say little on virtual machines.</summary>
    public static string FullName { get; } = Number("cpu family") is { } family && Number("model") is { } model ? $"{Name} (family {family} model {model})" : Name;

    /// <summary>Cores of the machine, or processors this process may use where those are fewer; two hardware threads of one core count once, since they share its multipliers.</summary>
    public static int PhysicalCores { get; } = CountCores();

    /// <summary>Second-level cache of one core.</summary>
    public static long SecondLevelBytes => CacheBytes(2) ?? AssumedSecondLevelBytes;

    /// <summary>The largest cache that cores share; 0 where there is none.</summary>
    public static long LastLevelBytes => CacheBytes(3) ?? (Directory.Exists(Caches) ? 0 : AssumedLastLevelBytes);

    /// <summary>Whether the sizes are what the system says.</summary>
    public static bool CachesAreKnown => CacheBytes(2) is not null;

    /// <summary>Linux lists beside each processor those that share its core ("0,64"), the same line for all of them.</summary>
    private static int CountCores()
    {
        var cores = new HashSet<string>();
        for (var processor = 0; Directory.Exists($"{Processors}/cpu{processor}"); processor++)
        {
            if (SystemText.FirstLine($"{Processors}/cpu{processor}/topology/thread_siblings_list") is { Length: > 0 } siblings)
                cores.Add(siblings);
        }
        return cores.Count == 0 ? Environment.ProcessorCount : Math.Min(cores.Count, Environment.ProcessorCount);
    }

    private static string ReadName()
    {
        var name = OperatingSystem.IsWindows()
            ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            // x86 has "model name : AMD ..."; some ARM boards "Model : Raspberry Pi ...".
            : Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal) || line.StartsWith("Model", StringComparison.Ordinal))?.Split(':', 2)[^1];
        return string.IsNullOrWhiteSpace(name) ? $"{RuntimeInformation.ProcessArchitecture} processor".ToLowerInvariant() : name.Trim();
    }

    /// <summary>A line of /proc/cpuinfo on x86: "cpu family\t: 25". Null elsewhere, where "model" is no number.</summary>
    private static string? Number(string key)
    {
        var line = Lines("/proc/cpuinfo").Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair[0].Trim() == key);
        return line?[^1].Trim() is { Length: > 0 } text && text.All(char.IsAsciiDigit) ? text : null;
    }

    /// <summary>Linux lists the caches of a processor as index0, index1 ... with files "level", "type" and "size" ("1024K").</summary>
    private static long? CacheBytes(int level)
    {
        for (var index = 0; Directory.Exists($"{Caches}/index{index}"); index++)
        {
            var folder = $"{Caches}/index{index}";
            if (SystemText.FirstLine($"{folder}/level") != level.ToString(CultureInfo.InvariantCulture) || SystemText.FirstLine($"{folder}/type") == "Instruction")
                continue;
            var size = SystemText.FirstLine($"{folder}/size") ?? "";
            if (size.EndsWith('K') && long.TryParse(size.AsSpan(0, size.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes))
                return kibibytes * 1024;
        }
        return null;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
