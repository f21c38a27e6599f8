using System.Text;
using System.Text.Json.Serialization;
using Temoto.Machine;
using static System.FormattableString;

namespace Temoto.Cli.Doctor;

/// <summary>What <c>doctor</c> prints.</summary>
internal sealed class DoctorReport(MachineFindings machine, ModelFindings? model)
{
    private const int MostTemperatures = 4;

    public string Text()
    {
        var text = new StringBuilder();
        Line("program", $"Temoto {CommandLine.Version} on {machine.Runtime}, {machine.System}");
        Line("processor", Invariant($"{machine.Processor}: {Count(machine.PhysicalCores, "core")}, {Count(machine.ProcessorCount, "processor")}; {Count(machine.Threads, "thread")} by default"));
        Line("caches", $"{Size(machine.SecondLevelBytes)} of a core, {(machine.LastLevelBytes == 0 ? "none" : Size(machine.LastLevelBytes))} shared");
        Line("memory", $"{Size(machine.MemoryBytes)}{(machine.AvailableBytes < machine.MemoryBytes ? $", of which this process may use {Size(machine.AvailableBytes)}" : "")}; large pages: {Word(machine.LargePages)}");
        Line("reads", Invariant($"{machine.ReadBytesPerSecond / 1e9:0.0} GB/s (measured, {Count(machine.Threads, "thread")})"));
        Line("kernels", $"{machine.Kernels}: {(machine.KernelsAreAsked ? "as asked for" : "the best")} of {string.Join(", ", machine.AvailableKernels)} that this processor runs; its tests passed");
        Line("figures", machine.BoardIsMeasured ? $"of this machine, measured: {machine.BoardPath}" : "typical ones; 'temoto bench --calibrate' measures this machine's, for plans and prices");
        Line("sensors", Sensors());
        Line("models", machine.ModelFolder is { } folder ? $"{Count(machine.Models, "model")} in {folder}{(machine.Models > 0 ? $", {Size(machine.ModelBytes)}" : "")}" : "no place for them: neither TEMOTO_MODELS nor a home directory");
        if (machine.Settings.Count > 0)
            Line("settings", string.Join(", ", machine.Settings.Select(setting => $"{setting.Name}={setting.Value}")));
        if (model is not null)
            WriteModel(model);
        foreach (var advice in Advice())
            Line("advice", advice);
        return text.ToString().TrimEnd();

        void Line(string name, string value) => text.AppendLine($"{name,-11} {StandardOutput.Line(value)}");

        void WriteModel(ModelFindings found)
        {
            text.AppendLine();
            Line("model", Invariant($"{found.Path}: {found.Format}, {found.ModelType}, {found.Parameters:#,0} parameters"));
            Line("needs", $"{found.Memory}: {(found.Fits ? "it fits" : "it does not fit")}");
            foreach (var product in found.Products)
                Line("weights", Invariant($"{product.Type}, {Count(product.Matrices, "matrix", "matrices")}, {product.Bytes / 1e6:0.0} MB: {product.How}"));
            if (found.TokenBytes is { } bytes)
                Line("a token", Invariant($"moves {bytes / 1e6:0.00} MB: {found.MostTokensPerSecond:0.0} tokens/s at most from memory{(bytes < machine.LastLevelBytes ? ", more where caches keep it" : "")} (computed; 'temoto bench' measures)"));
        }
    }

    /// <summary>What would make this machine, or this model on it, faster or possible; each in one line, with what to do.</summary>
    public IEnumerable<string> Advice()
    {
        if (machine.LargePages == LargePages.Never)
            yield return "large pages are switched off, which costs tokens per second: as root, write madvise to /sys/kernel/mm/transparent_hugepage/enabled";
        if (machine.KernelsAreAsked && machine.Kernels != machine.AvailableKernels[0])
            yield return $"kernels {machine.Kernels} were asked for, and {machine.AvailableKernels[0]} would be faster: leave --kernels out and unset TEMOTO_KERNELS";
        if (machine.Sensors.Governor is { } governor && governor is "powersave" or "conservative")
            yield return $"the clock is governed by {machine.Sensors.Governor}: 'performance' gives steadier figures";
        if (model is { Fits: false })
            yield return "the model does not fit: choose a smaller --context, pack it to fewer bits (temoto pack), or --kv int8";
        else if (model is not null && model.Memory.TotalBytes > 0.8 * model.Memory.AvailableBytes)
            yield return "the model takes most of the memory: other programs may push its weights out";
    }

    private string Sensors()
    {
        var sensors = machine.Sensors;
        var parts = new List<string>
        {
            sensors.EnergyCounters.Count > 0 ? $"energy of {string.Join(", ", sensors.EnergyCounters)}"
            : sensors.LockedEnergyCounters.Count > 0 ? $"energy of {string.Join(", ", sensors.LockedEnergyCounters)}, for root alone"
            : "no energy counters",
            sensors.Temperatures.Count > 0 ? string.Join(", ", sensors.Temperatures.Take(MostTemperatures).Select(zone => Invariant($"{zone.Name} {zone.Celsius:0} °C"))) : "no temperatures",
        };
        if (sensors.Governor is { } governor)
            parts.Add($"clock by {governor}");
        return string.Join("; ", parts);
    }

    public DoctorDocument Document() => new(
        CommandLine.Version, machine.Runtime, machine.System, machine.Processor, machine.PhysicalCores, machine.ProcessorCount, machine.Threads, machine.SecondLevelBytes, machine.LastLevelBytes, machine.MemoryBytes,
        machine.AvailableBytes, machine.LargePages.ToString().ToLowerInvariant(), machine.ReadBytesPerSecond, machine.Kernels, machine.AvailableKernels, machine.BoardPath, machine.BoardIsMeasured,
        new SensorFigures(machine.Sensors.EnergyCounters, machine.Sensors.LockedEnergyCounters, machine.Sensors.Temperatures.Select(zone => new TemperatureFigures(zone.Name, zone.Celsius)), machine.Sensors.Governor),
        machine.ModelFolder, machine.Models, machine.ModelBytes, machine.Settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        model is null ? null : new DoctoredModel(
            model.Path, model.Format, model.ModelType, model.Parameters,
            MemoryFigures.Of(model.Memory),
            model.Fits, model.Products.Select(product => new ProductFigures(product.Type.ToString(), product.Matrices, product.Bytes, product.How)), model.TokenBytes, model.MostTokensPerSecond),
        Advice());

    private static string Word(LargePages pages) => pages switch
    {
        LargePages.Advised => "for weights",
        LargePages.Always => "always",
        LargePages.Never => "never",
        _ => "not known",
    };

    private static string Size(long bytes) => bytes >= 1L << 30 ? Invariant($"{bytes / (double)(1L << 30):0.0} GiB") : bytes >= 1L << 20 ? Invariant($"{bytes / (double)(1L << 20):0.#} MiB") : Invariant($"{bytes / 1024.0:0.#} KiB");

    private static string Count(int count, string one, string? many = null) => Invariant($"{count} {(count == 1 ? one : many ?? one + "s")}");
}

/// <summary>The document of <c>doctor</c>. The read rate is measured, what a model needs computed.</summary>
internal sealed record DoctorDocument(
    string Version, string Runtime, string System, string Processor, int PhysicalCores, int Processors, int Threads, long SecondLevelBytes, long LastLevelBytes, long MemoryBytes, long AvailableBytes, string LargePages,
    double ReadBytesPerSecond, string Kernels, IEnumerable<string> AvailableKernels, string? BoardPath, bool BoardIsMeasured, SensorFigures Sensors, string? ModelFolder, int Models, long ModelBytes,
    IReadOnlyDictionary<string, string> Settings, DoctoredModel? Model, IEnumerable<string> Advice);

/// <summary>What can be read.</summary>
internal sealed record SensorFigures(IEnumerable<string> EnergyCounters, IEnumerable<string> LockedEnergyCounters, IEnumerable<TemperatureFigures> Temperatures, string? Governor);

/// <summary>A zone's temperature.</summary>
internal sealed record TemperatureFigures(string Name, double Celsius);

/// <summary>A model as <see cref="DoctorDocument"/> has it.</summary>
internal sealed record DoctoredModel(
    string Path, string Format, string ModelType, long Parameters, MemoryFigures Memory, bool Fits, IEnumerable<ProductFigures> Products,
    [property: JsonPropertyName("bytes_per_token")] long? BytesPerToken, double? MostTokensPerSecond);

/// <summary>Matrices that are multiplied alike.</summary>
internal sealed record ProductFigures(string Type, int Matrices, long Bytes, string How);
