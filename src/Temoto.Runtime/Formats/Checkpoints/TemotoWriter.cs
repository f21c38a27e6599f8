using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>Writes a .temoto file: see <see cref="TemotoFormat"/>. The tensors' bytes are read twice, once for their hashes and once to be written.</summary>
internal static unsafe class TemotoWriter
{
    /// <param name="quantization">A JSON object that says how the weights were made, for people and <c>inspect</c>; null for none.</param>
    /// <param name="progress">Gets the bytes done and in all, both passes counted.</param>
    public static void Write(string path, TemotoContents contents, string? quantization, Action<long, long>? progress, CancellationToken cancellation)
    {
        var stored = new List<Tensor>();
        var weights = Stored(contents.Tensors, stored);
        var total = 2 * stored.Sum(tensor => tensor.ByteLength);
        long done = 0;

        var hashes = new string[stored.Count];
        Parallel.For(0, stored.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            hashes[i] = TemotoFormat.Hash(stored[i]);
            var now = Interlocked.Add(ref done, stored[i].ByteLength);
            lock (hashes)
                progress?.Invoke(now, total);
        });

        var (entries, pads) = Aligned(stored);
        var metadata = Metadata(contents, weights, quantization, stored, hashes);
        using var writer = new SafetensorsWriter(path, entries, metadata, TemotoFormat.Alignment, SealHeader);
        for (var i = 0; i < stored.Count; i++)
        {
            const int pieceBytes = 1 << 20;
            cancellation.ThrowIfCancellationRequested();
            for (long at = 0; at < stored[i].ByteLength; at += pieceBytes)
                writer.Write(new ReadOnlySpan<byte>(stored[i].Data + at, (int)Math.Min(pieceBytes, stored[i].ByteLength - at)));
            writer.Write(new byte[pads[i]]);
            progress?.Invoke(done += stored[i].ByteLength, total);
        }
        writer.Commit();
    }

    private static void SealHeader(byte[] header)
    {
        var hash = TemotoFormat.HeaderHash(header, out var offset)!;
        Encoding.ASCII.GetBytes(hash, header.AsSpan(offset));
    }

    /// <summary>The plain tensors that stand in the file for <paramref name="tensors"/>; returns the description of the integer weights among them.</summary>
    private static string Stored(IReadOnlyList<Tensor> tensors, List<Tensor> stored)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                stored.AddRange(StoredTensors(tensor));
                if (tensor.Scales is not { } scales)
                {
                    if (tensor.Encoded is not null || tensor.InputGrid is not null)
                        throw new ArgumentException($"{tensor.Name} is packed or has an input grid, but no scales", nameof(tensors));
                    continue;
                }
                json.WriteStartObject(tensor.Name);
                json.WriteString("type", tensor.DType.ToString());
                json.WriteStartArray("shape");
                foreach (var dimension in tensor.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteNumber("group_size", scales.GroupSize);
                json.WriteBoolean("packed", tensor.Encoded is not null);
                if (tensor.InputGrid is { } grid)
                    json.WriteString("input", grid.StaticScale is null ? "dynamic" : "static");
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What stands in a file for one tensor: itself, or rows, scales, zero points and input scale of an integer weight.</summary>
    public static List<Tensor> StoredTensors(Tensor tensor)
    {
        if (tensor.Scales is not { } scales)
            return [tensor];
        var stored = new List<Tensor>
        {
            tensor.Encoded is { } encoded ? new Tensor(tensor.Name + TemotoFormat.PackedSuffix, DType.U8, [encoded.ByteLength], encoded.Data, encoded.ByteLength, encoded)
            : tensor.DType == DType.I4 ? new Tensor(tensor.Name, DType.U8, [tensor.Rows, tensor.RowBytes], tensor.Data, tensor.ByteLength, tensor)
            : tensor,
            scales.Scales.Renamed(tensor.Name + TemotoFormat.ScalesSuffix),
        };
        if (scales.Zeros is { } zeros)
            stored.Add(zeros.Renamed(tensor.Name + TemotoFormat.ZerosSuffix));
        if (tensor.InputGrid?.StaticScale is { } scale)
        {
            if (!(scale > 0) || !float.IsFinite(scale))
                throw new ArgumentException($"{tensor.Name} has an input scale of {scale}", nameof(tensor));
            var buffer = new NativeBuffer(sizeof(float));
            buffer.Floats[0] = scale;
            stored.Add(new Tensor(tensor.Name + TemotoFormat.InputScaleSuffix, DType.F32, [1], buffer.Data, sizeof(float), buffer));
        }
        return stored;
    }

    /// <summary>The entries with a filler behind every tensor that does not end at a multiple of the alignment; and each filler's bytes.</summary>
    private static (List<TensorEntry> Entries, int[] Pads) Aligned(List<Tensor> stored)
    {
        var entries = new List<TensorEntry>();
        var pads = new int[stored.Count];
        for (var i = 0; i < stored.Count; i++)
        {
            entries.Add(new TensorEntry(stored[i].Name, stored[i].DType, stored[i].Shape));
            pads[i] = (int)(-stored[i].ByteLength & (TemotoFormat.Alignment - 1));
            if (pads[i] > 0)
                entries.Add(new TensorEntry($"{TemotoFormat.PadPrefix}{i}", DType.U8, [pads[i]]));
        }
        return (entries, pads);
    }

    private static Dictionary<string, string> Metadata(TemotoContents contents, string weights, string? quantization, List<Tensor> stored, string[] hashes)
    {
        // The header's own hash comes first, where the reader looks for it.
        var metadata = new Dictionary<string, string>
        {
            [TemotoFormat.HeaderHashKey] = TemotoFormat.BlankHash,
            [TemotoFormat.VersionKey] = TemotoFormat.Version,
            [TemotoFormat.ConfigKey] = HuggingFaceConfigWriter.Write(contents.Config with { RopeInterleaved = false, RopeFrequencyFactors = null }),
            [TemotoFormat.GenerationKey] = HuggingFaceConfigWriter.WriteGeneration(contents.Generation),
            [TemotoFormat.WeightsKey] = weights,
        };
        if (contents.Config.RopeInterleaved)
            metadata.Add(TemotoFormat.RopeInterleavedKey, "true");
        if (contents.Config.RopeFrequencyFactors is { } factors)
            metadata.Add(TemotoFormat.RopeFactorsKey, string.Join(' ', factors.Select(factor => factor.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
        if (quantization is not null)
            metadata.Add(TemotoFormat.QuantizationKey, quantization);
        if (contents.Tokenizer is { } tokenizer)
            metadata.Add(TemotoFormat.TokenizerKey, TokenizerDocument.Write(tokenizer));
        if (contents.ChatTemplate is { } template)
            metadata.Add(TemotoFormat.ChatTemplateKey, template);
        if (contents.Preprocessor is { } preprocessor)
            metadata.Add(TemotoFormat.PreprocessorKey, preprocessor);
        if (contents.Embedding is { } embedding)
            metadata.Add(TemotoFormat.EmbeddingKey, embedding.Write());
        metadata.Add(TemotoFormat.HashesKey, Hashes(stored, hashes));
        return metadata;
    }

    private static string Hashes(List<Tensor> stored, string[] hashes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            for (var i = 0; i < stored.Count; i++)
                json.WriteString(stored[i].Name, hashes[i]);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>What goes into a .temoto file beside the numbers' history.</summary>
/// <param name="Tensors">In the order in which they are written; integer weights carry their scales, and may be packed.</param>
internal sealed record TemotoContents(
    ModelConfig Config,
    IReadOnlyList<Tensor> Tensors,
    TokenizerModel? Tokenizer = null,
    string? ChatTemplate = null,
    GenerationDefaults? GenerationOrNull = null,
    string? Preprocessor = null,
    EmbeddingSettings? Embedding = null)
{
    public GenerationDefaults Generation { get; } = GenerationOrNull ?? new();
}
