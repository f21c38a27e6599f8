using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>What an operation costs in all layers and runs of a phase. Simulated.</summary>
/// <param name="Mode">Of attention; null elsewhere.</param>
/// <param name="Times">How often it is carried out.</param>
/// <param name="Cycles">Null on a device whose clock is not known.</param>
/// <param name="OnChipBytes">All it reads and writes, wherever that lies.</param>
internal sealed record SimulatedOperation(
    string Name,
    StepKind Kind,
    DataflowMode? Mode,
    string Device,
    int Times,
    double Seconds,
    double FetchSeconds,
    double ComputeSeconds,
    double StoreSeconds,
    double LaunchSeconds,
    StepCycles? Cycles,
    Traffic Traffic,
    long OnChipBytes,
    double Operations,
    double Joules)
{
    /// <summary>What takes longest: fetching, computing, storing, or beginning and ending.</summary>
    public string BoundBy => Longest(FetchSeconds, ComputeSeconds, StoreSeconds, LaunchSeconds);

    /// <summary>The name of the part that takes longest.</summary>
    public static string Longest(double fetchSeconds, double computeSeconds, double storeSeconds, double launchSeconds) =>
        new[] { ("fetch", fetchSeconds), ("compute", computeSeconds), ("store", storeSeconds), ("launch", launchSeconds) }.MaxBy(part => part.Item2).Item1;

    /// <summary>One execution of a step.</summary>
    public static SimulatedOperation Of(StepPrice price, Board board) => new(
        price.Step.Name,
        price.Step.Kind,
        price.Step.Mode,
        price.Step.Device,
        1,
        price.Seconds,
        price.FetchSeconds,
        price.ComputeSeconds,
        price.StoreSeconds,
        price.LaunchSeconds,
        board.Device(price.Step.Device).ClockHz is { } clock ? StepCycles.Of(price, clock.Value) : null,
        price.Traffic,
        price.TouchedBytes,
        price.Operations,
        Energy.Joules(board, price.Seconds, price.Operations, price.Traffic.Total, price.TouchedBytes));

    /// <summary>Both together.</summary>
    public static SimulatedOperation operator +(SimulatedOperation a, SimulatedOperation b) => a with
    {
        Times = a.Times + b.Times,
        Seconds = a.Seconds + b.Seconds,
        FetchSeconds = a.FetchSeconds + b.FetchSeconds,
        ComputeSeconds = a.ComputeSeconds + b.ComputeSeconds,
        StoreSeconds = a.StoreSeconds + b.StoreSeconds,
        LaunchSeconds = a.LaunchSeconds + b.LaunchSeconds,
        Cycles = a.Cycles + b.Cycles,
        Traffic = a.Traffic + b.Traffic,
        OnChipBytes = a.OnChipBytes + b.OnChipBytes,
        Operations = a.Operations + b.Operations,
        Joules = a.Joules + b.Joules,
    };

    /// <summary>As often.</summary>
    public static SimulatedOperation operator *(SimulatedOperation a, int times) => times == 1 ? a : a with
    {
        Times = a.Times * times,
        Seconds = a.Seconds * times,
        FetchSeconds = a.FetchSeconds * times,
        ComputeSeconds = a.ComputeSeconds * times,
        StoreSeconds = a.StoreSeconds * times,
        LaunchSeconds = a.LaunchSeconds * times,
        Cycles = a.Cycles * (ulong)times,
        Traffic = a.Traffic * times,
        OnChipBytes = a.OnChipBytes * times,
        Operations = a.Operations * times,
        Joules = a.Joules * times,
    };
}
