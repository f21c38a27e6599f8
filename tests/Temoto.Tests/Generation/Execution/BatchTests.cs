using System.Runtime.Intrinsics.X86;
using Temoto.Evaluation.Seeded;
using Temoto.Generation;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Several sequences in one run: what each of them gets is what it gets alone, bit for bit.</summary>
public class BatchTests
{
    private const string Rows = " rows";

    /// <summary>Tokens of each sequence before the batches: more than a piece of split attention (256 positions), a panel and one less, and few.</summary>
    private static readonly int[] Lengths = [300, 3, 16, 255, 1];

    /// <summary>Who takes part: sequences join, leave and change places, up to more than a kernel takes together.</summary>
    private static readonly int[][] Runs = [[0, 1, 2], [0, 1, 2, 3, 4], [4, 2, 0, 3], [1], [3, 0]];

    public static TheoryData<string, string?, KvCacheType, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string?, KvCacheType, string>
            {
                { "I4", null, KvCacheType.F16, "tiny-qwen2" },
                { "I4", "vector128", KvCacheType.Int8, "tiny-qwen2" },
                { "I4 rows", null, KvCacheType.F16, "tiny-qwen2" },
                { "I8", null, KvCacheType.Int8, "tiny-llama" },
                { "I8 rows", null, KvCacheType.Int8, "tiny-llama" },
                { "Q4_0", null, KvCacheType.F32, "tiny-qwen2" },
                { "Q4_0 rows", null, KvCacheType.F32, "tiny-qwen2" },
                { "Q8_0", null, KvCacheType.F16, "tiny-qwen2" },
                { "Q8_0 rows", null, KvCacheType.F16, "tiny-qwen2" },
                { "BF16", null, KvCacheType.F16, "tiny-qwen3" },
                { "F16", null, KvCacheType.Int8, "tiny-qwen2" },
                { "BF16", null, KvCacheType.F16, "tiny-smollm3" },
                { "I4", null, KvCacheType.F16, "tiny-gemma2" },
                { "I8", null, KvCacheType.Int8, "tiny-olmo2" },
                { "I4", null, KvCacheType.F16, "tiny-lfm2" },
                { "BF16", null, KvCacheType.F32, "tiny-lfm2" },
                { "F32", "scalar", KvCacheType.Int8, "tiny-lfm2" },
                { "I4", null, KvCacheType.F16, "tiny-qwen2-moe" },
                { "I4", null, KvCacheType.F16, "tiny-bloom" },
                { "F32", "scalar", KvCacheType.Int8, "tiny-bloom" },
                { "I4", null, KvCacheType.F16, "tiny-gpt-oss" },
                { "F32", "scalar", KvCacheType.Int8, "tiny-gpt-oss" },
                { "BF16", null, KvCacheType.F32, "tiny-qwen2-moe" },
                { "Q4_0", null, KvCacheType.Int8, "tiny-granite" },
                { "F32", null, KvCacheType.F32, "tiny-opt" },
                { "BF16", "vector128", KvCacheType.F32, "tiny-qwen2" },
                { "F32", "scalar", KvCacheType.F16, "tiny-qwen2" },
                { "Q4_0", "scalar", KvCacheType.Int8, "tiny-qwen2" },
            };
            if (Avx2.IsSupported && Fma.IsSupported)
            {
                data.Add("I4", "avx2", KvCacheType.F16, "tiny-qwen2");
                data.Add("I4 rows", "avx2", KvCacheType.F16, "tiny-qwen2");
                data.Add("I8", "avx2", KvCacheType.F32, "tiny-qwen2");
                data.Add("I8 rows", "avx2", KvCacheType.F32, "tiny-qwen2");
                data.Add("F16", "avx2", KvCacheType.F16, "tiny-qwen2");
            }
            if (AvxVnni.IsSupported)
            {
                data.Add("Q4_0", "avxvnni", KvCacheType.F16, "tiny-qwen2");
                data.Add("I8", "avxvnni", KvCacheType.F16, "tiny-qwen2");
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ASequenceGetsWhatItGetsAlone(string weights, string? kernels, KvCacheType kv, string shape)
    {
        using var model = Load(weights, kernels, kv, shape);
        var engine = model.Engine;
        using var prefill = engine.NewExecutor(engine.PrefillPlan);
        using var decode = engine.NewExecutor(engine.DecodePlan);
        using var batch = engine.NewExecutor(engine.NewPlan(Phase.Decode, Lengths.Length, Lengths.Length));
        var alone = new KvCache[Lengths.Length];
        var together = new KvCache[Lengths.Length];
        for (var i = 0; i < Lengths.Length; i++)
        {
            alone[i] = engine.NewCache();
            together[i] = engine.NewCache();
            foreach (var cache in new[] { alone[i], together[i] })
                prefill.Forward([.. Enumerable.Range(0, Lengths[i]).Select(at => (at * 31 + 7 * i) % 250)], cache, 0);
        }
        for (var run = 0; run < Runs.Length; run++)
        {
            var members = Runs[run];
            var logits = batch.Forward([.. members.Select(member => TokenOf(member, run))], [.. members.Select(member => together[member])]).ToArray();
            for (var row = 0; row < members.Length; row++)
            {
                var member = members[row];
                var expected = decode.Forward([TokenOf(member, run)], alone[member], 1);
                Assert.True(expected.SequenceEqual(logits.AsSpan(row * expected.Length, expected.Length)), $"sequence {member} of run {run}");
                Assert.Equal(alone[member].Length, together[member].Length);
            }
        }
        foreach (var cache in alone.Concat(together))
            cache.Dispose();

        static int TokenOf(int member, int run) => (member * 41 + run * 17 + 3) % 250;
    }

    /// <summary>Tokens that follow each other, in runs of several: across the end of a piece and of a panel, more than a kernel takes together, some of them taken back.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void ATokenOfOneSequenceGetsWhatItGetsAlone(string weights, string? kernels, KvCacheType kv, string shape)
    {
        using var model = Load(weights, kernels, kv, shape);
        var engine = model.Engine;
        using var prefill = engine.NewExecutor(engine.PrefillPlan);
        using var decode = engine.NewExecutor(engine.DecodePlan);
        using var batch = engine.NewExecutor(engine.NewPlan(Phase.Decode, 5, 5));
        using KvCache alone = engine.NewCache(), together = engine.NewCache();
        foreach (var cache in new[] { alone, together })
            prefill.Forward([.. Enumerable.Range(0, 253).Select(at => at * 31 % 250)], cache, 0);
        foreach (var (rows, kept) in new[] { (1, 1), (5, 2), (2, 2), (5, 5), (3, 1), (4, 4) })
        {
            int[] tokens = [.. Enumerable.Range(0, rows).Select(row => (alone.Length + row) * 17 % 250)];
            var logits = batch.ForwardEach(tokens, together).ToArray();
            Assert.Equal(alone.Length + rows, together.Length);
            together.Truncate(alone.Length + kept);
            for (var row = 0; row < kept; row++)
            {
                var expected = decode.Forward([tokens[row]], alone, 1);
                Assert.True(expected.SequenceEqual(logits.AsSpan(row * expected.Length, expected.Length)), $"row {row} of {rows} at {alone.Length}");
            }
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.ForwardEach([1, 2, 3, 4, 5, 6], together));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.ForwardEach([], together));
        Assert.Throws<InvalidOperationException>(() => prefill.ForwardEach([1], together));
        Assert.Throws<OperationCanceledException>(() => batch.ForwardEach([1, 2], together, new CancellationToken(true)));
        Assert.Equal(alone.Length, together.Length);
    }

    [Fact]
    public void WhatCannotRunIsRefusedAndLeavesTheCachesAsTheyWere()
    {
        using var model = LanguageModel.Load(SeededMemory.Create("batch", ModelShapes.Get("tiny-qwen2"), DType.BF16, 5, TestContext.Current.CancellationToken), new ModelOptions { ContextTokens = 4 });
        var engine = model.Engine;
        using var batch = engine.NewExecutor(engine.NewPlan(Phase.Decode, 2, 2));
        using var prefill = engine.NewExecutor(engine.PrefillPlan);
        using KvCache first = engine.NewCache(), second = engine.NewCache(), third = engine.NewCache(), full = engine.NewCache();
        prefill.Forward([1, 2, 3, 4], full, 0);
        var disposed = engine.NewCache();
        disposed.Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([1, engine.Config.VocabSize], [first, second]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([1, 2], [first, full]));
        Assert.Throws<ObjectDisposedException>(() => batch.Forward([1, 2], [first, disposed]));
        Assert.Throws<ArgumentException>(() => batch.Forward([1, 2], [first, first]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([1, 2, 3], [first, second, third]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([1], [first, second]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Forward([1, 2], first, 1));
        Assert.Throws<InvalidOperationException>(() => prefill.Forward([1, 2], [first, second]));
        Assert.Throws<OperationCanceledException>(() => batch.Forward([1, 2], [first, second], new CancellationToken(true)));
        Assert.Equal((0, 0, 4), (first.Length, second.Length, full.Length));
        batch.Forward([1, 2], [first, second]);
        Assert.Equal((1, 1), (first.Length, second.Length));
    }

    /// <summary>A width that leaves a tail in registers of every size, groups of heads included.</summary>
    /// <param name="weights">Their type, and " rows" where they are not laid out in panels.</param>
    private static LanguageModel Load(string weights, string? kernels, KvCacheType kv, string shape)
    {
        var repack = weights.EndsWith(Rows, StringComparison.Ordinal) ? RepackChoice.Never : RepackChoice.Auto;
        weights = weights.Replace(Rows, "", StringComparison.Ordinal);
        var config = ModelShapes.Get(shape) with { MaxPositionEmbeddings = 320 };
        var checkpoint = SeededMemory.Create("batch", config, Enum.Parse<DType>(weights), 5, TestContext.Current.CancellationToken);
        return LanguageModel.Load(checkpoint, new ModelOptions { Kernels = kernels, KvCache = kv, Threads = 2, Repack = repack });
    }
}
