using Temoto.Evaluation.Benchmarking;
using Temoto.Machine;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class MedianPassTests
{
    /// <summary>Two passes at least: one that is not counted, and one.</summary>
    [Fact]
    public void EveryPassDoesAllChunks()
    {
        using var pool = new WorkerPool(1);
        var work = new Counting();
        // A pass this short may take no tick of the clock; what is asked for is the time of one, not the start value.
        Assert.InRange(MedianPass.Seconds(pool, work, 3, 0), 0, double.MaxValue / 2);
        Assert.Equal([2, 2, 2], work.Done);
    }

    private sealed class Counting : IParallelWork
    {
        public int[] Done { get; } = new int[3];

        public void Execute(int chunk, int worker) => Done[chunk]++;
    }
}
