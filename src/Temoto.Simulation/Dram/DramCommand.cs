namespace Temoto.Simulation.Dram;

/// <summary>What a controller tells the memory.</summary>
internal enum DramCommandKind
{
    /// <summary>Open a row.</summary>
    Activate,

    /// <summary>Close the row of a bank.</summary>
    Precharge,

    /// <summary>64 bytes from the open row.</summary>
    Read,

    /// <summary>64 bytes, or some of them, into the open row.</summary>
    Write,

    /// <summary>All banks; rows are closed.</summary>
    Refresh,
}

/// <summary>A command as a trace keeps it.</summary>
/// <param name="Bank">Among all banks; -1 for a refresh.</param>
/// <param name="Row">-1 where the command has none.</param>
internal readonly record struct DramCommand(long Clock, DramCommandKind Kind, int Bank, int Row);
