using Temoto.Evaluation.Benchmarking;
using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Machine;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class AttentionLoopTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    public void EachThreadMultipliesEachQueryWithEachPositionTwice(int queries)
    {
        foreach (var kernels in new[] { KernelChooser.Choose(null), new ScalarKernelSet() })
        {
            using var pool = new WorkerPool(2);
            using var floats = new AttentionLoop(kernels, queries, null, 2);
            Assert.Equal(2 * queries * 512 * 64 * 4, floats.Operations);
            Assert.InRange(floats.OperationsPerSecond(pool, 0), 1e5, 1e16);
            if (kernels.IntegerAttention is not { } integers)
                continue;
            using var bytes = new AttentionLoop(kernels, queries, integers, 2);
            Assert.Equal(floats.Operations, bytes.Operations);
            Assert.InRange(bytes.OperationsPerSecond(pool, 0), 1e5, 1e16);
        }
    }
}
