using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Which way is faster is the machine's matter; that one is taken for all weights of a model, or none where there is nothing to choose, is ours.</summary>
public class PanelReadingTests
{
    private const int Columns = 4096;

    private static IntegerDot Products()
    {
        var integers = KernelChooser.Choose(null).Integers;
        Assert.SkipUnless(integers is { ReadsPastCaches: true }, "this processor's kernels read one way");
        return integers;
    }

    /// <summary>20 MiB and 10 MiB of nibbles, more than is left alone.</summary>
    [Fact]
    public void AllWeightsOfAModelAreReadOneWay()
    {
        var integers = Products();
        using var pool = new WorkerPool(2);
        using var weights = new Weights(pool, 8192, 4096);
        var past = PanelReading.Choose(weights.Tensors, integers, pool);
        Assert.NotNull(past);
        Assert.All(weights.Tensors, weight => Assert.Equal(past, weight.Encoded!.Panels!.PastCaches));
    }

    [Fact]
    public void WhatCachesHoldIsReadIntoThem()
    {
        var integers = Products();
        using var pool = new WorkerPool(2);
        using var weights = new Weights(pool, 4096);
        Assert.Null(PanelReading.Choose(weights.Tensors, integers, pool));
        Assert.All(weights.Tensors, weight => Assert.False(weight.Encoded!.Panels!.PastCaches));
    }

    [Fact]
    public void WithoutPanelsOrKernelsForThemThereIsNothingToChoose()
    {
        using var pool = new WorkerPool(1);
        Assert.Null(PanelReading.Choose([], KernelChooser.Choose(null).Integers, pool));
        using var weights = new Weights(pool, 8192);
        Assert.Null(PanelReading.Choose(weights.Tensors, new ScalarIntegerDot(), pool));
        Assert.Null(PanelReading.Choose(weights.Tensors, null, pool));
    }

    /// <summary>Seeded weights in panels.</summary>
    private sealed class Weights : IDisposable
    {
        private readonly List<IDisposable> owned = [];

        public Weights(WorkerPool pool, params int[] rows)
        {
            var memory = new TensorMemory(0);
            owned.Add(memory);
            foreach (var count in rows)
                Tensors.Add(LaidPanels.Run(SeededMemory.NewTensor("weight", [count, Columns], DType.Q4_0, 1, (0, 1.0 / 64), owned, TestContext.Current.CancellationToken), pool, memory)!);
        }

        public List<Tensor> Tensors { get; } = [];

        public void Dispose() => owned.ForEach(item => item.Dispose());
    }
}
