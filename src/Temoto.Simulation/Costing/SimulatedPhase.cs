using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A prompt, or a token, on a board: what it costs in all. Simulated.</summary>
/// <param name="Tokens">Computed: those of the prompt, or one.</param>
/// <param name="Context">Positions in the cache before.</param>
/// <param name="Dataflow">Of the prompt's attention.</param>
internal sealed record SimulatedPhase(Phase Phase, int Tokens, int Context, double BandwidthGbps, DataflowMode Dataflow, string Packing, IReadOnlyList<SimulatedOperation> Operations)
{
    public double Seconds => Operations.Sum(operation => operation.Seconds);

    public double Joules => Operations.Sum(operation => operation.Joules);

    public double TokensPerSecond => Tokens / Seconds;

    public Traffic Traffic => Operations.Aggregate(default(Traffic), (sum, operation) => sum + operation.Traffic);

    /// <summary>Null where a device's clock is not known.</summary>
    public StepCycles? Cycles => Operations.Aggregate((StepCycles?)default(StepCycles), (sum, operation) => sum + operation.Cycles);

    /// <summary>What takes most of the time: fetching, computing, storing, or beginning and ending.</summary>
    public string BoundBy => SimulatedOperation.Longest(
        Operations.Sum(operation => operation.FetchSeconds), Operations.Sum(operation => operation.ComputeSeconds), Operations.Sum(operation => operation.StoreSeconds), Operations.Sum(operation => operation.LaunchSeconds));

    /// <summary>Prices an account.</summary>
    public static SimulatedPhase Of(PhaseAccount account, Board board, string packing) => new(
        account.Phase,
        account.Tokens,
        account.Position,
        BoardVariant.BandwidthGbps(board),
        account.Plan.Steps.Any(step => step.Step.Mode == DataflowMode.Tphs) ? DataflowMode.Tphs : DataflowMode.Gemm,
        packing,
        account.Price(board));
}
