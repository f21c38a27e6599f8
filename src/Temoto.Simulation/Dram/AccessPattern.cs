namespace Temoto.Simulation.Dram;

/// <summary>Bytes that lie side by side and are moved in order.</summary>
/// <param name="Address">A multiple of 16.</param>
/// <param name="Bytes">A multiple of 16.</param>
internal readonly record struct AccessRun(uint Address, int Bytes);

/// <summary>What one port moves: runs one after the other, all read or all written (a port's read and write channels are two streams).</summary>
internal sealed record PortStream(PortSettings Settings, bool IsWrite, AccessRun[] Runs)
{
    /// <summary>Bytes of all runs.</summary>
    public long Bytes => Runs.Sum(run => (long)run.Bytes);
}

/// <summary>What all ports move.</summary>
internal sealed record AccessPattern(string Name, PortStream[] Streams)
{
    /// <summary>Bytes of all streams.</summary>
    public long Bytes => Streams.Sum(stream => stream.Bytes);
}
