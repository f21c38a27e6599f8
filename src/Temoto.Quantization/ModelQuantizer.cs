using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Kernels;
using Temoto.Models;
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
    /// <param name="isDone">True for the keys of parts that an earlier run has finished; they are neither computed nor handed out.</param>
    /// <param name="write">Takes a finished part.</param>
    /// <param name="progress">Gets the weights done so far and in all.</param>
    public static void Run(
        Checkpoint source,
        QuantizationSettings settings,
        IReadOnlyList<int[]>? calibration,
        Func<string, bool> isDone,
        Action<QuantizedPart> write,
        Action<long, long>? progress = null,
        int? threads = null,
        CancellationToken cancellation = default)
    {
        var graph = Architecture.Build(source.Config, source.Path);
        foreach (var use in graph.Weights)
            source.Require(use.Name, use.Shape);
        var kernels = KernelChooser.Choose(null);
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        var encoder = new WeightEncoder(source.Path, pool);
        var totalWeights = graph.Weights.Sum(use => source.Tensors[use.Name].ElementCount);
        long doneWeights = 0;

        void Report(IEnumerable<string> names)
        {
            doneWeights += names.Sum(name => source.Tensors[name].ElementCount);
            progress?.Invoke(Math.Min(doneWeights, totalWeights), totalWeights);
        }

        if (!isDone(OutsideKey))
            write(new QuantizedPart(OutsideKey, Outside(source, graph, settings, encoder, kernels, cancellation)));
        Report(graph.Weights.Select(use => use.Name).Where(name => LayerOf(graph, name) < 0));

        for (var layer = 0; layer < source.Config.NumHiddenLayers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            var key = LayerKey(layer);
            var names = NamesOf(source.Config, layer);
            if (!isDone(key))
            {
                var matrices = Linears(graph, layer).Select(linear => linear.Weight).ToHashSet();
                var tensors = new List<Tensor>();
                foreach (var name in names)
                {
                    cancellation.ThrowIfCancellationRequested();
                    tensors.Add(matrices.Contains(name) ? Encode(source.Tensors[name], settings.Weights, encoder, kernels) : source.Tensors[name]);
                }
                write(new QuantizedPart(key, tensors));
            }
            Report(names);
        }
    }

    public static string LayerKey(int layer) => $"layer-{layer}";

    /// <summary>The linear operations of a layer in the order of the maths.</summary>
    public static IEnumerable<LinearOp> Linears(ModelGraph graph, int layer) => graph.Ops.OfType<LinearOp>().Where(op => op.Layer == layer);

    private static List<Tensor> Outside(Checkpoint source, ModelGraph graph, QuantizationSettings settings, WeightEncoder encoder, KernelSet kernels, CancellationToken cancellation)
    {
        var embedding = graph.Ops.OfType<EmbedOp>().First().Weight;
        var head = Linears(graph, -1).Last().Weight;
        var tensors = new List<Tensor>();
        foreach (var (name, _) in ModelTensors.Of(source.Config))
        {
            cancellation.ThrowIfCancellationRequested();
            if (LayerOf(graph, name) >= 0)
                continue;
            var tensor = source.Tensors[name];
            tensors.Add(name == embedding ? Encode(tensor, settings.Embedding, encoder, kernels)
                : name == head ? Encode(tensor, settings.LmHead, encoder, kernels)
                : tensor);
        }
        if (head == embedding && settings.LmHead != settings.Embedding)
            tensors.Add(Encode(source.Tensors[embedding].Renamed("lm_head.weight"), settings.LmHead, encoder, kernels));
        return tensors;
    }

    /// <summary>A matrix of the checkpoint in another format; itself where it has it already.</summary>
    private static Tensor Encode(Tensor matrix, WeightFormat format, WeightEncoder encoder, KernelSet kernels) =>
        matrix.DType == format.Type && !format.IsInteger
            ? matrix
            : encoder.Encode(matrix.Name, matrix.Rows, matrix.Columns, (row, destination) => kernels.DecodeRow(matrix, row, destination), format);

    private static int LayerOf(ModelGraph graph, string name)
    {
        const string marker = ".layers.";
        var start = name.IndexOf(marker, StringComparison.Ordinal);
        if (start < 0)
            return -1;
        var digits = name.AsSpan(start + marker.Length);
        var length = digits.IndexOf('.');
        return length > 0 && int.TryParse(digits[..length], out var layer) && layer < graph.Config.NumHiddenLayers ? layer : -1;
    }

    private static List<string> NamesOf(ModelConfig config, int layer) =>
        [.. ModelTensors.Of(config).Select(tensor => tensor.Name).Where(name => name.Contains($".layers.{layer}.", StringComparison.Ordinal))];
}
