using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Machine;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Planning;

/// <summary>The bytes the ledger computes from a plan against those of the kernels' own calls, through the same cache: an instrumented run of one thread.</summary>
public unsafe class TrafficLedgerTests
{
    /// <summary>Wide enough that one chunk's operands fill a small cache.</summary>
    private static readonly ModelConfig Shape = ModelShapes.Get("tiny-qwen2") with
    {
        HiddenSize = 256,
        IntermediateSize = 512,
        NumAttentionHeads = 8,
        NumKeyValueHeads = 2,
        HeadDim = 32,
        NumHiddenLayers = 3,
        MaxPositionEmbeddings = 512,
    };

    private const long OnChipBytes = 512 * 1024;

    [Theory]
    [InlineData("F32", DataflowChoice.Gemm, 200, 0, 64, "F16")]
    [InlineData("F32", DataflowChoice.Tphs, 200, 0, 64, "F16")]
    [InlineData("Q8_0", DataflowChoice.Gemm, 200, 100, 64, "Int8")]
    [InlineData("Q8_0", DataflowChoice.Tphs, 200, 100, 64, "Int8")]
    [InlineData("Q4_0", DataflowChoice.Gemm, 150, 0, 1024, "F16")]
    [InlineData("Q4_0", DataflowChoice.Tphs, 150, 0, 1024, "F16")]
    [InlineData("Q4_0", DataflowChoice.Tphs, 97, 300, 16, "F32")]
    [InlineData("Q8_0", DataflowChoice.Tphs, 1, 400, 64, "F16")]
    [InlineData("BF16", DataflowChoice.Tphs, 1, 37, 16, "Int8")]
    // A window in two of three layers.
    [InlineData("F32", DataflowChoice.Gemm, 200, 100, 64, "F16", 80)]
    [InlineData("BF16", DataflowChoice.Tphs, 97, 300, 64, "F32", 100)]
    [InlineData("BF16", DataflowChoice.Tphs, 1, 400, 64, "Int8", 100)]
    public void LedgerPredictsAnInstrumentedRun(string weights, DataflowChoice dataflow, int tokens, int position, int onChipKibibytes, string kv, int? window = null)
    {
        using var folder = new TemporaryFolder();
        var path = Write(Enum.Parse<DType>(weights), folder, window is null ? Shape : Shape with { ModelType = "mistral", AttentionBias = false, SlidingWindow = window, SlidingLayers = [1, 0, 1] });
        using var checkpoint = CheckpointReader.Open(path);
        var options = new ModelOptions { Repack = RepackChoice.Never, Dataflow = dataflow, Threads = 1, KvCache = Enum.Parse<KvCacheType>(kv), ContextTokens = 512 };
        var engine = new EnginePlan(checkpoint, options);
        var plan = engine.NewPlan(tokens == 1 ? Phase.Decode : Phase.Prefill, tokens, 1);
        var onChipBytes = onChipKibibytes * 1024L;

        var cache = new CacheModel(onChipBytes);
        var kernels = new TracingKernels(engine.Kernels, cache);
        using var pool = new WorkerPool(1);
        using var bound = new BoundWeights(engine, checkpoint, pool);
        using var executor = new PlanExecutor(plan, bound, kernels, pool);
        using var positions = new KvCache(plan.Kv!);
        positions.Advance(position);
        kernels.Watch(executor.Arena, plan.ArenaBytes);
        executor.Forward([.. Enumerable.Range(0, tokens).Select(i => i * 7 % 250)], positions, 1);
        cache.Flush();
        var measured = Traffic.Of(cache);

        var predicted = TrafficLedger.Run(plan, onChipBytes, RunShape.Of(plan, tokens, position)).Aggregate((sum, step) => sum + step);
        AssertClose(measured.Total, predicted.Total, "total");
        AssertClose(measured.Weights, predicted.Weights, "weights");
        AssertClose(measured.Kv, predicted.Kv, "KV");
        AssertClose(measured.Activations, predicted.Activations + predicted.Intermediates, "activations");
        Assert.Equal(dataflow == DataflowChoice.Gemm, predicted.Intermediates > 0 && tokens > 1);

        void AssertClose(long expected, long actual, string what) =>
            Assert.True(Math.Abs(expected - actual) <= 0.05 * expected + 64 * plan.Steps.Count(), $"{what}: {expected:n0} bytes in the run, {actual:n0} in the ledger; measured {measured}, predicted {predicted}");
    }

    /// <summary>Of experts a token reads those that it is sent to, and several tokens read as many as there are for them.</summary>
    [Theory]
    [InlineData("F32", 1)]
    [InlineData("BF16", 1)]
    [InlineData("BF16", 60)]
    public void OfExpertsThoseThatAreAskedAreRead(string weights, int tokens)
    {
        using var folder = new TemporaryFolder();
        var experts = new ExpertsConfig { NumExperts = 16, NumExpertsPerTok = 3, IntermediateSize = 384, NormTopkProb = true };
        var shape = Shape with { ModelType = "qwen3_moe", AttentionBias = false, Experts = experts };
        using var checkpoint = CheckpointReader.Open(Write(Enum.Parse<DType>(weights), folder, shape));
        var engine = new EnginePlan(checkpoint, new ModelOptions { Repack = RepackChoice.Never, Threads = 1, KvCache = KvCacheType.F32, ContextTokens = 128 });
        var plan = engine.NewPlan(tokens == 1 ? Phase.Decode : Phase.Prefill, tokens, 1);
        var cache = new CacheModel(OnChipBytes);
        var kernels = new TracingKernels(engine.Kernels, cache);
        using var pool = new WorkerPool(1);
        using var bound = new BoundWeights(engine, checkpoint, pool);
        using var executor = new PlanExecutor(plan, bound, kernels, pool);
        using var positions = new KvCache(plan.Kv!);
        kernels.Watch(executor.Arena, plan.ArenaBytes);
        executor.Forward([.. Enumerable.Range(0, tokens).Select(i => i * 7 % 250)], positions, 1);
        cache.Flush();
        var measured = Traffic.Of(cache).Weights;
        var predicted = TrafficLedger.Run(plan, OnChipBytes, RunShape.Of(plan, tokens, 0)).Sum(step => step.Weights);
        if (tokens > 1)
        {
            // As many experts as there could be; that one or two of sixteen are asked by nobody is what the text decides.
            Assert.InRange(measured, 14.0 / 16 * 0.95 * predicted, 1.05 * predicted);
            return;
        }
        Assert.InRange(predicted, 0.95 * measured, 1.05 * measured);
        // To the byte: what all weights take, less the experts that are not asked, and the table's other rows.
        var all = engine.Graph.Weights.Sum(use => engine.Plans.Weight(use.Name).Bytes);
        var one = engine.Plans.Weight("model.layers.0.mlp.experts.0.gate_proj.weight").Bytes;
        var table = engine.Plans.Weight("model.embed_tokens.weight");
        var vectors = engine.Graph.Weights.Where(use => use.Shape.Count == 1).Sum(use => use.Shape[0] * sizeof(float) - engine.Plans.Weight(use.Name).Bytes);
        // Tied: the output head reads all rows of the table.
        Assert.Equal(all + vectors - 3L * 3 * 13 * one + table.RowBytes, new PlanFigures(plan).WeightBytes);
    }

    /// <summary>Sequences of different lengths in one run: weights once, a cache for each.</summary>
    [Theory]
    [InlineData("Q8_0", 64, "F16")]
    [InlineData("Q4_0", 1024, "Int8")]
    [InlineData("BF16", 16, "F32")]
    public void LedgerPredictsARunOfSeveralSequences(string weights, int onChipKibibytes, string kv)
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = CheckpointReader.Open(Write(Enum.Parse<DType>(weights), folder));
        var engine = new EnginePlan(checkpoint, new ModelOptions { Repack = RepackChoice.Never, Threads = 1, KvCache = Enum.Parse<KvCacheType>(kv), ContextTokens = 512 });
        int[] lengths = [400, 0, 37];
        var plan = engine.NewPlan(Phase.Decode, lengths.Length, lengths.Length);
        var onChipBytes = onChipKibibytes * 1024L;

        var cache = new CacheModel(onChipBytes);
        var kernels = new TracingKernels(engine.Kernels, cache);
        using var pool = new WorkerPool(1);
        using var bound = new BoundWeights(engine, checkpoint, pool);
        using var executor = new PlanExecutor(plan, bound, kernels, pool);
        var caches = new KvCache[lengths.Length];
        for (var i = 0; i < caches.Length; i++)
        {
            caches[i] = new KvCache(plan.Kv!);
            caches[i].Advance(lengths[i]);
        }
        kernels.Watch(executor.Arena, plan.ArenaBytes);
        executor.Forward([1, 2, 3], caches);
        cache.Flush();
        var measured = Traffic.Of(cache);
        foreach (var positions in caches)
            positions.Dispose();

        var predicted = TrafficLedger.Run(plan, onChipBytes, new RunShape(lengths.Length, lengths.Length, [.. lengths])).Aggregate((sum, step) => sum + step);
        AssertClose(measured.Total, predicted.Total, "total");
        AssertClose(measured.Weights, predicted.Weights, "weights");
        AssertClose(measured.Kv, predicted.Kv, "KV");
        AssertClose(measured.Activations, predicted.Activations + predicted.Intermediates, "activations");
        var alone = TrafficLedger.Run(plan, onChipBytes, new RunShape(1, 1, [lengths[0]])).Aggregate((sum, step) => sum + step);
        // Activations of three tokens, which take more of the cache, change which lines leave with a page.
        Assert.InRange(predicted.Weights, 0.999 * alone.Weights, 1.01 * alone.Weights);
        Assert.InRange(predicted.Kv, alone.Kv * 437 / 400 * 0.97, alone.Kv * 1.2);
        // All weights once, a row of the table for each token.
        var figures = new PlanFigures(plan);
        Assert.Equal(figures.BytesPerToken(37) + figures.BytesPerRun(2, 37) - figures.WeightBytesPerRun(2), figures.BytesPerRun(3, 37) - figures.WeightBytesPerRun(3) + figures.WeightBytes);

        void AssertClose(long expected, long actual, string what) =>
            Assert.True(Math.Abs(expected - actual) <= 0.05 * expected + 64 * plan.Steps.Count(), $"{what}: {expected:n0} bytes in the run, {actual:n0} in the ledger; measured {measured}, predicted {predicted}");
    }

    /// <summary>What the dataflow is for: at 2048 tokens of the 0.5B shape, attention's intermediates are gone and the arena is a fraction.</summary>
    [Fact]
    public void TphsStoresNoIntermediatesAndNeedsAFractionOfTheArena()
    {
        using var checkpoint = SeededMemory.Create("shape", ModelShapes.Get("tiny-qwen2") with { NumHiddenLayers = 1, MaxPositionEmbeddings = 2048 }, DType.Q8_0, 1, TestContext.Current.CancellationToken);
        Plan PlanOf(DataflowChoice mode) => new EnginePlan(checkpoint, new ModelOptions { Repack = RepackChoice.Never, Dataflow = mode, ContextTokens = 2048 }).Prefill;
        var gemm = PlanOf(DataflowChoice.Gemm);
        var tphs = PlanOf(DataflowChoice.Tphs);
        Assert.True(gemm.ArenaBytes > 5 * tphs.ArenaBytes, $"{gemm.ArenaBytes} against {tphs.ArenaBytes}");
        Assert.Equal(0, TrafficLedger.Run(tphs, OnChipBytes, RunShape.Of(tphs, 512, 1536)).Sum(step => step.Intermediates));
        Assert.True(TrafficLedger.Run(gemm, OnChipBytes, RunShape.Of(gemm, 512, 1536)).Sum(step => step.Intermediates) > 0);
    }

    /// <summary>Layers of a section differ by where their operands lie: after a few that moved the same the rest is known. Walking each costs more than six times as much here.</summary>
    [Fact]
    public void DeepModelsAreCountedInTheTimeOfAFewLayers()
    {
        var few = Shallowest(4);
        var many = Shallowest(64);
        Assert.True(many < 3 * few, $"{many * 1e3:0.0} ms for 64 layers, {few * 1e3:0.0} ms for 4");

        double Shallowest(int layers)
        {
            using var checkpoint = SeededMemory.Create("shape", Shape with { NumHiddenLayers = layers }, DType.Q8_0, 1, TestContext.Current.CancellationToken);
            var plan = new EnginePlan(checkpoint, new ModelOptions { Repack = RepackChoice.Never, Threads = 1 }).Prefill;
            Assert.Contains(plan.Sections, section => section.Layers == layers - 1);
            return Enumerable.Range(0, 5).Min(_ =>
            {
                var start = ProcessorTime.ThreadSeconds();
                TrafficLedger.Run(plan, OnChipBytes, RunShape.Of(plan, 200, 0));
                return ProcessorTime.ThreadSeconds() - start;
            });
        }
    }

    private static string Write(DType weights, TemporaryFolder folder, ModelConfig? shape = null)
    {
        var directory = folder.File("float");
        SeededCheckpoint.Write(shape ?? Shape, 3, directory, weights.BlockElements() == 1 ? weights : DType.F32, null, TestContext.Current.CancellationToken);
        if (weights.BlockElements() == 1)
            return directory;
        using var checkpoint = CheckpointReader.Open(directory);
        GgufExport.Write(checkpoint, folder.File("m.gguf"), weights, null, TestContext.Current.CancellationToken);
        return folder.File("m.gguf");
    }
}
