namespace Temoto.Simulation.Dram;

/// <summary>How a port of 128 bits is built.</summary>
/// <param name="ClockHz">One beat of 16 bytes a clock; its own clock, not the controller's.</param>
/// <param name="OutstandingBursts">Bursts of up to 16 beats that are on their way at most.</param>
/// <param name="PathNanoseconds">From controller to port, both ways together, that no load changes; *assumed*.</param>
internal sealed record PortSettings(long ClockHz, int OutstandingBursts, int PathNanoseconds)
{
    /// <summary>Bytes of a beat.</summary>
    public const int BeatBytes = 16;

    /// <summary>Bytes of the longest burst: the ports cut what is longer (UG1085).</summary>
    public const int BurstBytes = 16 * BeatBytes;

    /// <summary>No burst crosses a multiple of it (AXI).</summary>
    public const int BoundaryBytes = 4096;

    /// <summary>What the port can carry.</summary>
    public long PeakBytesPerSecond => ClockHz * BeatBytes;
}
