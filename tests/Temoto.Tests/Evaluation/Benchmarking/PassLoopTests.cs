using Temoto.Evaluation.Benchmarking;
using Temoto.Kernels.Floats;
using Temoto.Machine;

namespace Temoto.Tests.Evaluation.Benchmarking;

public unsafe class PassLoopTests
{
    /// <summary>Values that a pass has made zeros of are numbers again when the next begins.</summary>
    [Fact]
    public void EveryPassFindsTheSameValues()
    {
        var sums = new HashSet<float>();
        var passes = 0;
        using var loop = new PassLoop(new ScalarKernelSet(), 1, (values, others, written) =>
        {
            passes++;
            var sum = 0f;
            for (var i = 0; i < PassLoop.Elements; i++)
                sum += values[i] * others[i];
            sums.Add(sum);
            new Span<float>(values, PassLoop.Elements).Clear();
        });
        using var pool = new WorkerPool(1);
        Assert.InRange(loop.ElementsPerSecond(pool, 0), 1, 1e16);
        // Both are the same numbers: a sum of squares.
        Assert.True(Assert.Single(sums) > 0);
        Assert.Equal(2 * 64, passes);
    }
}
