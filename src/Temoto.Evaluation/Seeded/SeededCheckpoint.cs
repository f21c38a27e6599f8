using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Files;
using Temoto.Formats.Images;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Evaluation.Seeded;

/// <summary>
/// Writes a whole Hugging Face directory of a shape with seeded random weights (<see cref="SeededWeights"/>), for speed work and tests.
/// Matrices have variance 1 / columns, so that every layer keeps the size of its input; the two that write into the residual stream are divided by
/// sqrt(2 layers), so that deep nets do not grow either, and the logits' standard deviation is about 1. Norms are 1 ± 0.1, biases 0 ± 0.1.
/// </summary>
internal static class SeededCheckpoint
{
    /// <summary>Elements one thread makes at a time.</summary>
    private const int PieceElements = 1 << 16;

    /// <summary>Pieces between two writes: 16 MiB of float32 at most.</summary>
    private const int PiecesPerWrite = 64;

    /// <summary>What writes into the residual stream, per model type.</summary>
    private static readonly string[] IntoResidual = ["o_proj", "down_proj", "out_proj", "fc2", "output.dense", "feed_forward.w2"];

    /// <param name="dtype">F32, F16 or BF16.</param>
    /// <param name="progress">Gets the bytes written so far and in all.</param>
    public static void Write(ModelConfig config, ulong seed, string directory, DType dtype, Action<long, long>? progress, CancellationToken cancellation)
    {
        var torchDType = dtype switch
        {
            DType.F32 => "float32",
            DType.F16 => "float16",
            DType.BF16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "F32, F16 or BF16"),
        };
        if (config.Vision is null && config.VocabSize < SeededTokenizer.SmallestVocabSize)
            throw new ArgumentException($"a vocabulary of {config.VocabSize} cannot hold the byte tokens", nameof(config));
        HuggingFaceDirectory.Create(directory);
        WriteWeights(config, seed, Path.Combine(directory, HuggingFaceDirectory.WeightsFileName), dtype, progress, cancellation);
        if (config.Vision is { } vision)
            WritePreprocessor(directory, vision);
        else
            WriteTokenizer(directory, config.VocabSize);
        // Last, since a directory without it is no checkpoint.
        AtomicFile.WriteText(
            Path.Combine(directory, HuggingFaceConfig.FileName),
            config.Vision is null
                ? HuggingFaceConfigWriter.Write(config, torchDType, SeededTokenizer.EndOfText, SeededTokenizer.TurnEnd)
                : HuggingFaceConfigWriter.Write(config, torchDType));
    }

    private static void WriteTokenizer(string directory, int vocabSize)
    {
        SeededTokenizer.Write(directory, vocabSize);
        AtomicFile.WriteText(
            Path.Combine(directory, HuggingFaceConfig.GenerationFileName),
            $$"""
            {
              "bos_token_id": {{SeededTokenizer.EndOfText}},
              "eos_token_id": [{{SeededTokenizer.TurnEnd}}, {{SeededTokenizer.EndOfText}}]
            }

            """);
    }

    /// <summary>Pixels from -1 to 1, as ViT's published preprocessors have them.</summary>
    private static void WritePreprocessor(string directory, VisionConfig vision) => AtomicFile.WriteText(
        Path.Combine(directory, PreprocessorSettings.FileName),
        $$"""
        {
          "image_processor_type": "ViTImageProcessor",
          "do_resize": true,
          "size": { "height": {{vision.ImageHeight}}, "width": {{vision.ImageWidth}} },
          "resample": 2,
          "do_rescale": true,
          "rescale_factor": 0.00392156862745098,
          "do_normalize": true,
          "image_mean": [0.5, 0.5, 0.5],
          "image_std": [0.5, 0.5, 0.5]
        }

        """);

    /// <summary>Mean and standard deviation of a tensor's elements.</summary>
    public static (float Mean, double StandardDeviation) Distribution(ModelConfig config, string name, long[] shape)
    {
        if (shape.Length == 1)
            return (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0, 0.1);
        var intoResidual = IntoResidual.Any(module => name.EndsWith($".{module}.weight", StringComparison.Ordinal));
        // A convolution over patches sums over all but the first dimension; tokens and positions have ones in front.
        var columns = shape.Length == 3 ? shape[2] : shape[1..].Aggregate(1L, (product, dimension) => product * dimension);
        return (0, 1 / Math.Sqrt(columns * (intoResidual ? 2.0 * config.NumHiddenLayers : 1)));
    }

    private static unsafe void WriteWeights(ModelConfig config, ulong seed, string path, DType dtype, Action<long, long>? progress, CancellationToken cancellation)
    {
        TensorEntry[] entries = [.. ModelTypes.Of(config).FileTensors(config).Select(tensor => new TensorEntry(tensor.Name, dtype, [.. tensor.Shape]))];
        var totalBytes = entries.Sum(entry => entry.ByteLength);
        long writtenBytes = 0;
        using var writer = new SafetensorsWriter(path, entries, new Dictionary<string, string> { ["format"] = "pt" });
        using var buffer = new NativeBuffer(dtype.RowBytes((long)PieceElements * PiecesPerWrite));
        foreach (var entry in entries)
        {
            var stream = SeededWeights.Stream(seed, entry.Name);
            var (mean, standardDeviation) = Distribution(config, entry.Name, entry.Shape);
            var elements = entry.ByteLength / dtype.BlockBytes();
            for (long first = 0; first < elements; first += (long)PieceElements * PiecesPerWrite)
            {
                var count = (int)Math.Min((long)PieceElements * PiecesPerWrite, elements - first);
                var start = first;
                Parallel.For(0, (count + PieceElements - 1) / PieceElements, new ParallelOptions { CancellationToken = cancellation }, () => new float[PieceElements], (piece, _, values) =>
                {
                    var offset = piece * PieceElements;
                    var length = Math.Min(PieceElements, count - offset);
                    SeededWeights.Fill(stream, start + offset, mean, standardDeviation, values.AsSpan(0, length));
                    fixed (float* source = values)
                        BlockEncoder.EncodeRow(dtype, source, buffer.Data + dtype.RowBytes(offset), length);
                    return values;
                }, _ => { });
                var bytes = (int)dtype.RowBytes(count);
                writer.Write(new ReadOnlySpan<byte>(buffer.Data, bytes));
                writtenBytes += bytes;
                progress?.Invoke(writtenBytes, totalBytes);
            }
        }
        cancellation.ThrowIfCancellationRequested();
        writer.Commit();
    }
}
