namespace Temoto.Simulation.Costing;

/// <summary>What was chosen among the ways to run a phase, and what the others would have cost. Simulated.</summary>
/// <param name="Tokens">Of a prompt, or one.</param>
/// <param name="Position">Tokens in the cache when one is generated; null for a prompt.</param>
/// <param name="Ways">The chosen one first.</param>
internal sealed record Decision(int Tokens, int? Position, double BandwidthGbps, IReadOnlyList<ComparedWay> Ways);

/// <summary>A way and its price.</summary>
/// <param name="Seconds">All of it; of a way that was not walked, what its arithmetic alone takes.</param>
/// <param name="Bytes">Moved; null of a way that was not walked.</param>
internal sealed record ComparedWay(Candidate Candidate, double Seconds, long? Bytes);
