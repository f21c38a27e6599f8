using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels;

/// <summary>
/// Chooses the kernel set once per model: the best this processor runs, or the one that was asked for. Sets are named by their instruction set, so that a name means
/// the same code on every machine.
/// </summary>
internal static class KernelChooser
{
    /// <summary>The environment variable that stands in for <c>--kernels</c>.</summary>
    public const string EnvironmentVariable = "TEMOTO_KERNELS";

    /// <summary>All sets, best first.</summary>
    private static readonly Candidate[] Candidates =
    [
        new("avx512vnni", Processor.HasAvx512Vnni && Processor.RunsEmittedCode, name => new VectorKernelSet<Lanes512, Vector512<float>>(name, new EmittedIntegerDot(Vnni(wideNibbles: true)!))),
        new("avx512", Vector512.IsHardwareAccelerated && Avx512BW.IsSupported, name => new VectorKernelSet<Lanes512, Vector512<float>>(name, Vnni(wideNibbles: true))),
        new("avxvnni", Vector256.IsHardwareAccelerated && AvxVnni.IsSupported, name => new VectorKernelSet<Lanes256, Vector256<float>>(name, Vnni(wideNibbles: false))),
        new("avx2", Vector256.IsHardwareAccelerated && Avx2.IsSupported, name => new VectorKernelSet<Lanes256, Vector256<float>>(name, null)),
        new("vector128", Vector128.IsHardwareAccelerated, name => new VectorKernelSet<Lanes128, Vector128<float>>(name, null)),
        new("scalar", true, _ => new ScalarKernelSet()),
    ];

    /// <summary>Sets this processor can run, best first.</summary>
    public static IReadOnlyList<string> Available => [.. Candidates.Where(candidate => candidate.Runs).Select(candidate => candidate.Name)];

    /// <summary>
    /// The set called <paramref name="name"/> (null: <c>TEMOTO_KERNELS</c>, else the best). Throws <see cref="InputException"/> for a set that does not
    /// exist or that this processor cannot run.
    /// </summary>
    public static KernelSet Choose(string? name)
    {
        var source = name is null ? EnvironmentVariable : "--kernels";
        name ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrEmpty(name) || name == "auto")
            name = Available[0];
        var chosen = Array.Find(Candidates, candidate => candidate.Runs && candidate.Name == name)
            ?? throw new InputException(source, null, $"'{name}'", $"one of {string.Join(", ", Available)} on this processor", "leave the option out to take the best");
        return chosen.Create(chosen.Name);
    }

    private static VnniIntegerDot? Vnni(bool wideNibbles) => AvxVnni.IsSupported ? new VnniIntegerDot(wideNibbles) : null;

    /// <param name="Runs">Whether this processor and system can run it.</param>
    /// <param name="Create">Takes the name.</param>
    private sealed record Candidate(string Name, bool Runs, Func<string, KernelSet> Create);
}
