using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What is explored: every combination of these.</summary>
internal static class DesignChoices
{
    public static IReadOnlyList<int> Ports { get; } = [1, 2, 4];

    public static IReadOnlyList<int> Lanes { get; } = [1, 2, 4, 8, 16, 24];

    public static IReadOnlyList<double> ClocksHz { get; } = [100e6, 150e6, 200e6, 250e6, 300e6, 333e6];

    public static IReadOnlyList<long> BufferBytes { get; } = [256 << 10, 512 << 10, 1 << 20, 2 << 20];

    /// <summary>All designs, those with the same lanes and buffers side by side.</summary>
    public static IReadOnlyList<CoreParameters> All(NumberType weights) =>
    [
        .. from lanes in Lanes
           from bufferBytes in BufferBytes
           from ports in Ports
           from clockHz in ClocksHz
           select new CoreParameters(ports, lanes, clockHz, bufferBytes, weights),
    ];

    /// <summary>More lanes than these, by one step; null for the most.</summary>
    public static int? LanesAbove(int lanes) => Lanes.Where(more => more > lanes).Select(more => (int?)more).FirstOrDefault();
}
