using System.Runtime.InteropServices;
using Temoto.Evaluation.Benchmarking;
using Temoto.Formats.Hub;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Cli.Doctor;

/// <summary>What was found on this machine.</summary>
/// <param name="Threads">That models are computed with where nobody asks for others.</param>
/// <param name="Kernels">The set that models get.</param>
/// <param name="AvailableKernels">Those that this processor runs, best first.</param>
/// <param name="KernelsAreAsked">By an option or the environment.</param>
/// <param name="ReadBytesPerSecond">Measured: what all threads together read from memory.</param>
/// <param name="BoardPath">Where the measured figures of this machine lie, or would; null where there is no place for them.</param>
/// <param name="BoardIsMeasured">They are there, and of this processor, these kernels and as many threads.</param>
/// <param name="ModelFolder">Where pulled models lie; null where there is no place for them.</param>
/// <param name="Settings">Variables of the environment that are set.</param>
internal sealed record MachineFindings(
    string Runtime, string System, string Processor, int ProcessorCount, int PhysicalCores, int Threads, long SecondLevelBytes, long LastLevelBytes, long MemoryBytes, long AvailableBytes, LargePages LargePages,
    string Kernels, IReadOnlyList<string> AvailableKernels, bool KernelsAreAsked, double ReadBytesPerSecond, string? BoardPath, bool BoardIsMeasured, Sensors Sensors, string? ModelFolder, int Models, long ModelBytes,
    IReadOnlyList<(string Name, string Value)> Settings)
{
    private const double ReadSeconds = 1;

    /// <summary>Of the environment, all that the command and the library read.</summary>
    private static readonly string[] Variables = [KernelChooser.EnvironmentVariable, BoardFile.EnvironmentVariable, ModelStore.EnvironmentVariable, "HF_ENDPOINT", "DOTNET_TieredCompilation", "DOTNET_TieredPGO", "DOTNET_ReadyToRun"];

    /// <exception cref="OperationCanceledException">Before memory was read.</exception>
    public static MachineFindings Of(ModelOptions options, CancellationToken cancellation)
    {
        // Its self-tests run here; what fails says so on stderr, and the next set is taken.
        var kernels = KernelChooser.Choose(options.Kernels);
        var threads = EngineSettings.ThreadsOf(options.Threads);
        var board = HostBoard.Get(kernels, threads, integers: true);
        var store = ModelStore.Here;
        var models = store is null || File.Exists(store.Root) ? [] : store.Models();
        cancellation.ThrowIfCancellationRequested();
        return new MachineFindings(
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            HostProcessor.FullName,
            Environment.ProcessorCount,
            HostProcessor.PhysicalCores,
            threads,
            HostProcessor.SecondLevelBytes,
            HostProcessor.LastLevelBytes,
            PhysicalMemory.TotalBytes(),
            PhysicalMemory.AvailableBytes(),
            LargePagesChoice.Read(),
            kernels.Name,
            KernelChooser.Available,
            options.Kernels is not (null or "auto") || Environment.GetEnvironmentVariable(KernelChooser.EnvironmentVariable) is { Length: > 0 },
            Read(threads),
            BoardFile.HostPath,
            board.RateEvidence == Evidence.Measured,
            Sensors.Read(),
            store?.Root,
            models.Count,
            models.Sum(model => model.SizeBytes),
            [.. Variables.Select(name => (name, Environment.GetEnvironmentVariable(name) ?? "")).Where(variable => variable.Item2.Length > 0)]);
    }

    private static double Read(int threads)
    {
        using var pool = new WorkerPool(threads);
        using var reader = new ReadLoop(Benchmark.MemoryReadBytes, threads);
        return reader.BytesPerSecond(pool, ReadSeconds);
    }
}
