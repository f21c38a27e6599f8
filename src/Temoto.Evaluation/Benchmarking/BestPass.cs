using System.Diagnostics;
using Temoto.Machine;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>The fastest of many passes of the same work: what stands in its way is somebody else's.</summary>
internal static class BestPass
{
    /// <summary>Seconds of the fastest pass that ended within <paramref name="seconds"/>, after one that is not counted.</summary>
    public static double Seconds(WorkerPool pool, IParallelWork work, int chunks, double seconds)
    {
        pool.Run(work, chunks);
        var start = Stopwatch.GetTimestamp();
        var best = double.MaxValue;
        do
        {
            var began = Stopwatch.GetTimestamp();
            pool.Run(work, chunks);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return best;
    }
}
