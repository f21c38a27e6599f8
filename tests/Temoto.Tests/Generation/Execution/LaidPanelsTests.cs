using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tensors.Panels;
using Temoto.Tests.Kernels.Integers;
using Temoto.Tests.Tensors.Panels;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Weights laid out in panels while a model is loaded.</summary>
public unsafe class LaidPanelsTests
{
    [Fact]
    public void AllThreadsTogetherLayWhatOneRowAfterTheOtherGives()
    {
        using var pool = new WorkerPool(3);
        foreach (var weight in IntegerDotTests.Cases(rows: 1000).Where(weight => weight.Encoded is null && weight.Columns <= 288 && PanelLayout.Of(weight) is not null))
        {
            var expected = PanelRows.Lay(weight, out var single);
            using var alone = single;
            using var memory = new TensorMemory(LaidPanels.BytesOf(weight));
            var laid = LaidPanels.Run(weight, pool, memory);
            Assert.Equal(expected.Encoded!.ByteLength, laid!.Encoded!.ByteLength);
            Assert.True(new ReadOnlySpan<byte>(expected.Encoded.Data, (int)expected.Encoded.ByteLength).SequenceEqual(new ReadOnlySpan<byte>(laid.Encoded.Data, (int)laid.Encoded.ByteLength)), $"{weight}");
        }
    }

    /// <summary>Infinite, or 64 and more.</summary>
    [Theory]
    [InlineData("Q8_0", 0)]
    [InlineData("Q4_0", 0)]
    [InlineData("Q4_1", 2)]
    [InlineData("Q4_K", 2)]
    [InlineData("Q6_K", 208)]
    public void AMatrixWithAScaleTooLargeStaysAsItIs(string type, int at)
    {
        const int rows = 200;
        using var pool = new WorkerPool(2);
        using var cases = IntegerDotTests.Cases(rows).Where(weight => weight.DType == Enum.Parse<DType>(type)).GetEnumerator();
        Assert.True(cases.MoveNext());
        var weight = cases.Current;
        foreach (var half in new ushort[] { 0x7C00, 0xFC00, 0x7E01, 0xD400 })
        {
            var scale = (ushort*)(weight.Row(rows - 1) + at);
            var before = *scale;
            *scale = half;
            using var memory = new TensorMemory(2 * LaidPanels.BytesOf(weight));
            Assert.Null(LaidPanels.Run(weight, pool, memory));
            *scale = before;
            Assert.NotNull(LaidPanels.Run(weight, pool, memory));
        }
    }

    /// <summary>Float16 elements of 64 and more, infinities and NaN have no raised form; other floats lie as they are.</summary>
    [Fact]
    public void AHalfTooLargeKeepsItsMatrixInRows()
    {
        using var pool = new WorkerPool(2);
        foreach (var weight in FloatRowTests.Cases(rows: 40))
        {
            foreach (var bits in new ushort[] { 0x7C00, 0xFC00, 0x7E01, 0xD400 })
            {
                var element = (ushort*)weight.Row(39) + 1;
                var before = *element;
                *element = bits;
                using var memory = new TensorMemory(2 * LaidPanels.BytesOf(weight));
                Assert.Equal(weight.DType == DType.F16, LaidPanels.Run(weight, pool, memory) is null);
                *element = before;
                Assert.NotNull(LaidPanels.Run(weight, pool, memory));
            }
        }
    }

    /// <summary>Models that make vectors have their float matrices in panels, those that generate in rows: a token alone reads them as fast so.</summary>
    [Fact]
    public void FloatsLieInPanelsWhereNothingIsGenerated()
    {
        using var checkpoint = SeededMemory.Create("panels", ModelShapes.Get("tiny-qwen2"), DType.BF16, 5, TestContext.Current.CancellationToken);
        Assert.Empty(new EnginePlan(checkpoint, new ModelOptions()).InPanels);
        Assert.Empty(new EnginePlan(checkpoint, new ModelOptions { Repack = RepackChoice.Never }, embeds: true).InPanels);
        Assert.Empty(new EnginePlan(checkpoint, new ModelOptions { Precise = true }, embeds: true).InPanels);
        var plan = new EnginePlan(checkpoint, new ModelOptions(), embeds: true);
        Assert.Contains("model.layers.0.mlp.down_proj.weight", plan.InPanels);
        Assert.DoesNotContain("model.embed_tokens.weight", plan.InPanels);
        Assert.InRange(plan.Memory.RepackedBytes, 1, plan.Memory.WeightBytes);
    }

    /// <summary>A prompt gives the same logits bit for bit, however weights lie; a token after it the same to rounding, since its blocks are added in another order.</summary>
    [Theory]
    [InlineData("I4")]
    [InlineData("Q4_0")]
    [InlineData("Q8_0")]
    public void APromptIsTheSameWithPanelsAndWithout(string type)
    {
        var panels = Run(RepackChoice.Auto);
        var rows = Run(RepackChoice.Never);
        Assert.Equal(rows.Prompt, panels.Prompt);
        Assert.InRange(rows.Token.Zip(panels.Token, (left, right) => Math.Abs(left - right)).Max(), 0, 1e-2 * rows.Token.Max(Math.Abs));
        Assert.Equal(0, rows.Memory.RepackedBytes);
        Assert.DoesNotContain("repacked", rows.Memory.ToString(), StringComparison.Ordinal);
        if (KernelChooser.Choose(null).Integers is not { MultipliesPanels: true })
            return;
        Assert.InRange(panels.Memory.RepackedBytes, panels.Memory.WeightBytes / 2, panels.Memory.WeightBytes);
        Assert.Contains("MiB repacked)", panels.Memory.ToString(), StringComparison.Ordinal);

        (float[] Prompt, float[] Token, MemoryPlan Memory) Run(RepackChoice repack)
        {
            var checkpoint = SeededMemory.Create("panels", ModelShapes.Get("tiny-qwen2"), Enum.Parse<DType>(type), 5, TestContext.Current.CancellationToken);
            using var model = LanguageModel.Load(checkpoint, new ModelOptions { Repack = repack, Threads = 2 });
            using var cache = model.Engine.NewCache();
            using var prefill = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 30, 30));
            using var decode = model.Engine.NewExecutor(model.Engine.DecodePlan);
            var prompt = prefill.Forward([.. Enumerable.Range(0, 30).Select(i => i * 5 % 250)], cache, 30).ToArray();
            return (prompt, decode.Forward([7], cache, 1).ToArray(), model.Engine.MemoryPlan);
        }
    }

    /// <summary>Weights read into memory lie there once, as they are.</summary>
    [Fact]
    public void ACopyIsNotRepacked()
    {
        using var checkpoint = SeededMemory.Create("panels", ModelShapes.Get("tiny-qwen2"), DType.Q8_0, 5, TestContext.Current.CancellationToken);
        Assert.Empty(new EnginePlan(checkpoint, new ModelOptions { Load = ModelLoad.Copy }).InPanels);
    }
}
