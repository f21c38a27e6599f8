namespace Temoto.Simulation.Exploration;

/// <summary>What exploring gave.</summary>
/// <param name="Combinations">Designs that were looked at.</param>
/// <param name="Dropped">Those that do not fit, by the resource they exceed by most.</param>
/// <param name="Designs">All that fit.</param>
/// <param name="Front">Those of them that no other dominates, the fastest decode first.</param>
/// <param name="Reason">Why the best is the best.</param>
/// <param name="Limit">What keeps it from being faster.</param>
internal sealed record Exploration(
    string Model,
    string Board,
    DeviceResources Device,
    ExplorationSettings Settings,
    int Combinations,
    IReadOnlyList<DroppedDesigns> Dropped,
    IReadOnlyList<ExploredDesign> Designs,
    IReadOnlyList<ExploredDesign> Front,
    ExploredDesign Best,
    string Reason,
    string Limit);
