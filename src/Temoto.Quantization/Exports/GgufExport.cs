using System.Runtime.InteropServices;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Quantization.Exports;

/// <summary>
/// Writes a checkpoint as a GGUF file that other runtimes load: matrices as F32, F16, BF16, Q8_0 or Q4_0, norms and biases as F32, the tokenizer and
/// the chat template inside. A matrix whose rows are no whole number of blocks falls back to F16. Tensor by tensor, never whole in memory.
/// </summary>
internal static class GgufExport
{
    private const string Tokenizer = "tokenizer.ggml.";

    /// <param name="progress">Gets the bytes written so far and in all.</param>
    public static void Write(Checkpoint checkpoint, string path, DType dtype, Action<long, long>? progress, CancellationToken cancellation)
    {
        if (!BlockEncoder.Supports(dtype))
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "F32, F16, BF16, Q8_0 or Q4_0");
        var architecture = ModelTypes.Of(checkpoint.Config).Gguf?.For(checkpoint.Config)
            ?? throw new InputException(checkpoint.Path, "model_type", $"'{checkpoint.Config.ModelType}'", $"{ModelTypes.Names(type => type.Gguf is not null)}: the architectures GGUF export knows", "write a .temoto file");
        if (architecture.Unsayable(checkpoint.Config) is { } unsayable)
            throw new InputException(checkpoint.Path, "model_type", unsayable, $"{checkpoint.Config.ModelType} as GGUF means it", "write a .temoto file");
        var tensors = Tensors(checkpoint, architecture);
        var factors = FrequencyFactors(checkpoint.Config);
        var entries = tensors.Select(item => new TensorEntry(item.Name, TypeOf(item.Parts[0], dtype), item.Shape)).ToList();
        if (factors is not null)
            entries.Add(new TensorEntry(GgufArchitecture.RopeFrequencies, DType.F32, [factors.Length]));
        var metadata = Metadata(checkpoint, architecture, dtype);
        var total = entries.Sum(entry => entry.ByteLength);
        long done = 0;
        using var writer = new GgufWriter(path, metadata, entries);
        for (var i = 0; i < tensors.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteTensor(writer, tensors[i].Parts, entries[i].DType, RowOrder(checkpoint.Config, architecture, tensors[i].Parts[0]));
            done += entries[i].ByteLength;
            progress?.Invoke(done, total);
        }
        if (factors is not null)
            writer.Write(MemoryMarshal.AsBytes<float>(factors));
        writer.Commit();
    }

    /// <summary>
    /// GGUF has no word for the llama3 scaling; its files carry what each frequency is divided by. Null where there is no scaling, or one that the
    /// metadata says.
    /// </summary>
    private static float[]? FrequencyFactors(ModelConfig config)
    {
        if (config.RopeFrequencyFactors is { } given)
            return [.. given];
        if (config.RopeScaling is null or { RopeType: not RopeScaling.Llama3 })
            return null;
        var plain = config with { RopeScaling = null };
        return [.. Enumerable.Range(0, (config.RotaryDim ?? config.HeadDim) / 2).Select(pair => (float)(plain.RopeFrequency(pair) / config.RopeFrequency(pair)))];
    }

    /// <summary>Each tensor of the file with those of the checkpoint that it holds.</summary>
    private static List<(string Name, Tensor[] Parts, long[] Shape)> Tensors(Checkpoint checkpoint, GgufArchitecture architecture)
    {
        var result = new List<(string, Tensor[], long[])>();
        for (var layer = 0; layer < checkpoint.Config.NumHiddenLayers && architecture.Joins.Count > 0; layer++)
        {
            foreach (var (name, isStacked, names) in architecture.JoinsOf(layer, checkpoint.Config))
            {
                // A layer may have one feed-forward in place of experts, and no biases.
                if (!checkpoint.Tensors.ContainsKey(names[0]))
                    continue;
                Tensor[] parts = [.. names.Select(part => checkpoint.Tensors[part])];
                result.Add((name, parts, isStacked ? [parts.Length, .. parts[0].Shape] : [parts.Sum(part => part.Shape[0]), .. parts[0].Shape[1..]]));
            }
        }
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            // A tied head is the embedding; some checkpoints store it twice.
            if (checkpoint.Config.TieWordEmbeddings && tensor.Name == "lm_head.weight")
                continue;
            var name = architecture.FromHuggingFace(tensor.Name);
            if (name is null)
                continue;
            var stored = architecture.ToFile?.Invoke(tensor, checkpoint.Config) ?? tensor;
            result.Add((name, [stored], stored.Shape));
        }
        return result;
    }

    /// <summary>Norms and biases stay floats, and so do filters: rows that are shorter than a block of anything.</summary>
    private static DType TypeOf(Tensor tensor, DType dtype)
    {
        if (tensor.Shape.Length < 2 || tensor.Columns < DType.Q4_0.BlockElements())
            return DType.F32;
        return tensor.Columns % dtype.BlockElements() == 0 ? dtype : DType.F16;
    }

    private static unsafe void WriteTensor(GgufWriter writer, Tensor[] parts, DType dtype, Func<int, int>? order)
    {
        var tensor = parts[0];
        using var row = new NativeBuffer(parts.Max(part => part.Columns) * sizeof(float));
        using var encoded = new NativeBuffer(parts.Sum(part => dtype.RowBytes(part.Columns) * part.Rows));
        if (tensor.Shape.Length < 2 && order is not null)
        {
            // A bias of q or k: its elements are permuted as the rows of the matrix are.
            using var elements = new NativeBuffer(tensor.Columns * sizeof(float));
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, elements.Floats, tensor.Columns);
            for (var i = 0; i < tensor.Columns; i++)
                encoded.Floats[i] = elements.Floats[order(i)];
        }
        else
        {
            var destination = encoded.Data;
            foreach (var part in parts)
            {
                for (long r = 0; r < part.Rows; r++, destination += dtype.RowBytes(part.Columns))
                {
                    BlockDecoder.DecodeRow(part, order is null ? r : order((int)r), row.Floats);
                    BlockEncoder.EncodeRow(dtype, row.Floats, destination, part.Columns);
                }
            }
        }
        writer.Write(new ReadOnlySpan<byte>(encoded.Data, checked((int)encoded.ByteLength)));
    }

    /// <summary>
    /// Some of GGUF's architectures rotate neighbouring elements, so each head's rows of q and k are interleaved: new row 2i is old row i, new row 2i + 1
    /// is old row i + HeadDim/2. Null where rows stay.
    /// </summary>
    private static Func<int, int>? RowOrder(ModelConfig config, GgufArchitecture architecture, Tensor tensor)
    {
        if (!architecture.InterleavesRope || config.RopeInterleaved || !(tensor.Name.Contains(".q_proj.", StringComparison.Ordinal) || tensor.Name.Contains(".k_proj.", StringComparison.Ordinal)))
            return null;
        var headDim = config.HeadDim;
        return row => row / headDim * headDim + row % headDim / 2 + row % 2 * (headDim / 2);
    }

    private static GgufMetadata Metadata(Checkpoint checkpoint, GgufArchitecture architecture, DType dtype)
    {
        var config = checkpoint.Config;
        var metadata = new GgufMetadata()
            .Add("general.architecture", architecture.Name)
            .Add("general.name", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint.Path))))
            .Add("general.alignment", (uint)GgufFormat.DefaultAlignment)
            .Add("general.file_type", FileType(dtype));
        foreach (var (key, value) in architecture.Write(config))
            metadata.Add($"{architecture.Name}.{key}", value);
        if (checkpoint.Tokenizer is { } tokenizer)
            AddTokenizer(metadata, checkpoint, tokenizer);
        if (checkpoint.ChatTemplate is not null)
            metadata.Add("tokenizer.chat_template", checkpoint.ChatTemplate);
        return metadata;
    }

    /// <summary>llama.cpp's numbers for "mostly this type".</summary>
    private static uint FileType(DType dtype) => dtype switch
    {
        DType.F32 => 0,
        DType.F16 => 1,
        DType.Q4_0 => 2,
        DType.Q8_0 => 7,
        _ => 32, // BF16
    };

    private static void AddTokenizer(GgufMetadata metadata, Checkpoint checkpoint, TokenizerModel tokenizer)
    {
        var count = checkpoint.Config.VocabSize;
        if (tokenizer.Tokens.Count > count)
            throw new InputException(checkpoint.Path, "tokenizer", $"{tokenizer.Tokens.Count} tokens", $"at most vocab_size {count}", "use the tokenizer that belongs to these weights");
        if (tokenizer.Pipeline is not null)
            throw new InputException(checkpoint.Path, "tokenizer", "one that GGUF has no words for", "byte-level BPE as GPT-2's, Qwen2's or Llama 3's, or SentencePiece's BPE", "keep this model as .temoto");
        var byteLevel = tokenizer.Kind == TokenizerKind.ByteLevelBpe;
        if (!byteLevel && tokenizer.Scores is null)
            throw new InputException(checkpoint.Path, "tokenizer", "a SentencePiece vocabulary without scores", "scores", "export from a checkpoint whose tokenizer has them (a GGUF or llama2.c file)");
        // Rows of the embedding beyond the vocabulary are padding; GGUF gives them names too.
        var tokens = new string[count];
        var types = new int[count];
        for (var id = 0; id < count; id++)
        {
            var text = id < tokenizer.Tokens.Count ? tokenizer.Tokens[id] : null;
            tokens[id] = text ?? $"[PAD{id}]";
            types[id] = text is null ? 5 : !byteLevel && text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) ? 6 : 1;
        }
        foreach (var added in tokenizer.AddedTokens)
        {
            tokens[added.Id] = added.Content;
            types[added.Id] = added.Id == tokenizer.UnknownTokenId ? 2 : added.Special ? 3 : 4;
        }
        metadata
            .Add(Tokenizer + "model", byteLevel ? "gpt2" : "llama")
            .Add(Tokenizer + "tokens", tokens)
            .Add(Tokenizer + "token_type", types);
        if (byteLevel)
        {
            metadata
                .Add(Tokenizer + "pre", tokenizer.PreTokenizer switch { PreTokenizerKind.Qwen2 => "qwen2", PreTokenizerKind.Llama3 => "llama-bpe", _ => "gpt-2" })
                .Add(Tokenizer + "merges", [.. (tokenizer.Merges ?? []).Select(merge => $"{merge.Left} {merge.Right}")]);
        }
        else
        {
            metadata.Add(Tokenizer + "scores", (IReadOnlyCollection<float>)[.. tokenizer.Scores!, .. Enumerable.Repeat(0f, count - tokenizer.Scores!.Count)]);
        }
        if (tokenizer.BosTokenId is { } bos)
            metadata.Add(Tokenizer + "bos_token_id", (uint)bos);
        int[] ends = [.. tokenizer.EosTokenIds, .. checkpoint.Generation.EosTokenIds];
        if (ends.Length > 0)
            metadata.Add(Tokenizer + "eos_token_id", (uint)ends[0]);
        metadata
            .Add(Tokenizer + "add_bos_token", tokenizer.BosTokenId is { } first && tokenizer.Prefix.Contains(first))
            .Add(Tokenizer + "add_space_prefix", tokenizer.AddPrefixSpace);
    }
}
