using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Models;
using Temoto.Models.Decoders;
using Temoto.Tensors;
using Temoto.Tests.Kernels.Codebooks;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

public sealed class GgufCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> EveryTypeAndArchitecture()
    {
        var data = new TheoryData<string, string>();
        foreach (var dtype in (DType[])[DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q5_1, DType.Q2_K, DType.Q3_K, DType.Q4_K, DType.Q5_K, DType.Q6_K, .. CodebookBlocksTests.Types])
            data.Add($"{dtype}", "llama");
        data.Add("Q8_0", "qwen2");
        data.Add("Q8_0", "qwen3");
        data.Add("Q8_0", "smollm3");
        data.Add("Q8_0", "granite");
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryTypeAndArchitecture))]
    public void ReadsWhatTheWriterWrote(string dtypeName, string architecture)
    {
        var dtype = Enum.Parse<DType>(dtypeName);
        var path = folder.File("m.gguf");
        GgufFixture.Write(path, dtype, architecture);
        using var checkpoint = CheckpointReader.Open(path);
        var config = GgufFixture.Config(architecture);
        Assert.Equal(config, checkpoint.Config);
        Assert.Equal("gguf", checkpoint.Format);
        Assert.Equal(GgufFixture.Entries(config, dtype).Count, checkpoint.Tensors.Count);
        Assert.Equal(dtype, checkpoint.Require("model.embed_tokens.weight", GgufFixture.VocabSize, 256).DType);
        // [out, in]: the file has the dimensions the other way round.
        checkpoint.Require("model.layers.1.mlp.gate_proj.weight", 512, 256);
        checkpoint.Require("model.layers.1.mlp.down_proj.weight", 256, 512);
        checkpoint.Require("model.layers.0.self_attn.k_proj.weight", 128, 256);
        Assert.Equal(DType.F32, checkpoint.Require("model.layers.1.post_attention_layernorm.weight", 256).DType);
        Assert.Equal(architecture != "qwen2", checkpoint.Tensors.ContainsKey("lm_head.weight"));
        Assert.Equal(architecture == "qwen2", checkpoint.Tensors.ContainsKey("model.layers.0.self_attn.q_proj.bias"));
        Assert.Equal(architecture == "qwen3", checkpoint.Tensors.ContainsKey("model.layers.0.self_attn.k_norm.weight"));
    }

    [Fact]
    public void NamesTranslateBothWays()
    {
        // The fixture's; the others are compared with llama.cpp (LlamaCppTests).
        foreach (var type in new[] { "llama", "qwen2", "qwen3", "smollm3", "granite" }.Select(name => ModelTypes.Find(name)!))
        {
            var config = GgufFixture.Config(type.Gguf!.Name);
            var names = GgufFixture.Entries(config, DType.F32).Select(entry => entry.Name).ToList();
            Assert.All(names, name => Assert.Equal(name, type.Gguf.FromHuggingFace(type.Gguf.ToHuggingFace(name)!)));
            Assert.Equal(type.Build(config).Weights.Select(use => use.Name).Order(), names.Select(name => type.Gguf.ToHuggingFace(name)).Order());
        }
        foreach (var unknown in new[] { "blk.x.attn_q.weight", "blk.-1.attn_q.weight", "blk.01.attn_q.weight", "blk.1.attn_q", "blk.1.ssm_a.weight", "blk..attn_q.weight", "blk.", "token_embd", "blk.99999999999.attn_q.weight" })
            Assert.Null(new Llama().Gguf!.ToHuggingFace(unknown));
    }

    [Fact]
    public void Llama3FrequenciesBecomePartOfTheConfig()
    {
        var config = GgufFixture.Config("llama");
        var entries = new List<TensorEntry> { new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1]), new("rope_freqs.weight", DType.F32, [32]) };
        var factors = Enumerable.Range(1, 32).Select(i => (float)i).ToArray();
        using (var writer = new GgufWriter(folder.File("m.gguf"), GgufFixture.Metadata(config), entries))
        {
            writer.Write(new byte[4 * GgufFixture.VocabSize]);
            writer.Write([.. factors.SelectMany(BitConverter.GetBytes)]);
            writer.Commit();
        }
        using var checkpoint = CheckpointReader.Open(folder.File("m.gguf"));
        Assert.Equal(factors, checkpoint.Config.RopeFrequencyFactors);
        Assert.Single(checkpoint.Tensors);
    }

    [Theory]
    [InlineData("general.architecture", "mamba", "general.architecture")]
    [InlineData("llama.rope.scaling.type", "longrope", "llama.rope.scaling.type")]
    [InlineData("llama.expert_count", 8u, "llama.expert_used_count")]
    [InlineData("llama.expert_count", uint.MaxValue, "llama.expert_count")]
    [InlineData("llama.attention.sliding_window", 8u, "llama.attention.sliding_window")]
    [InlineData("llama.rope.dimension_count", 32u, "llama.rope.dimension_count")]
    [InlineData("llama.attention.head_count", 0u, "llama.attention.head_count")]
    [InlineData("llama.attention.head_count_kv", 3u, "llama.attention.head_count_kv")]
    [InlineData("llama.attention.key_length", 63u, "llama.attention.key_length")]
    [InlineData("llama.block_count", uint.MaxValue, "llama.block_count")]
    [InlineData("llama.block_count", "two", "llama.block_count")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN, "llama.attention.layer_norm_rms_epsilon")]
    [InlineData("llama.context_length", null, "llama.context_length")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", null, "llama.attention.layer_norm_rms_epsilon")]
    [InlineData("general.alignment", 0u, "general.alignment")]
    [InlineData("general.alignment", 24u, "general.alignment")]
    [InlineData("split.count", 2u, "split.count")]
    [InlineData("tokenizer.ggml.model", "rwkv", "tokenizer.ggml.model")]
    [InlineData("tokenizer.ggml.pre", "unheard-of", "tokenizer.ggml.pre")]
    [InlineData("tokenizer.ggml.bos_token_id", 320u, "tokenizer.ggml.bos_token_id")]
    [InlineData("tokenizer.ggml.add_bos_token", 1u, "tokenizer.ggml.add_bos_token")]
    public void RefusesMetadataThatCannotBeComputedWith(string key, object? value, string expectedInMessage)
    {
        var path = folder.File("m.gguf");
        var entries = new List<TensorEntry> { new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1]) };
        using (var writer = new GgufWriter(path, GgufEdit.With(GgufFixture.Metadata(GgufFixture.Config("llama")), key, value), entries))
        {
            writer.Write(new byte[4 * GgufFixture.VocabSize]);
            writer.Commit();
        }
        var error = Assert.Throws<InputException>(() => CheckpointReader.Open(path).Dispose());
        Assert.Contains(expectedInMessage, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama.attention.head_count_kv", new[] { 2, 2 })]
    [InlineData("llama.attention.head_count", new[] { 4, 4 })]
    [InlineData("llama.feed_forward_length", new[] { 512 })]
    public void ANumberForEachLayerIsOneWhereAllAreEqual(string key, int[] numbers)
    {
        var path = folder.File("m.gguf");
        void Write(int[] value)
        {
            using var writer = new GgufWriter(path, GgufEdit.With(GgufFixture.Metadata(GgufFixture.Config("llama")), key, value), [new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1])]);
            writer.Write(new byte[4 * GgufFixture.VocabSize]);
            writer.Commit();
        }

        Write(numbers);
        using (var checkpoint = CheckpointReader.Open(path))
            Assert.Equal((2, 4, 512), (checkpoint.Config.NumKeyValueHeads, checkpoint.Config.NumAttentionHeads, checkpoint.Config.IntermediateSize));
        Write([.. numbers, 1]);
        Assert.Contains($"{key}: found {numbers[0]} for the first layer and 1 for layer {numbers.Length}; expected the same number for every layer", Assert.Throws<InputException>(() => CheckpointReader.Open(path)).Message, StringComparison.Ordinal);
        Write([]);
        Assert.Contains($"{key}: found an array of 0 Int32", Assert.Throws<InputException>(() => CheckpointReader.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesTensorsItCannotPlace()
    {
        foreach (var (entries, expected) in new (TensorEntry[], string)[]
        {
            ([new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1]), new("blk.0.ssm_a.weight", DType.F32, [1])], "blk.0.ssm_a.weight"),
            ([new("other.weight", DType.F32, [1])], "token_embd.weight"),
            ([new("token_embd.weight", DType.F32, [7])], "token_embd.weight"),
            ([new("token_embd.weight", DType.F32, [GgufFixture.VocabSize - 1, 1])], "tokenizer.ggml.tokens"),
            ([new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1]), new("rope_freqs.weight", DType.F32, [31])], "rope_freqs.weight"),
            ([new("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1]), new("rope_freqs.weight", DType.F32, [32])], "rope_freqs.weight"),
        })
        {
            var path = folder.File("m.gguf");
            using (var writer = new GgufWriter(path, GgufFixture.Metadata(GgufFixture.Config("llama")), entries))
            {
                foreach (var entry in entries)
                    writer.Write(new byte[entry.ByteLength]);
                writer.Commit();
            }
            var error = Assert.Throws<InputException>(() => CheckpointReader.Open(path).Dispose());
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }
}
