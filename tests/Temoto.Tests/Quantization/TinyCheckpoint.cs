using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

/// <summary>Small seeded models and calibration tokens, and a quantizer run that keeps all parts.</summary>
internal static unsafe class TinyCheckpoint
{
    /// <summary>Sequences of different lengths, one of a single token.</summary>
    public static IReadOnlyList<int[]> Calibration { get; } =
        [.. new[] { 60, 1, 33, 45 }.Select((length, index) => Enumerable.Range(0, length).Select(i => (i * 37 + index * 11 + i * i) % 250).ToArray())];

    public static Checkpoint Open(TemporaryFolder folder, string shape) => Open(folder, ModelShapes.Get(shape));

    public static Checkpoint Open(TemporaryFolder folder, ModelConfig config)
    {
        SeededCheckpoint.Write(config, 7, folder.Path, DType.BF16, null, TestContext.Current.CancellationToken);
        return CheckpointReader.Open(folder.Path);
    }

    public static List<QuantizedPart> Quantize(Checkpoint source, QuantizationSettings settings, IReadOnlyList<int[]>? calibration, int threads = 2) =>
        Quantize(source, settings, calibration, null, threads);

    public static List<QuantizedPart> Quantize(Checkpoint source, QuantizationSettings settings, IReadOnlyList<int[]>? calibration, List<LayerReport>? reports, int threads = 2)
    {
        var parts = new List<QuantizedPart>();
        ModelQuantizer.Run(source, settings, calibration, _ => false, parts.Add, report: reports is null ? null : reports.Add, threads: threads);
        return parts;
    }

    /// <summary>The checkpoint with some tensors in place of its own; it must outlive the result.</summary>
    public static Checkpoint With(this Checkpoint source, IEnumerable<Tensor> replaced)
    {
        var tensors = source.Tensors.ToDictionary();
        foreach (var tensor in replaced)
            tensors[tensor.Name] = tensor;
        return new Checkpoint([]) { Path = source.Path, Format = source.Format, Config = source.Config, Tensors = tensors };
    }

    /// <summary>A tensor as F32 with every element changed; gets the index of the element in its row.</summary>
    public static Tensor Mapped(Tensor tensor, Func<int, float, float> change)
    {
        var values = new float[tensor.ElementCount];
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, tensor.ElementCount);
        for (var i = 0; i < values.Length; i++)
            values[i] = change((int)(i % tensor.Columns), values[i]);
        return Floats(tensor.Name, tensor.Shape, values);
    }

    public static Tensor Floats(string name, long[] shape, float[] values)
    {
        var bytes = new NativeBuffer(values.Length * sizeof(float));
        values.CopyTo(new Span<float>(bytes.Floats, values.Length));
        return new Tensor(name, DType.F32, shape, bytes.Data, bytes.ByteLength, bytes);
    }

    /// <summary>A model whose norms give two of the channels 40 times the size of the others, as trained models of some size have.</summary>
    public static Checkpoint WithOutlierChannels(this Checkpoint source) => source.With(source.Tensors.Values
        .Where(tensor => tensor.Name.Contains(".layers.", StringComparison.Ordinal) && tensor.Name.Replace("layer_norm", "layernorm", StringComparison.Ordinal).EndsWith("layernorm.weight", StringComparison.Ordinal))
        .Select(tensor => Mapped(tensor, (channel, weight) => channel is 5 or 40 ? 40 * weight : weight)));
}
