using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Quantization;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Execution;
using Temoto.Tests.Models;

namespace Temoto.Tests.Quantization;

/// <summary>What <see cref="ModelQuantizerTests"/> shows of language models, for models that look at pictures.</summary>
public class VisionQuantizerTests
{
    private static readonly float[][] Pictures = VitTests.Pictures(4, 24, 40);

    private static QuantizationSettings Settings(QuantizationMethod method) => new()
    {
        Method = method,
        Weights = method == QuantizationMethod.SmoothQuant ? new WeightFormat(DType.I8, PerTensor: true) : new WeightFormat(DType.I4, 32, ZeroPoints: true),
        LmHead = new WeightFormat(DType.I8),
        Embedding = WeightFormat.F16,
    };

    [Theory]
    [InlineData("tiny-vit", nameof(QuantizationMethod.Awq))]
    [InlineData("tiny-vit", nameof(QuantizationMethod.SmoothQuant))]
    [InlineData("tiny-deit", nameof(QuantizationMethod.Awq))]
    [InlineData("tiny-deit", nameof(QuantizationMethod.SmoothQuant))]
    public void NoErrorIsAboveThatOfRoundingToNearest(string shape, string methodName)
    {
        var method = Enum.Parse<QuantizationMethod>(methodName);
        using var folder = new TemporaryFolder();
        using var seeded = TinyCheckpoint.Open(folder, shape);
        // Both norms of each layer with two outlier channels, as trained models have them.
        var source = seeded.With(seeded.Tensors.Values.Where(tensor => tensor.Name.EndsWith("before.weight", StringComparison.Ordinal) || tensor.Name.EndsWith("after.weight", StringComparison.Ordinal))
            .Select(tensor => TinyCheckpoint.Mapped(tensor, (channel, weight) => channel is 5 or 40 ? 40 * weight : weight)));
        var reports = new List<LayerReport>();
        ModelQuantizer.Run(source, Settings(method), null, _ => false, _ => { }, report: reports.Add, threads: 2, pictures: Pictures);
        Assert.Equal(2, reports.Count);
        foreach (var layer in reports)
        {
            Assert.Equal(["attention.attention.query + attention.attention.key + attention.attention.value", "attention.output.dense", "intermediate.dense", "output.dense"], layer.Groups.Select(group => group.Name));
            Assert.Equal(6, layer.Matrices.Count);
            Assert.InRange(layer.Error, 0, 0.9 * layer.RtnError);
            Assert.All(layer.Groups, group => Assert.InRange(group.Error, 1e-12, group.RtnError));
            // GELU lets no factor through.
            Assert.Null(layer.Groups[3].Exponent);
        }
    }

    [Theory]
    [InlineData("tiny-vit")]
    [InlineData("tiny-deit")]
    public void PartsHoldEveryTensor(string shape)
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, shape);
        var parts = TinyCheckpoint.Quantize(source, Settings(QuantizationMethod.Rtn), null);
        Assert.Equal(["outside", "layer-0", "layer-1"], parts.Select(part => part.Key));
        Assert.Equal(source.Tensors.Keys.Order(), parts.SelectMany(part => part.Tensors).Select(tensor => tensor.Name).Order());
        foreach (var tensor in parts.SelectMany(part => part.Tensors))
        {
            Assert.Equal(source.Tensors[tensor.Name].Shape, tensor.Shape);
            var expected = tensor.Name.EndsWith("projection.weight", StringComparison.Ordinal) ? DType.F16
                : tensor.Name.EndsWith("classifier.weight", StringComparison.Ordinal) ? DType.I8
                : tensor.Shape.Length == 2 && !tensor.Name.EndsWith("position_embeddings", StringComparison.Ordinal) ? DType.I4
                : DType.BF16;
            Assert.Equal(expected, tensor.DType);
        }
    }

    /// <summary>Packed files compute what numpy makes of their integers; the bound of rounded activations is that of <see cref="LogitOracleTests"/>.</summary>
    [Theory]
    [InlineData("tiny-vit", nameof(QuantizationMethod.Rtn))]
    [InlineData("tiny-deit", nameof(QuantizationMethod.Awq))]
    [InlineData("tiny-vit", nameof(QuantizationMethod.SmoothQuant))]
    public void PackedModelsEqualNumpy(string shape, string methodName)
    {
        var method = Enum.Parse<QuantizationMethod>(methodName);
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, shape);
        var path = folder.File("packed.temoto");
        new PackJob(source, path) { Quantization = Settings(method), Pictures = method == QuantizationMethod.Rtn ? null : Pictures }.Run(null, null, TestContext.Current.CancellationToken);
        var rounds = method == QuantizationMethod.SmoothQuant;
        // An activation at the edge of a step (1/127 of the largest) may fall to either side when sums round differently; one such step moves the logits of a model of
        // 64 columns by up to 0.03 of their standard deviation (seen with 128-bit registers: 0.027).
        VitTests.Compare(folder, path, "precise", 24, 40, rounds ? 0.05 : LogitOracleTests.PreciseTolerance);
        VitTests.Compare(folder, path, KernelChooser.Available[0], 24, 40, rounds ? 0.05 : LogitOracleTests.Tolerance);
        using var packed = CheckpointReader.Open(path);
        Assert.Equal(source.Config.Vision!.Labels, packed.Config.Vision!.Labels);
        Assert.Equal(rounds, packed.Tensors.Values.Any(tensor => tensor.InputGrid is not null));
    }

    /// <summary>As <see cref="GroupChoiceTests"/>: three of the four groups fold.</summary>
    [Fact]
    public void FoldingLeavesTheFloatModelAsItWas()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-deit");
        var expected = Logits(source);
        var deviation = Math.Sqrt(expected.Average(logit => (double)logit * logit));
        var graph = Architecture.Build(source.Config, source.Path);
        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        using var weights = LayerWeights.Load(source, source.Tensors.Keys.Where(name => name.Contains(".layer.", StringComparison.Ordinal)), compute);
        var random = new Random(3);
        var folds = 0;
        for (var layer = 0; layer < source.Config.NumHiddenLayers; layer++)
        {
            foreach (var group in BoundGroup.Of([.. graph.Ops.Where(op => op.Layer == layer)], ModelTypes.Of(source.Config).ScaleGroups, "deit").Where(group => group.FoldInto is not null))
            {
                folds++;
                new GroupChoice(group, [.. Enumerable.Range(0, group.Input.Width).Select(_ => MathF.Pow(10, random.NextSingle() * 2 - 1))], null, null, 0.5, 1, 1).Fold(weights);
            }
        }
        Assert.Equal(6, folds);
        var actual = Logits(source.With(source.Tensors.Keys.Where(weights.Contains).Select(name => weights[name])));
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / deviation, 0, 1e-5);
        Assert.NotEqual(expected, actual);
    }

    /// <summary>What leaves the last layer, through final norm and classifier in float64, are the executor's logits: the patches and the layers ran as the model runs them.</summary>
    [Fact]
    public unsafe void LayersComputeWhatTheExecutorComputes()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-vit");
        var config = source.Config;
        var graph = Architecture.Build(config, source.Path);
        using var pool = new WorkerPool(2);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        using var stream = new CalibrationStream(graph, source, Pictures, compute);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            using var slice = new GraphSlice(graph, [.. graph.Ops.Where(op => op.Layer == layer)], stream.LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
            using var weights = LayerWeights.Load(source, source.Tensors.Keys.Where(name => name.Contains($".layer.{layer}.", StringComparison.Ordinal)), compute);
            stream.Advance(slice, weights, null, default);
        }

        using var last = LayerWeights.Load(source, ["vit.layernorm.weight", "vit.layernorm.bias", "classifier.weight", "classifier.bias"], compute);
        var expected = Logits(source);
        for (var picture = 0; picture < Pictures.Length; picture++)
        {
            var token = new ReadOnlySpan<float>(stream.Hidden(picture), config.HiddenSize).ToArray();
            var mean = token.Average(value => (double)value);
            var deviation = Math.Sqrt(token.Average(value => (value - mean) * (value - mean)) + config.LayerNormEps);
            for (var label = 0; label < config.Vision!.Labels.Count; label++)
            {
                double logit = last.Floats("classifier.bias")[label];
                for (var i = 0; i < token.Length; i++)
                    logit += last.Floats("classifier.weight")[label * token.Length + i] * ((token[i] - mean) / deviation * last.Floats("vit.layernorm.weight")[i] + last.Floats("vit.layernorm.bias")[i]);
                Assert.Equal(expected[picture * config.Vision.Labels.Count + label], logit, 2e-5);
            }
        }
    }

    [Fact]
    public void PicturesThatCannotBeObservedAreRefused()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-vit");
        foreach (var (pictures, found) in new (float[][]?, string)[] { (null, "no pictures"), ([], "no pictures"), ([new float[7]], "a picture of 7 numbers") })
            Assert.Contains(found, Assert.Throws<InputException>(() => ModelQuantizer.Run(source, Settings(QuantizationMethod.Awq), null, _ => false, _ => { }, pictures: pictures)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FormatsOfLanguageModelsRefuseThem()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Open(folder, "tiny-vit");
        Assert.Contains("'vit'", Assert.Throws<InputException>(() => HuggingFaceLayout.ConfigOf(source)).Message, StringComparison.Ordinal);
        Assert.Contains("'vit'", Assert.Throws<InputException>(() => GgufExport.Write(source, folder.File("m.gguf"), DType.F16, null, default)).Message, StringComparison.Ordinal);
    }

    private static float[] Logits(Checkpoint checkpoint)
    {
        using var engine = new VisionEngine(checkpoint, new ModelOptions { Precise = true, Threads = 2 });
        return [.. Pictures.SelectMany(picture => engine.Forward(picture, default).ToArray())];
    }
}
