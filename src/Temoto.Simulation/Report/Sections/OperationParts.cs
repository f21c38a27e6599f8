using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Sections;

/// <summary>
/// Where the seconds of an operation go. The four add up to them: of moving bytes and computing, where both happen at the same time, the longer counts in full and the other with what it adds to it.
/// </summary>
internal readonly record struct OperationParts(double FetchSeconds, double ComputeSeconds, double StoreSeconds, double LaunchSeconds)
{
    public static OperationParts Of(SimulatedOperation operation)
    {
        var memory = operation.FetchSeconds + operation.StoreSeconds;
        var work = operation.Seconds - operation.LaunchSeconds;
        if (memory >= operation.ComputeSeconds)
            return new OperationParts(operation.FetchSeconds, Math.Max(0, work - memory), operation.StoreSeconds, operation.LaunchSeconds);
        var waiting = Math.Max(0, work - operation.ComputeSeconds);
        var fetch = memory > 0 ? waiting * operation.FetchSeconds / memory : 0;
        return new OperationParts(fetch, operation.ComputeSeconds, waiting - fetch, operation.LaunchSeconds);
    }
}
