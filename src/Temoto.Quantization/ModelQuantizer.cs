using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Quantizes a checkpoint part by part: first what stands outside the layers ("outside": embedding, final norm, lm_head), then "layer-0", "layer-1" ...
/// At any time one layer is in memory as float32, with the activations of the calibration text. Norms and biases keep the source's bytes unless a
/// scale was folded into them; then they are F32.
/// </summary>
internal static unsafe class ModelQuantizer
{
    public const string OutsideKey = "outside";

    /// <summary>Runs to the end and hands out every part that is not done yet.</summary>
    /// <param name="source">Stays open while the parts are in use: untouched tensors are its own.</param>
    /// <param name="calibration">
    /// Token ids, cut into sequences (<see cref="CalibrationTokens.Cut"/>). Rounding to nearest needs none, and only measures errors for the report where it gets them.
    /// </param>
    /// <param name="pictures">The same for models that look at pictures: [3, height, width] each, of the model's own size.</param>
    /// <param name="isDone">True for the keys of parts that an earlier run has finished; they are neither computed nor handed out.</param>
    /// <param name="write">Takes a finished part.</param>
    /// <param name="progress">Gets the weights done so far and in all.</param>
    /// <param name="report">Gets what was measured on a layer, before the layer is handed out.</param>
    public static void Run(
        Checkpoint source,
        QuantizationSettings settings,
        IReadOnlyList<int[]>? calibration,
        Func<string, bool> isDone,
        Action<QuantizedPart> write,
        Action<long, long>? progress = null,
        Action<LayerReport>? report = null,
        int? threads = null,
        IReadOnlyList<float[]>? pictures = null,
        CancellationToken cancellation = default)
    {
        var config = source.Config;
        var graph = Architecture.Build(config, source.Path);
        foreach (var use in graph.Weights)
            source.Require(use.Name, use.Shape.Span);
        if (settings.Method != QuantizationMethod.Rtn && !settings.Weights.IsInteger)
            throw new ArgumentException($"{settings.Method} quantizes to integers, not to {settings.Weights.Type}", nameof(settings));
        RequireOneFeedForward(source, settings.Method);
        if (config.Vision is { } vision)
            CheckPictures(pictures, settings, vision);
        else if (settings.Method != QuantizationMethod.Rtn || calibration is not null)
            CalibrationTokens.Check(calibration ?? [], config);
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        using var compute = new ParallelKernels(KernelChooser.Choose(null), pool);
        var encoder = new WeightEncoder(source.Path, pool);
        var totalWeights = graph.Weights.Sum(use => source.Tensors[use.Name].ElementCount);

        if (!isDone(OutsideKey))
            write(new QuantizedPart(OutsideKey, Outside(source, graph, settings, encoder, compute.Kernels, cancellation)));
        var doneWeights = graph.Weights.Where(use => use.Layer is null).Sum(use => source.Tensors[use.Name].ElementCount);
        progress?.Invoke(doneWeights, totalWeights);

        var layers = Enumerable.Range(0, config.NumHiddenLayers).ToList();
        var undone = layers.Where(layer => !isDone(LayerKey(layer))).ToHashSet();
        if (undone.Count == 0)
        {
            progress?.Invoke(totalWeights, totalWeights);
            return;
        }
        using var stream = pictures is not null ? new CalibrationStream(graph, source, pictures, compute)
            : calibration is not null ? new CalibrationStream(graph, source, calibration, compute)
            : null;
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            var names = NamesOf(graph, layer);
            var layerWeights = names.Sum(name => source.Tensors[name].ElementCount);
            var before = doneWeights;
            if (undone.Contains(layer))
            {
                write(new QuantizedPart(LayerKey(layer), stream is null
                    ? RoundToNearest(source, graph, layer, names, settings, encoder, compute.Kernels, cancellation)
                    : Calibrated(layer, names, share => progress?.Invoke(before + (long)(share * layerWeights), totalWeights))));
            }
            else if (undone.Any(later => later > layer))
            {
                // The layers to come need what this one gives.
                PassThrough(layer, names);
            }
            doneWeights += layerWeights;
            progress?.Invoke(doneWeights, totalWeights);
        }

        Op[] OpsOf(int layer) => [.. graph.Ops.Where(op => op.Layer == layer)];

        List<Tensor> Calibrated(int layer, List<string> names, Action<double> layerProgress)
        {
            using var slice = new GraphSlice(graph, OpsOf(layer), stream.LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
            using var weights = LayerWeights.Load(source, names, compute);
            var groups = BoundGroup.Of(slice.Ops, ModelTypes.Of(config).GroupsOf(config, layer), config.ModelType);
            using var measured = new LayerCalibration(slice, weights, groups, stream, compute, cancellation);
            return new LayerQuantizer(source, settings, encoder, compute).Quantize(layer, measured, groups, names, report, layerProgress, cancellation);
        }

        void PassThrough(int layer, List<string> names)
        {
            if (stream is null)
                return;
            using var slice = new GraphSlice(graph, OpsOf(layer), stream.LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
            using var weights = LayerWeights.Load(source, names, compute);
            stream.Advance(slice, weights, null, cancellation);
        }
    }

    /// <exception cref="InputException">A method that observes activations, for a mixture of experts: which matrices see which depends on the tokens.</exception>
    public static void RequireOneFeedForward(Checkpoint source, QuantizationMethod method)
    {
        if (method != QuantizationMethod.Rtn && source.Config.Experts is not null)
            throw new InputException(source.Path, "--method", $"'{method.ToString().ToLowerInvariant()}' for a mixture of experts", "rtn", "add --method rtn");
    }

    public static string LayerKey(int layer) => $"layer-{layer}";

    /// <summary>The linear operations of a layer in the order of the maths.</summary>
    public static IEnumerable<LinearOp> Linears(Graph graph, int layer) => graph.Ops.OfType<LinearOp>().Where(op => op.Layer == layer);

    /// <summary>
    /// The matrices of a layer that become integers: those of linear operations and of experts. What chooses experts, or lets a feed-forward through, stays as it is: it is small, and a token that
    /// is sent elsewhere is another token.
    /// </summary>
    public static HashSet<string> Matrices(Graph graph, int layer)
    {
        var ops = graph.Ops.Where(op => op.Layer == layer).ToList();
        var chooses = ops.Select(op => op switch { RouteOp route => route.Input, ScaleRowsOp scale => scale.Factors, _ => null }).OfType<Value>().Select(value => value.Id).ToHashSet();
        return ops.Where(op => !chooses.Contains(op.Output.Id)).SelectMany(op => op.Products).Select(product => product.Weight).ToHashSet();
    }

    private static List<Tensor> RoundToNearest(Checkpoint source, Graph graph, int layer, List<string> names, QuantizationSettings settings, WeightEncoder encoder, KernelSet kernels, CancellationToken cancellation)
    {
        var matrices = Matrices(graph, layer);
        var tensors = new List<Tensor>();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            tensors.Add(matrices.Contains(name) ? Encode(source.Tensors[name], settings.Weights, encoder, kernels) : source.Tensors[name]);
        }
        return tensors;
    }

    private static List<Tensor> Outside(Checkpoint source, Graph graph, QuantizationSettings settings, WeightEncoder encoder, KernelSet kernels, CancellationToken cancellation)
    {
        var embedding = Entrance(graph);
        var heads = Heads(graph);
        var tensors = new List<Tensor>();
        foreach (var name in graph.Weights.Where(use => use.Layer is null).Select(use => use.Name))
        {
            cancellation.ThrowIfCancellationRequested();
            var tensor = source.Tensors[name];
            tensors.Add(name == embedding ? Encode(tensor, settings.Embedding, encoder, kernels)
                : heads.Contains(name) ? Encode(tensor, settings.LmHead, encoder, kernels)
                : tensor);
        }
        if (heads.Contains(embedding) && settings.LmHead != settings.Embedding)
            tensors.Add(Encode(source.Tensors[embedding].Renamed("lm_head.weight"), settings.LmHead, encoder, kernels));
        return tensors;
    }

    /// <summary>The table of tokens, or the matrix that makes tokens of patches.</summary>
    private static string Entrance(Graph graph) => graph.Ops.OfType<EmbedOp>().FirstOrDefault()?.Weight ?? graph.Ops.OfType<LinearOp>().First().Weight;

    /// <summary>The matrices that give the logits: one, or two whose answers are averaged.</summary>
    private static HashSet<string> Heads(Graph graph)
    {
        var last = graph.Ops.First(op => op.Output.Id == graph.Logits.Id);
        var outputs = last is AverageOp ? last.Inputs.Select(input => input.Id).ToHashSet() : [last.Output.Id];
        return [.. graph.Ops.OfType<LinearOp>().Where(linear => outputs.Contains(linear.Output.Id)).Select(linear => linear.Weight)];
    }

    private static void CheckPictures(IReadOnlyList<float[]>? pictures, QuantizationSettings settings, VisionConfig vision)
    {
        if (settings.Method != QuantizationMethod.Rtn && pictures is not { Count: > 0 })
            throw new InputException("calibration", null, "no pictures", $"pictures to observe activations on with {settings.Method.ToString().ToLowerInvariant()}", "use --method rtn, which observes nothing");
        foreach (var pixels in pictures ?? [])
        {
            if (pixels.Length != vision.PixelCount)
                throw new InputException("calibration", null, $"a picture of {pixels.Length} numbers", $"{vision.PixelCount}: 3 x {vision.ImageHeight} x {vision.ImageWidth}", "resize it to the model's own size");
        }
    }

    /// <summary>A matrix of the checkpoint in another format; itself where it has it already.</summary>
    private static Tensor Encode(Tensor matrix, WeightFormat format, WeightEncoder encoder, KernelSet kernels) =>
        matrix.DType == format.Type && !format.IsInteger
            ? matrix
            : encoder.Encode(matrix.Name, matrix.Rows, matrix.Columns, (row, destination) => kernels.DecodeRow(matrix, row, destination), format);

    private static List<string> NamesOf(Graph graph, int layer) =>
        [.. graph.Weights.Where(use => use.Layer == layer).Select(use => use.Name)];
}
