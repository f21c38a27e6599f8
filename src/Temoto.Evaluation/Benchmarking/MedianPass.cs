using System.Diagnostics;
using Temoto.Machine;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// The median of many passes of the same work: what a model meets that runs for longer than a moment. The fastest pass is no such thing: where virtual processors share a core, it is one
/// whose neighbour did nothing, up to twice as fast.
/// </summary>
internal static class MedianPass
{
    /// <summary>Seconds of a pass, the median of those that began within <paramref name="seconds"/>, at least one, after one that is not counted.</summary>
    public static double Seconds(WorkerPool pool, IParallelWork work, int chunks, double seconds) => Seconds(() => pool.Run(work, chunks), seconds);

    /// <inheritdoc cref="Seconds(WorkerPool, IParallelWork, int, double)"/>
    public static double Seconds(Action pass, double seconds)
    {
        pass();
        var start = Stopwatch.GetTimestamp();
        var passes = new List<double>();
        do
        {
            var began = Stopwatch.GetTimestamp();
            pass();
            passes.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Spread.Of(passes).Median;
    }
}
