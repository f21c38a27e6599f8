using System.Buffers.Binary;
using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Models.Decoders;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// llama2.c's legacy .bin: seven int32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len; a negative vocab_size says that
/// the classifier is separate), then float32 arrays in a fixed order, each kind of matrix of all layers together. There is no magic number:
/// a file is of this format when its length is exactly what its header implies.
/// </summary>
internal static unsafe class LlamaTwoCFile
{
    private const int HeaderBytes = 28;

    /// <summary>"ak42", little-endian: the first word of llama2.c's later versions, which are not read.</summary>
    private const uint VersionedMagic = 0x616b3432;

    private readonly record struct Header(int Dim, int HiddenDim, int Layers, int Heads, int KeyValueHeads, int VocabSize, int SeqLen, bool SeparateClassifier)
    {
        public int HeadDim => Dim / Heads;

        public int KeyValueDim => HeadDim * KeyValueHeads;

        public Int128 FileBytes
        {
            get
            {
                Int128 dim = Dim, hidden = HiddenDim, layers = Layers, vocab = VocabSize;
                var floats = vocab * dim
                    + layers * (2 * dim + 2 * dim * dim + 2 * dim * KeyValueDim + 3 * dim * hidden)
                    + dim
                    + (Int128)SeqLen * HeadDim
                    + (SeparateClassifier ? vocab * dim : 0);
                return HeaderBytes + 4 * floats;
            }
        }
    }

    /// <summary>True where the first bytes and the length agree on being a llama2.c model.</summary>
    public static bool LooksLike(MappedFile file) => TryHeader(file, out _);

    /// <param name="readTokenizer">Reads the tokenizer found beside the model; gets its path and the vocabulary's size.</param>
    public static Checkpoint Open(string path, Func<string, int, TokenizerModel?> readTokenizer)
    {
        var file = MappedFile.Open(path, "a llama2.c model");
        try
        {
            return Open(file, readTokenizer);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The tokenizer beside a model: <c>tokenizer.bin</c>, or <c>tok</c> + vocabulary size + <c>.bin</c> as llama2.c's trainer names it; null where there is none.
    /// The second name is tried first, since it cannot belong to another vocabulary.
    /// </summary>
    public static string? FindTokenizer(string path, int vocabSize)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var name in new[] { $"tok{vocabSize}.bin", "tokenizer.bin" })
        {
            var candidate = Path.Combine(directory, name);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }

    private static Checkpoint Open(MappedFile file, Func<string, int, TokenizerModel?> readTokenizer)
    {
        if (!TryHeader(file, out var header))
        {
            var versioned = file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Span(0, 4)) == VersionedMagic;
            throw new InputException(
                file.Path, null, versioned ? "a llama2.c file of version 1 or later" : "a header and a length that do not fit together",
                "llama2.c's legacy layout (version 0)", versioned ? "export the model again with --version 0" : "check that the file is whole");
        }
        var tokenizerPath = FindTokenizer(file.Path, header.VocabSize);
        return new Checkpoint([file])
        {
            Path = file.Path,
            Format = "llama2.c",
            Config = new ModelConfig
            {
                ModelType = Llama.TypeName,
                HiddenSize = header.Dim,
                IntermediateSize = header.HiddenDim,
                NumHiddenLayers = header.Layers,
                NumAttentionHeads = header.Heads,
                NumKeyValueHeads = header.KeyValueHeads,
                HeadDim = header.HeadDim,
                VocabSize = header.VocabSize,
                MaxPositionEmbeddings = header.SeqLen,
                RmsNormEps = 1e-5f,
                RopeTheta = 10000,
                RopeInterleaved = true,
                TieWordEmbeddings = !header.SeparateClassifier,
            },
            Tensors = Tensors(file, header),
            Tokenizer = tokenizerPath is null ? null : readTokenizer(tokenizerPath, header.VocabSize),
        };
    }

    private static Dictionary<string, Tensor> Tensors(MappedFile file, Header header)
    {
        var tensors = new Dictionary<string, Tensor>();
        long offset = HeaderBytes;

        void Add(string name, params long[] shape)
        {
            var bytes = new TensorEntry(name, DType.F32, shape).ByteLength;
            tensors.Add(name, new Tensor(name, DType.F32, shape, file.Data + offset, bytes, file));
            offset += bytes;
        }

        void AddOfLayers(string name, params long[] shape)
        {
            for (var layer = 0; layer < header.Layers; layer++)
                Add($"model.layers.{layer}.{name}", shape);
        }

        Add("model.embed_tokens.weight", header.VocabSize, header.Dim);
        AddOfLayers("input_layernorm.weight", header.Dim);
        AddOfLayers("self_attn.q_proj.weight", header.Dim, header.Dim);
        AddOfLayers("self_attn.k_proj.weight", header.KeyValueDim, header.Dim);
        AddOfLayers("self_attn.v_proj.weight", header.KeyValueDim, header.Dim);
        AddOfLayers("self_attn.o_proj.weight", header.Dim, header.Dim);
        AddOfLayers("post_attention_layernorm.weight", header.Dim);
        AddOfLayers("mlp.gate_proj.weight", header.HiddenDim, header.Dim);
        AddOfLayers("mlp.down_proj.weight", header.Dim, header.HiddenDim);
        AddOfLayers("mlp.up_proj.weight", header.HiddenDim, header.Dim);
        Add("model.norm.weight", header.Dim);
        // Two tables of cosines and sines that nobody reads any more: [seq_len, head_dim / 2] each.
        offset += 4L * header.SeqLen * header.HeadDim;
        if (header.SeparateClassifier)
            Add("lm_head.weight", header.VocabSize, header.Dim);
        return tensors;
    }

    private static bool TryHeader(MappedFile file, out Header header)
    {
        header = default;
        if (file.Length < HeaderBytes)
            return false;
        Span<int> words = stackalloc int[7];
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadInt32LittleEndian(file.Span(4 * i, 4));
        if (words[5] == int.MinValue)
            return false;
        header = new Header(words[0], words[1], words[2], words[3], words[4], Math.Abs(words[5]), words[6], words[5] < 0);
        // A layer has at least 15 floats, so the number of layers is bounded by the file's length; the bound keeps our tensor list below it too.
        return header is { Dim: > 0, HiddenDim: > 0, Layers: > 0 and <= ModelLimits.Layers, Heads: > 0, KeyValueHeads: > 0, VocabSize: > 0, SeqLen: > 0 }
            && header.Dim % header.Heads == 0
            && header.HeadDim % 2 == 0
            && header.Heads % header.KeyValueHeads == 0
            && header.FileBytes == file.Length;
    }
}
