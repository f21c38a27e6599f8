using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Papers;

/// <summary>
/// CTA (HPCA 2023) and FlightLLM (arXiv 2401.03868) on MEADOW's board, from its GEMM execution. Their settings there are not known; those here are ours.
/// </summary>
internal static class MeadowRivals
{
    /// <summary>
    /// Attention over a share k of the tokens: scores, softmax and weighted values of a prompt shrink to k^2, the projections to queries, keys and values to k but for their weights. A
    /// token meets k of the positions. Everything else is GEMM execution.
    /// </summary>
    public static double Cta(IReadOnlyList<SimulatedOperation> baseline, Board board, double keptShare, bool isPrompt) => baseline.Sum(operation => operation.Kind switch
    {
        StepKind.Scores or StepKind.Softmax or StepKind.WeightedValues => operation.Seconds * keptShare * keptShare,
        StepKind.SplitAttention => operation.Seconds * keptShare,
        StepKind.HeadProjections when isPrompt => WeightSeconds(operation, board) + (operation.Seconds - WeightSeconds(operation, board)) * keptShare,
        _ => operation.Seconds,
    });

    /// <summary>
    /// N:M weights take fewer bytes and fewer multiplications. A prompt's attention is GEMM execution; for a token intermediates stay on the chip, so that only weights and cache move.
    /// </summary>
    /// <param name="byteRatio">Dense bytes to sparse ones.</param>
    /// <param name="workRatio">Dense multiplications to sparse ones.</param>
    public static double FlightLlm(IReadOnlyList<SimulatedOperation> baseline, Board board, double byteRatio, double workRatio, bool isPrompt) => baseline.Sum(operation =>
    {
        var weights = WeightSeconds(operation, board);
        var compute = operation.Kind is StepKind.Linear or StepKind.GatedLinear or StepKind.HeadProjections ? operation.ComputeSeconds / workRatio : operation.ComputeSeconds;
        var moved = isPrompt ? operation.FetchSeconds + operation.StoreSeconds - weights : operation.Traffic.Kv / board.Memory(MemoryLevel.External).BytesPerSecond.Value;
        return weights / byteRatio + moved + compute;
    });

    private static double WeightSeconds(SimulatedOperation operation, Board board) => operation.Traffic.Weights / board.Memory(MemoryLevel.External).BytesPerSecond.Value;
}
