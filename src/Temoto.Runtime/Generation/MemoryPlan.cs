using System.Globalization;

namespace Temoto;

/// <summary>What a model will need, known before it is loaded.</summary>
/// <param name="WeightBytes">Weights, mapped from the file or copied.</param>
/// <param name="KvBytes">Keys and values of one session at full context.</param>
/// <param name="ArenaBytes">Activations and scratch, with those of runs for several sessions.</param>
/// <param name="AvailableBytes">The budget where one was given, else physical memory or the container's limit.</param>
/// <param name="ContextTokens">Tokens a session can hold.</param>
public sealed record MemoryPlan(long WeightBytes, long KvBytes, long ArenaBytes, long AvailableBytes, int ContextTokens)
{
    /// <summary>Everything together.</summary>
    public long TotalBytes => WeightBytes + KvBytes + ArenaBytes;

    /// <summary>Whether the weights stay mapped, so that the system can take their pages back, or are copied.</summary>
    public ModelLoad Load { get; init; }

    /// <summary>Of <see cref="WeightBytes"/>, what is laid out in memory for the kernels (<see cref="ModelOptions.Repack"/>).</summary>
    public long RepackedBytes { get; init; }

    /// <summary><see cref="AvailableBytes"/> is what <see cref="ModelOptions.MemoryBudgetBytes"/> said.</summary>
    public bool IsBudget { get; init; }

    /// <summary>One line in MiB, as the command prints it.</summary>
    public override string ToString() =>
        $"memory: weights {Mebibytes(WeightBytes)}{(Load == ModelLoad.Copy ? " (copied)" : RepackedBytes > 0 ? $" ({Mebibytes(RepackedBytes)} repacked)" : "")}, KV cache {Mebibytes(KvBytes)} at {ContextTokens} tokens, activations {Mebibytes(ArenaBytes)}, "
        + $"together {Mebibytes(TotalBytes)} of {Mebibytes(AvailableBytes)}{(IsBudget ? " (budget)" : "")}";

    /// <summary>Bytes as lines about memory have them.</summary>
    internal static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
