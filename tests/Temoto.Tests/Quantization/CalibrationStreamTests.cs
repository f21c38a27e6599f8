using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Quantization;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

public unsafe class CalibrationStreamTests
{
    /// <summary>What leaves the last layer, through final norm and output matrix in float64, are the executor's logits: the layers ran as the model runs them.</summary>
    [Theory]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-smollm3")]
    [InlineData("tiny-gemma2")]
    [InlineData("tiny-olmo2")]
    [InlineData("tiny-lfm2")]
    [InlineData("tiny-granite")]
    public void LayersComputeWhatTheExecutorComputes(string shape)
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, shape);
        var sequences = TinyCheckpoint.Calibration;
        var graph = Architecture.Build(source.Config, source.Path);
        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        using var stream = new CalibrationStream(graph, source, sequences, compute);
        for (var layer = 0; layer < source.Config.NumHiddenLayers; layer++)
        {
            using var slice = new GraphSlice(graph, [.. graph.Ops.Where(op => op.Layer == layer)], stream.LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
            using var weights = LayerWeights.Load(source, source.Tensors.Keys.Where(name => name.Contains($".layers.{layer}.", StringComparison.Ordinal)), compute);
            stream.Advance(slice, weights, null, default);
        }

        using var engine = new ModelEngine(source, new ModelOptions { Precise = true });
        var table = new float[source.Config.HiddenSize];
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            using var cache = engine.NewCache();
            using var executor = engine.NewExecutor(engine.NewPlan(Phase.Prefill, sequences[sequence].Length, 1));
            var logits = executor.Forward(sequences[sequence], cache, 1);
            var hidden = new ReadOnlySpan<float>(stream.Hidden(sequence) + (sequences[sequence].Length - 1L) * table.Length, table.Length).ToArray();
            var norm = TinyCheckpoint.Mapped(source.Tensors[source.Config.ConvLayers is null ? "model.norm.weight" : "model.embedding_norm.weight"], (_, weight) => weight);
            var rms = Math.Sqrt(hidden.Average(value => (double)value * value) + source.Config.RmsNormEps);
            for (var token = 0; token < source.Config.VocabSize; token++)
            {
                fixed (float* row = table)
                    compute.Kernels.DecodeRow(source.Tensors[source.Config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"], token, row);
                var logit = 0d;
                for (var i = 0; i < table.Length; i++)
                    logit += (double)table[i] * hidden[i] / rms * ((float*)norm.Data)[i];
                logit /= source.Config.LogitsScaling;
                if (source.Config.FinalLogitSoftcapping is { } cap)
                    logit = cap * Math.Tanh(logit / cap);
                // Capped scores are off by a rounding of the cap, which is some times as large as they are.
                Assert.Equal(logits[token], logit, source.Config.AttnLogitSoftcapping is null ? 2e-5 : 5e-5);
            }
        }
    }
}
