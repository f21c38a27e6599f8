using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>What is asked of a simulation.</summary>
/// <param name="BandwidthsGbps">None for the board's own.</param>
/// <param name="PromptTokens">Lengths of prompts.</param>
/// <param name="DecodePositions">Tokens in the cache when one is generated.</param>
/// <param name="Dataflows">Of a prompt's attention; null stands for the faster one on this board.</param>
/// <param name="Kv">Null for what the board's attention is made for.</param>
internal sealed record SimulationRequest(
    IReadOnlyList<double> BandwidthsGbps,
    IReadOnlyList<int> PromptTokens,
    IReadOnlyList<int> DecodePositions,
    IReadOnlyList<DataflowMode?> Dataflows,
    NumberType? Kv)
{
    /// <summary>Positions of the cache that all of it needs.</summary>
    public int ContextTokens => Math.Max(PromptTokens.DefaultIfEmpty(0).Max() + 1, DecodePositions.DefaultIfEmpty(0).Max() + 1);
}
