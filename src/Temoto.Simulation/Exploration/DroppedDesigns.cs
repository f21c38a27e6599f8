namespace Temoto.Simulation.Exploration;

/// <summary>Designs that do not fit.</summary>
/// <param name="Resource">That which they exceed by most.</param>
internal sealed record DroppedDesigns(string Resource, int Count);
