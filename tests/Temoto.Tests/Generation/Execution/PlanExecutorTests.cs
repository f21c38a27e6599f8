using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation;
using Temoto.Kernels;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Alone, since it counts what the process allocates.</summary>
[CollectionDefinition(nameof(PlanExecutorTests), DisableParallelization = true)]
[Collection(nameof(PlanExecutorTests))]
public class PlanExecutorTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 70).Select(i => (i * 31 + 5) % 250)];

    /// <summary>An intermediate size that no register width divides, and large enough that the rows of a tile depend on the number of threads.</summary>
    private static LanguageModel LoadTiny(TemporaryFolder folder, ModelOptions options)
    {
        if (!File.Exists(folder.File("config.json")))
            SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2") with { IntermediateSize = 1003 }, 3, folder.Path, DType.F32, null, TestContext.Current.CancellationToken);
        return LanguageModel.Load(folder.Path, options);
    }

    /// <summary>With weights that meet integer activations.</summary>
    private static LanguageModel LoadInteger(TemporaryFolder folder, ModelOptions options)
    {
        var path = folder.File("m.gguf");
        if (!File.Exists(path))
        {
            SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 3, folder.File("float"), DType.F32, null, TestContext.Current.CancellationToken);
            using var checkpoint = CheckpointReader.Open(folder.File("float"));
            GgufExport.Write(checkpoint, path, DType.Q4_0, null, TestContext.Current.CancellationToken);
        }
        var model = LanguageModel.Load(path, options);
        Assert.Equal(model.Engine.Plan.Graph.Ops.OfType<LinearOp>().All(op => op.Input.IsQuantized), options.Activations != ActivationType.F32);
        return model;
    }

    private static LanguageModel Load(bool integers, TemporaryFolder folder, ModelOptions options) =>
        integers ? LoadInteger(folder, options with { Kernels = KernelChooser.Choose(null).PrefersIntegers ? null : "scalar", Activations = ActivationType.Int8 }) : LoadTiny(folder, options);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ComputingATokenAllocatesNothing(bool integers)
    {
        using var folder = new TemporaryFolder();
        using var model = Load(integers, folder, new ModelOptions { Threads = 2 });
        using var cache = model.Engine.NewCache();
        var sampler = new Sampler(model.Info.VocabSize, SamplingSettings.From(new GenerationOptions { Temperature = 0.9f, TopP = 0.9f, RepetitionPenalty = 1.1f }, new GenerationDefaults()), 1);
        int[] token = [model.Engine.Next(Tokens, cache, sampler, default)];
        for (var i = 0; i < 20; i++)
            token[0] = model.Engine.Next(token, cache, sampler, default);

        // The whole process is counted, workers too; compiling a method late, or the test runner, may allocate once: the quietest of several attempts counts.
        var least = long.MaxValue;
        var bytesMoved = 0L;
        for (var attempt = 0; attempt < 8 && least > 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 10; i++)
            {
                token[0] = model.Engine.Next(token, cache, sampler, default);
                bytesMoved += model.Engine.Plan.DecodeFigures.BytesPerToken(cache.Length);
            }
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
        Assert.True(bytesMoved > 0);
    }

    /// <summary>Threads that ask for tokens all the time, and a count over a while in which they were at it.</summary>
    [Fact]
    public async Task ComputingTokensOfSeveralSessionsAllocatesNothing()
    {
        using var folder = new TemporaryFolder();
        using var model = Load(true, folder, new ModelOptions { Threads = 2 });
        var stopping = false;
        var tokens = 0;
        var threads = Enumerable.Range(0, 3).Select(number => Task.Factory.StartNew(() =>
        {
            using var cache = model.Engine.NewCache();
            var sampler = new Sampler(model.Info.VocabSize, SamplingSettings.From(new GenerationOptions { Temperature = 0.9f }, new GenerationDefaults()), (ulong)number);
            int[] token = [model.Engine.Next(Tokens, cache, sampler, default)];
            while (!Volatile.Read(ref stopping))
            {
                if (cache.Length == cache.Context)
                    cache.Truncate(Tokens.Length);
                token[0] = model.Engine.Next(token, cache, sampler, default);
                Interlocked.Increment(ref tokens);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        SpinWait.SpinUntil(() => Volatile.Read(ref tokens) > 300 || threads.Any(thread => thread.IsCompleted));
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 20 && least > 0; attempt++)
        {
            var already = Volatile.Read(ref tokens);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            // No pause of a fixed length: a busy machine computes fewer tokens in it.
            while (Volatile.Read(ref tokens) < already + 60 && !threads.Any(thread => thread.IsCompleted))
                Thread.Yield();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Volatile.Write(ref stopping, true);
        await Task.WhenAll(threads);
        Assert.Equal(0, least);
    }

    [Fact]
    public void OneTokenAtATimeGivesTheLogitsOfTheWholePrompt()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder, new ModelOptions { Precise = true });
        var vocab = model.Info.VocabSize;
        using var whole = model.Engine.NewCache();
        using var prefill = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, Tokens.Length, 1));
        var expected = prefill.Forward(Tokens, whole, 1).ToArray();

        using var stepwise = model.Engine.NewCache();
        using var decode = model.Engine.NewExecutor(model.Engine.DecodePlan);
        var actual = new float[vocab];
        foreach (var token in Tokens)
            decode.Forward([token], stepwise, 1).CopyTo(actual);
        // The precise set sums each output in the same order whatever the number of tokens: bit for bit.
        Assert.Equal(expected, actual);
    }

    /// <summary>The memory plan holds quantized activations; the float plan has none, and the scalar set rounds only where it is asked to.</summary>
    [Fact]
    public void IntegerActivationsAreAChoice()
    {
        using var folder = new TemporaryFolder();
        using (LoadInteger(folder, new ModelOptions { Kernels = "scalar", Activations = ActivationType.Int8 }))
        using (LoadInteger(folder, new ModelOptions { Activations = ActivationType.F32 }))
        using (var precise = LanguageModel.Load(folder.File("m.gguf"), new ModelOptions { Precise = true }))
        using (var scalar = LanguageModel.Load(folder.File("m.gguf"), new ModelOptions { Kernels = "scalar" }))
        {
            foreach (var model in new[] { precise, scalar })
                Assert.DoesNotContain(model.Engine.Plan.Graph.Ops, op => op is RoundOp);
        }
        var error = Assert.ThrowsAny<ArgumentException>(() => LanguageModel.Load(folder.File("m.gguf"), new ModelOptions { Precise = true, Activations = ActivationType.Int8 }));
        Assert.Contains("ModelOptions.Activations", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ThreadsDoNotChangeTheResult(bool integers)
    {
        using var folder = new TemporaryFolder();
        float[]? expected = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var model = Load(integers, folder, new ModelOptions { Threads = threads });
            using var cache = model.Engine.NewCache();
            using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, Tokens.Length, Tokens.Length));
            var logits = executor.Forward(Tokens, cache, Tokens.Length).ToArray();
            using var decode = model.Engine.NewExecutor(model.Engine.DecodePlan);
            logits = [.. logits, .. decode.Forward(Tokens.AsSpan(0, 1), cache, 1)];
            expected ??= logits;
            Assert.Equal(expected, logits);
        }
    }

    [Fact]
    public void MoreTokensThanTheContextAreRefused()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder, new ModelOptions { ContextTokens = 16 });
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 32, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => executor.Forward(Tokens.AsSpan(0, 17), cache, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => executor.Forward([model.Info.VocabSize], cache, 1));
        Assert.Equal(0, cache.Length);
    }
}
