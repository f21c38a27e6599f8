using Temoto.Formats;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization;

/// <summary>Small seeded models and calibration tokens, and a quantizer run that keeps all parts.</summary>
internal static class TinyCheckpoint
{
    /// <summary>Three sequences of different lengths.</summary>
    public static IReadOnlyList<int[]> Calibration { get; } = [.. new[] { 40, 1, 33 }.Select((length, index) => Enumerable.Range(0, length).Select(i => (i * 37 + index * 11 + i * i) % 250).ToArray())];

    public static Checkpoint Open(TemporaryFolder folder, string shape) => Open(folder, ModelShapes.Get(shape));

    public static Checkpoint Open(TemporaryFolder folder, ModelConfig config)
    {
        SeededCheckpoint.Write(config, 7, folder.Path, DType.BF16, null, TestContext.Current.CancellationToken);
        return CheckpointReader.Open(folder.Path);
    }

    public static List<QuantizedPart> Quantize(Checkpoint source, QuantizationSettings settings, IReadOnlyList<int[]>? calibration, int threads = 2)
    {
        var parts = new List<QuantizedPart>();
        ModelQuantizer.Run(source, settings, calibration, _ => false, parts.Add, threads: threads);
        return parts;
    }
}
