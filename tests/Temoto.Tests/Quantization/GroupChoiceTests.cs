using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Quantization;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

public class GroupChoiceTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 40).Select(i => (i * 31 + 5) % 250)];

    private static float[] Logits(Checkpoint checkpoint)
    {
        using var engine = new ModelEngine(checkpoint, new ModelOptions { Precise = true, Threads = 2 });
        using var cache = engine.NewCache();
        using var executor = engine.NewExecutor(engine.NewPlan(Phase.Prefill, Tokens.Length, Tokens.Length));
        return executor.Forward(Tokens, cache, Tokens.Length).ToArray();
    }

    /// <summary>
    /// Scales from 0.1 to 10 in every group of every layer. What is left is the float32 rounding of weights (2^-24 each) through a few layers: 1e-5 of the logits' spread.
    /// tiny-llama is also tried with as many KV heads as heads (o_proj folds into v_proj), with biases everywhere.
    /// </summary>
    [Theory]
    [InlineData("tiny-qwen2", false)]
    [InlineData("tiny-llama", false)]
    [InlineData("tiny-qwen3", false)]
    [InlineData("tiny-smollm3", false)]
    [InlineData("tiny-gemma2", false)]
    // Its norms stand behind attention and feed-forward: only down_proj folds.
    [InlineData("tiny-olmo2", false)]
    [InlineData("tiny-granite", false)]
    [InlineData("tiny-llama", true)]
    [InlineData("tiny-opt", true)]
    // Its norms feed the residual sums too, so that only fc2 and out_proj fold.
    [InlineData("tiny-opt-post", false)]
    public void FoldingLeavesTheFloatModelAsItWas(string shape, bool allFold)
    {
        using var folder = new TemporaryFolder();
        var config = ModelShapes.Get(shape);
        using var source = TinyCheckpoint.Open(folder, allFold && shape == "tiny-llama" ? config with { NumKeyValueHeads = config.NumAttentionHeads, AttentionBias = true, MlpBias = true } : config);
        var expected = Logits(source);
        var deviation = Math.Sqrt(expected.Average(logit => (double)logit * logit));

        var graph = Architecture.Build(source.Config, source.Path);
        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        var random = new Random(3);
        var folds = 0;
        var kept = new List<LayerWeights>();
        var folded = new List<Temoto.Tensors.Tensor>();
        for (var layer = 0; layer < source.Config.NumHiddenLayers; layer++)
        {
            var names = source.Tensors.Keys.Where(name => name.Contains($".layers.{layer}.", StringComparison.Ordinal)).ToList();
            var weights = LayerWeights.Load(source, names, compute);
            kept.Add(weights);
            foreach (var group in BoundGroup.Of([.. graph.Ops.Where(op => op.Layer == layer)], ModelTypes.Of(source.Config).ScaleGroups, source.Config.ModelType))
            {
                if (group.FoldInto is null)
                    continue;
                folds++;
                var scales = Enumerable.Range(0, group.Input.Width).Select(_ => MathF.Pow(10, random.NextSingle() * 2 - 1)).ToArray();
                new GroupChoice(group, scales, null, null, 0.5, 1, 1).Fold(weights);
            }
            folded.AddRange(names.Select(name => weights[name]));
        }
        Assert.Equal((shape == "tiny-opt-post" ? 2 : shape == "tiny-olmo2" ? 1 : allFold ? 4 : 3) * config.NumHiddenLayers, folds);
        var actual = Logits(source.With(folded));
        var difference = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.InRange(difference / deviation, 0, 1e-5);
        Assert.NotEqual(expected, actual);
        kept.ForEach(weights => weights.Dispose());
    }
}
