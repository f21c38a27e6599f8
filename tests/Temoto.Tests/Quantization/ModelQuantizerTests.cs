using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Generation.Tokenizers;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

public class ModelQuantizerTests
{
    private static readonly QuantizationSettings Rtn = new()
    {
        Method = QuantizationMethod.Rtn,
        Weights = new WeightFormat(DType.I4, 32, ZeroPoints: true),
        LmHead = WeightFormat.F16,
        Embedding = WeightFormat.F16,
    };

    [Theory]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-granite")]
    [InlineData("tiny-opt")]
    [InlineData("tiny-opt-post")]
    public void PartsHoldEveryTensorInTheOrderOfTheCheckpoint(string shape)
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, shape);
        var parts = TinyCheckpoint.Quantize(source, Rtn, null);
        Assert.Equal(["outside", "layer-0", "layer-1"], parts.Select(part => part.Key));
        var names = Architecture.Build(source.Config, source.Path).Weights.Select(use => use.Name).ToList();
        Assert.Equal(names.Order(), parts.SelectMany(part => part.Tensors).Select(tensor => tensor.Name).Order());
        Assert.All(parts, part => Assert.Equal(part.Tensors.OrderBy(tensor => names.IndexOf(tensor.Name)), part.Tensors));
        foreach (var tensor in parts.SelectMany(part => part.Tensors))
        {
            Assert.Equal(source.Tensors[tensor.Name].Shape, tensor.Shape);
            var expected = AutoAwqFormat.IsLayerLinear(tensor.Name) ? DType.I4 : tensor.Name.Contains("embed_tokens", StringComparison.Ordinal) || tensor.Name.StartsWith("lm_head", StringComparison.Ordinal) ? DType.F16 : DType.BF16;
            Assert.Equal(expected, tensor.DType);
        }
    }

    [Fact]
    public void TiedEmbeddingsPartWhereTheirFormatsDo()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen2");
        var outside = TinyCheckpoint.Quantize(source, Rtn with { LmHead = new WeightFormat(DType.I4, 64, true) }, null)[0].Tensors;
        Assert.Equal(["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"], outside.Select(tensor => tensor.Name));
        Assert.Equal(DType.I4, outside[2].DType);
        outside = TinyCheckpoint.Quantize(source, Rtn with { LmHead = new WeightFormat(DType.I8), Embedding = new WeightFormat(DType.I8) }, null)[0].Tensors;
        Assert.Equal(["model.embed_tokens.weight", "model.norm.weight"], outside.Select(tensor => tensor.Name));
        Assert.Equal(DType.I8, outside[0].DType);
    }

    private static readonly QuantizationSettings Awq = Rtn with { Method = QuantizationMethod.Awq };

    private static readonly QuantizationSettings SmoothQuant = Rtn with { Method = QuantizationMethod.SmoothQuant, Weights = new WeightFormat(DType.I8, PerTensor: true) };

    public static TheoryData<string, string> ShapesAndMethods()
    {
        var data = new TheoryData<string, string>();
        foreach (var shape in new[] { "tiny-qwen2", "tiny-llama", "tiny-qwen3", "tiny-granite", "tiny-opt", "tiny-opt-post" })
        {
            data.Add(shape, nameof(Awq));
            data.Add(shape, nameof(SmoothQuant));
        }
        return data;
    }

    private static QuantizationSettings Settings(string method) => method switch
    {
        nameof(Awq) => Awq,
        nameof(SmoothQuant) => SmoothQuant,
        _ => Rtn,
    };

    /// <summary>Group 48 leaves a short last group in rows of 64 and of 160.</summary>
    [Theory]
    [MemberData(nameof(ShapesAndMethods))]
    public void NoErrorIsAboveThatOfRoundingToNearest(string shape, string method)
    {
        using var folder = new TemporaryFolder();
        using var seeded = TinyCheckpoint.Open(folder, shape);
        foreach (var source in new[] { seeded, seeded.WithOutlierChannels() })
        {
            foreach (var weights in new[] { Settings(method).Weights, new WeightFormat(DType.I4, 48), new WeightFormat(DType.I4) })
            {
                var reports = new List<LayerReport>();
                TinyCheckpoint.Quantize(source, Settings(method) with { Weights = weights }, TinyCheckpoint.Calibration, reports);
                Assert.Equal(2, reports.Count);
                foreach (var layer in reports)
                {
                    Assert.Equal(4, layer.Groups.Count);
                    Assert.Equal(source.Config.ModelType == "opt" ? 6 : 7, layer.Matrices.Count);
                    Assert.InRange(layer.Error, 0, layer.RtnError);
                    Assert.All(layer.Groups, group => Assert.InRange(group.Error, 1e-12, group.RtnError));
                    Assert.All(layer.Matrices, matrix => Assert.InRange(matrix.Error, 1e-12, 2));
                }
            }
        }
    }

    /// <summary>The same on learned weights, with a text of the demo model's own kind.</summary>
    [Theory]
    [InlineData(nameof(Awq))]
    [InlineData(nameof(SmoothQuant))]
    public void NoErrorOfTheDemoModelIsAboveThatOfRoundingToNearest(string method)
    {
        var folder = Path.Combine(RepositoryPaths.Root, "models", "demo");
        using var source = CheckpointReader.Open(folder);
        var text = Tokenizer.Create(source.Tokenizer!, source.Path).Encode(File.ReadAllText(Path.Combine(folder, "heldout.txt")));
        var reports = new List<LayerReport>();
        TinyCheckpoint.Quantize(source, Settings(method) with { Weights = Settings(method).Weights with { GroupSize = 64 } }, CalibrationTokens.Cut(text[..128], source.Config), reports);
        Assert.Equal(source.Config.NumHiddenLayers, reports.Count);
        Assert.All(reports, layer => Assert.InRange(layer.Error, 1e-6, layer.RtnError));
        Assert.All(reports.SelectMany(layer => layer.Groups), group => Assert.InRange(group.Error, 1e-6, group.RtnError));
        // What is gained over all layers: a tenth at least, so that a search that finds nothing does not pass.
        Assert.InRange(reports.Sum(layer => layer.Error), 0, 0.9 * reports.Sum(layer => layer.RtnError));
    }

    /// <summary>Both norms of each layer feed two outlier channels; rounding errors of their weights are most of the loss, and what AWQ is for.</summary>
    [Fact]
    public void AwqTakesMostOfTheLossOfOutlierChannels()
    {
        using var folder = new TemporaryFolder();
        using var seeded = TinyCheckpoint.Open(folder, "tiny-llama");
        var reports = new List<LayerReport>();
        TinyCheckpoint.Quantize(seeded.WithOutlierChannels(), Awq, TinyCheckpoint.Calibration, reports);
        foreach (var layer in reports)
        {
            Assert.All(layer.Groups.Where(group => group.Name.Contains('+')), group => Assert.InRange(group.Error, 0, group.RtnError / 3));
            Assert.All(layer.Groups.Where(group => group.Name.Contains('+')), group => Assert.InRange(group.ActivationOutliers, 20, 80));
            Assert.NotEqual("rtn", layer.Kept);
            Assert.InRange(layer.Error, 0, layer.RtnError / 2);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SmoothQuantTakesMostOfTheLossOfOutlierChannels(bool staticActivations)
    {
        using var folder = new TemporaryFolder();
        using var seeded = TinyCheckpoint.Open(folder, "tiny-llama");
        var reports = new List<LayerReport>();
        var parts = TinyCheckpoint.Quantize(seeded.WithOutlierChannels(), SmoothQuant with { StaticActivations = staticActivations }, TinyCheckpoint.Calibration, reports);
        foreach (var group in reports.SelectMany(layer => layer.Groups).Where(group => group.Name.Contains('+')))
        {
            Assert.InRange(group.Exponent!.Value, 0.3, 0.9);
            Assert.InRange(group.Error, 0, group.RtnError / 3);
        }
        var tensors = parts.SelectMany(part => part.Tensors).ToDictionary(tensor => tensor.Name);
        foreach (var tensor in tensors.Values.Where(tensor => tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal)))
        {
            Assert.NotNull(tensor.InputGrid);
            Assert.Equal(staticActivations, tensor.InputGrid.StaticScale is > 0);
        }
        foreach (var (first, second) in new[] { ("self_attn.q", "self_attn.k"), ("self_attn.q", "self_attn.v"), ("mlp.gate", "mlp.up") })
            Assert.Equal(tensors[$"model.layers.1.{first}_proj.weight"].InputGrid, tensors[$"model.layers.1.{second}_proj.weight"].InputGrid);
    }

    /// <summary>
    /// The tensors that were handed out, read back by definition and put into the layer, err exactly as reported: folding, clipping, rounding and storing agree with the search.
    /// </summary>
    [Theory]
    [MemberData(nameof(ShapesAndMethods))]
    public void WhatIsHandedOutErrsAsReported(string shape, string method)
    {
        using var folder = new TemporaryFolder();
        using var seeded = TinyCheckpoint.Open(folder, shape);
        var source = seeded.WithOutlierChannels();
        var reports = new List<LayerReport>();
        var parts = TinyCheckpoint.Quantize(source, Settings(method), TinyCheckpoint.Calibration, reports);
        var tensors = parts[1].Tensors.ToDictionary(tensor => tensor.Name);
        var read = tensors.ToDictionary(item => item.Key, item => item.Value.Scales is null
            ? TinyCheckpoint.Mapped(item.Value, (_, value) => value)
            : TinyCheckpoint.Floats(item.Key, item.Value.Shape, QuantizedValues.All(item.Value)));

        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        var graph = Architecture.Build(source.Config, source.Path);
        using var stream = new CalibrationStream(graph, source, TinyCheckpoint.Calibration, compute);
        using var slice = new GraphSlice(graph, [.. graph.Ops.Where(op => op.Layer == 0)], stream.LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
        using var weights = LayerWeights.Load(source, tensors.Keys, compute);
        using var layer = new LayerCalibration(slice, weights, BoundGroup.Of(slice.Ops, ModelTypes.Of(source.Config).ScaleGroups, source.Config.ModelType), stream, compute, default);
        var error = layer.LayerError(name => read[name], linear => tensors[linear.Weight].InputGrid is { } grid ? new ActivationGrid(grid, null) : null, default) / layer.LayerEnergy();
        Assert.Equal(reports[0].Error, error, 1e-5 * error);
        Assert.NotEqual("rtn", reports[0].Kept);
    }

    /// <summary>The bytes of a run with one thread, of one with three, and of one that was interrupted after each part.</summary>
    [Theory]
    [InlineData(nameof(Rtn))]
    [InlineData(nameof(Awq))]
    [InlineData(nameof(SmoothQuant))]
    public void ThreadsAndInterruptionsDoNotChangeTheBytes(string method)
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen2");
        var calibration = method == nameof(Rtn) ? null : TinyCheckpoint.Calibration;
        var expected = TinyCheckpoint.Quantize(source, Settings(method), calibration, threads: 1);
        AssertSame(expected, TinyCheckpoint.Quantize(source, Settings(method), calibration, threads: 3));

        var resumed = new List<QuantizedPart>();
        for (var run = 0; run < 3; run++)
        {
            using var stop = new CancellationTokenSource();
            void Interrupted() => ModelQuantizer.Run(
                source,
                Settings(method),
                calibration,
                key => resumed.Any(part => part.Key == key),
                part =>
                {
                    resumed.Add(part);
                    stop.Cancel();
                },
                cancellation: stop.Token);
            if (run < 2)
                Assert.ThrowsAny<OperationCanceledException>(Interrupted);
            else
                Interrupted();
            Assert.Equal(run + 1, resumed.Count);
        }
        AssertSame(expected, resumed);
        ModelQuantizer.Run(source, Settings(method), calibration, _ => true, _ => Assert.Fail("everything is done"));
    }

    [Fact]
    public void ProgressEndsWithAllWeights()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen3");
        var seen = new List<(long Done, long Total)>();
        ModelQuantizer.Run(source, Awq, TinyCheckpoint.Calibration, _ => false, _ => { }, (done, total) => seen.Add((done, total)));
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(seen[^1].Total, seen[^1].Done);
        Assert.Equal(source.Tensors.Values.Sum(tensor => tensor.ElementCount), seen[^1].Total);
    }

    [Fact]
    public void CalibrationThatCannotBeRunIsRefused()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen2");
        foreach (var (calibration, found) in new (IReadOnlyList<int[]>?, string)[] { (null, "no tokens"), ([[]], "no tokens"), ([[1, 320]], "token 320"), ([[-1]], "token -1"), ([new int[257]], "257 tokens") })
            Assert.Contains(found, Assert.Throws<InputException>(() => TinyCheckpoint.Quantize(source, Awq, calibration)).Message);
    }

    [Fact]
    public void WeightsThatAreNoNumbersAreRefusedByName()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-qwen2");
        foreach (var name in new[] { "model.layers.1.mlp.up_proj.weight", "model.layers.0.input_layernorm.weight" })
        {
            var damaged = source.With([TinyCheckpoint.Mapped(source.Tensors[name], (column, weight) => column == 3 ? float.NaN : weight)]);
            Assert.Contains(name, Assert.Throws<InputException>(() => TinyCheckpoint.Quantize(damaged, Awq, TinyCheckpoint.Calibration)).Message);
        }
    }

    private static void AssertSame(IReadOnlyList<QuantizedPart> expected, IReadOnlyList<QuantizedPart> actual)
    {
        Assert.Equal(expected.Select(part => part.Key), actual.Select(part => part.Key));
        foreach (var (left, right) in expected.SelectMany(part => part.Tensors).Zip(actual.SelectMany(part => part.Tensors)))
        {
            Assert.Equal(left.ToString(), right.ToString());
            Assert.Equal(left.InputGrid, right.InputGrid);
            Assert.Equal(QuantizedValues.Bytes(left), QuantizedValues.Bytes(right));
        }
    }
}
