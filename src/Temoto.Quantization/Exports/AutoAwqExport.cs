using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Formats.Files;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Quantization.Exports;

/// <summary>
/// Writes a checkpoint whose layers hold I4 weights as a Hugging Face directory in AutoAWQ's gemm layout, which other runtimes load. Integers, zero points and
/// scales keep their bits; everything else becomes float16. Tensor by tensor, never whole in memory.
/// </summary>
internal static unsafe class AutoAwqExport
{
    /// <summary>Tiles of eight output channels that one thread writes at a time: their words share a cache line.</summary>
    private const int TilesPerPiece = 16;

    private const int PieceBytes = 1 << 20;

    /// <summary>What a tokenizer may consist of, besides generation_config.json.</summary>
    private static readonly string[] TokenizerFileNames =
    [
        "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "chat_template.jinja", "special_tokens_map.json", "added_tokens.json",
    ];

    /// <summary>The tensors of such a checkpoint in the order in which they are written.</summary>
    public static IReadOnlyList<TensorEntry> Entries(ModelConfig config, int groupSize)
    {
        var entries = new List<TensorEntry>();
        foreach (var (name, shape) in ModelTypes.Of(config).FileTensors(config))
        {
            if (!AutoAwqFormat.IsLayerLinear(name))
            {
                entries.Add(new TensorEntry(name, DType.F16, [.. shape]));
                continue;
            }
            var module = name[..^AutoAwqFormat.Weight.Length];
            long outputs = shape[0], inputs = shape[1], words = outputs / AutoAwqFormat.NibblesPerWord;
            entries.Add(new TensorEntry(module + AutoAwqFormat.QuantizedWeight, DType.I32, [inputs, words]));
            entries.Add(new TensorEntry(module + AutoAwqFormat.Zeros, DType.I32, [inputs / groupSize, words]));
            entries.Add(new TensorEntry(module + AutoAwqFormat.Scales, DType.F16, [inputs / groupSize, outputs]));
        }
        return entries;
    }

    /// <summary>Writes the directory; returns notes for the reader, such as that there was no tokenizer to copy.</summary>
    /// <param name="tokenizerDirectory">Where tokenizer files and generation_config.json are copied from; null for a source without such files.</param>
    /// <param name="progress">Gets the bytes written so far and in all.</param>
    public static IReadOnlyList<string> Write(Checkpoint checkpoint, string? tokenizerDirectory, string directory, Action<long, long>? progress, CancellationToken cancellation) =>
        Write(checkpoint, tokenizerDirectory, null, directory, progress, cancellation);

    /// <param name="adapterDirectory">Whose tokenizer files go before those of <paramref name="tokenizerDirectory"/>: the adapter that was merged in; null for none.</param>
    public static IReadOnlyList<string> Write(Checkpoint checkpoint, string? tokenizerDirectory, string? adapterDirectory, string directory, Action<long, long>? progress, CancellationToken cancellation)
    {
        var config = HuggingFaceLayout.ConfigOf(checkpoint);
        var tensors = ModelTypes.Of(config).FileTensors(config).Select(tensor => checkpoint.Require(tensor.Name, tensor.Shape.Span)).ToList();
        var groupSize = Int4Weight.Check(checkpoint.Path, tensors.First(tensor => AutoAwqFormat.IsLayerLinear(tensor.Name)), null).GroupSize;
        HuggingFaceDirectory.Create(directory);
        WriteWeights(checkpoint, tensors, Entries(config, groupSize), groupSize, Path.Combine(directory, HuggingFaceDirectory.WeightsFileName), progress, cancellation);
        var notes = CopyTokenizer(checkpoint, tokenizerDirectory, adapterDirectory, directory);
        // Last, since a directory without it is no checkpoint.
        AtomicFile.WriteText(
            Path.Combine(directory, HuggingFaceConfig.FileName),
            HuggingFaceConfigWriter.Write(
                config, "float16", checkpoint.Generation.BosTokenId ?? checkpoint.Tokenizer?.BosTokenId, EosTokenId(checkpoint), new AutoAwqSettings { GroupSize = groupSize }));
        return notes;
    }

    private static int? EosTokenId(Checkpoint checkpoint)
    {
        IReadOnlyList<int> ids = checkpoint.Generation.EosTokenIds is { Count: > 0 } named ? named : checkpoint.Tokenizer?.EosTokenIds ?? [];
        return ids.Count > 0 ? ids[0] : null;
    }

    private static void WriteWeights(
        Checkpoint checkpoint, List<Tensor> tensors, IReadOnlyList<TensorEntry> entries, int groupSize, string path, Action<long, long>? progress, CancellationToken cancellation)
    {
        // Every weight is looked at before the first byte is written.
        foreach (var tensor in tensors.Where(tensor => AutoAwqFormat.IsLayerLinear(tensor.Name)))
            Int4Weight.Check(checkpoint.Path, tensor, groupSize);
        var totalBytes = entries.Sum(entry => entry.ByteLength);
        long writtenBytes = 0;
        using var writer = new SafetensorsWriter(path, entries, new Dictionary<string, string> { ["format"] = "pt" });

        void Sink(ReadOnlySpan<byte> bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(bytes);
            writtenBytes += bytes.Length;
            progress?.Invoke(writtenBytes, totalBytes);
        }

        foreach (var tensor in tensors)
        {
            var order = HuggingFaceLayout.RowOrder(checkpoint.Config, tensor.Name);
            if (!AutoAwqFormat.IsLayerLinear(tensor.Name))
            {
                Float16Rows.Write(checkpoint.Path, tensor, order, Sink);
                continue;
            }
            using var weight = new Int4Weight(checkpoint.Path, tensor, groupSize, order);
            using var words = Words(weight);
            for (long offset = 0; offset < words.ByteLength; offset += PieceBytes)
                Sink(new ReadOnlySpan<byte>(words.Data + offset, (int)Math.Min(PieceBytes, words.ByteLength - offset)));
        }
        cancellation.ThrowIfCancellationRequested();
        writer.Commit();
    }

    /// <summary>qweight, qzeros and scales of a layer, one behind the other, as they follow each other in the file.</summary>
    private static NativeBuffer Words(Int4Weight weight)
    {
        long inputs = weight.Columns, groups = weight.Groups, tiles = weight.Tiles;
        var buffer = new NativeBuffer((inputs + groups) * tiles * sizeof(uint) + groups * tiles * NibbleTile.Channels * sizeof(ushort));
        var integers = (uint*)buffer.Data;
        var zeros = integers + inputs * tiles;
        var scales = (ushort*)(zeros + groups * tiles);
        Parallel.For(0, (int)((tiles + TilesPerPiece - 1) / TilesPerPiece), piece =>
        {
            var rows = stackalloc byte*[NibbleTile.Channels];
            var end = Math.Min(tiles, (piece + 1L) * TilesPerPiece);
            for (var tile = (long)piece * TilesPerPiece; tile < end; tile++)
            {
                weight.IntegerRows(tile, 0, rows);
                NibbleTile.ToWords(rows, inputs, integers + tile, tiles);
                weight.ZeroRows(tile, rows);
                NibbleTile.ToWords(rows, groups, zeros + tile, tiles);
                for (long g = 0; g < groups; g++)
                {
                    for (var c = 0; c < NibbleTile.Channels; c++)
                        scales[(g * tiles + tile) * NibbleTile.Channels + c] = weight.Scale(tile, c, g);
                }
            }
        });
        return buffer;
    }

    private static List<string> CopyTokenizer(Checkpoint checkpoint, string? source, string? adapter, string directory)
    {
        var notes = new List<string>();
        var copied = 0;
        foreach (var name in TokenizerFileNames)
            copied += adapter is not null && Copy(adapter, directory, name) || source is not null && Copy(source, directory, name) ? 1 : 0;
        if (copied == 0)
            notes.Add($"no tokenizer files were written: {source ?? checkpoint.Path} has none to copy; put those of the original checkpoint into {directory}");
        if (source is null || !Copy(source, directory, HuggingFaceConfig.GenerationFileName))
            AtomicFile.WriteText(Path.Combine(directory, HuggingFaceConfig.GenerationFileName), HuggingFaceConfigWriter.WriteGeneration(checkpoint.Generation));
        return notes;
    }

    private static bool Copy(string source, string directory, string name)
    {
        var path = Path.Combine(source, name);
        if (!File.Exists(path))
            return false;
        using var file = MappedFile.Open(path, "a file to copy");
        AtomicFile.Write(Path.Combine(directory, name), stream =>
        {
            for (long offset = 0; offset < file.Length; offset += PieceBytes)
                stream.Write(file.Span(offset, (int)Math.Min(PieceBytes, file.Length - offset)));
        });
        return true;
    }
}
