using System.Buffers.Binary;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class LlamaTwoCFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(12)]
    [InlineData(-12)]
    public void EveryFloatHasItsName(int vocabSize)
    {
        // dim 8, hidden 6, 2 layers, 4 heads, 2 kv heads (kv width 4), 5 positions; float i of the file has the value i.
        var path = folder.Write("m.bin", TinyModel(8, 6, 2, 4, 2, vocabSize, 5));
        using var checkpoint = LlamaTwoCFile.Open(path, (_, _) => null);
        var next = 0;
        foreach (var (name, floats) in Layout(vocabSize < 0))
        {
            if (name is not null)
            {
                var tensor = checkpoint.Tensors[name];
                Assert.Equal(floats, tensor.ElementCount);
                Assert.Equal(next, BinaryPrimitives.ReadSingleLittleEndian(tensor.Bytes));
                Assert.Equal(next + floats - 1, BinaryPrimitives.ReadSingleLittleEndian(tensor.Bytes[^4..]));
            }
            next += floats;
        }
        Assert.Equal([4, 8], checkpoint.Tensors["model.layers.1.self_attn.k_proj.weight"].Shape);
        Assert.Equal([8, 6], checkpoint.Tensors["model.layers.1.mlp.down_proj.weight"].Shape);
        Assert.Equal([6, 8], checkpoint.Tensors["model.layers.1.mlp.up_proj.weight"].Shape);
        Assert.Equal(vocabSize < 0 ? 21 : 20, checkpoint.Tensors.Count);
        Assert.Equal(
            new ModelConfig
            {
                ModelType = "llama",
                HiddenSize = 8,
                IntermediateSize = 6,
                NumHiddenLayers = 2,
                NumAttentionHeads = 4,
                NumKeyValueHeads = 2,
                HeadDim = 2,
                VocabSize = 12,
                MaxPositionEmbeddings = 5,
                RmsNormEps = 1e-5f,
                RopeTheta = 10000,
                RopeInterleaved = true,
                TieWordEmbeddings = vocabSize > 0,
            },
            checkpoint.Config);
    }

    [Fact]
    public void ReadsARealModel()
    {
        using var checkpoint = CheckpointReader.Open(RepositoryPaths.DataPath("stories260k/stories260K.bin"));
        Assert.Equal("llama2.c", checkpoint.Format);
        Assert.Equal((64, 172, 5, 8, 4, 512, 512), (checkpoint.Config.HiddenSize, checkpoint.Config.IntermediateSize, checkpoint.Config.NumHiddenLayers,
            checkpoint.Config.NumAttentionHeads, checkpoint.Config.NumKeyValueHeads, checkpoint.Config.VocabSize, checkpoint.Config.MaxPositionEmbeddings));
        // Trained norms lie around 1: a wrong offset would show other numbers.
        var norm = checkpoint.Require("model.norm.weight", 64).Bytes;
        for (var i = 0; i < 64; i++)
            Assert.InRange(BinaryPrimitives.ReadSingleLittleEndian(norm[(4 * i)..]), 0.2f, 20f);
    }

    [Fact]
    public void FindsTheTokenizerBesideTheModel()
    {
        var path = folder.Write("m.bin", TinyModel(8, 6, 2, 4, 2, 12, 5));
        Assert.Null(LlamaTwoCFile.FindTokenizer(path, 12));
        var general = folder.Write("tokenizer.bin", "x");
        Assert.Equal(general, LlamaTwoCFile.FindTokenizer(path, 12));
        var own = folder.Write("tok12.bin", "x");
        Assert.Equal(own, LlamaTwoCFile.FindTokenizer(path, 12));
        var asked = new List<string>();
        LlamaTwoCFile.Open(path, (file, size) =>
        {
            asked.Add($"{file} {size}");
            return null;
        }).Dispose();
        Assert.Equal([$"{own} 12"], asked);
    }

    [Fact]
    public void RefusesHeadersThatDoNotFitTheLength()
    {
        var good = TinyModel(8, 6, 2, 4, 2, 12, 5);
        foreach (var bad in new[] { good[..^4], [.. good, 0, 0, 0, 0], good[..28], good[..27], [1] })
            Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Write("m.bin", bad)));
        for (var word = 0; word < 7; word++)
        {
            foreach (var value in new[] { 0, -1, int.MinValue, int.MaxValue, 3, 7 })
            {
                var bad = (byte[])good.Clone();
                BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(4 * word), value);
                Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Write("m.bin", bad)));
            }
        }
        BinaryPrimitives.WriteInt32LittleEndian(good, 0x616b3432);
        Assert.Contains("version 1", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Write("m.bin", good))).Message, StringComparison.Ordinal);
    }

    /// <summary>A whole file whose float i is the number i.</summary>
    internal static byte[] TinyModel(params int[] header)
    {
        var (dim, hidden, layers, heads, keyValueHeads, vocab, positions) = (header[0], header[1], header[2], header[3], header[4], Math.Abs(header[5]), header[6]);
        var keyValueDim = dim / heads * keyValueHeads;
        var floats = vocab * dim + layers * (2 * dim + 2 * dim * dim + 2 * dim * keyValueDim + 3 * dim * hidden) + dim + positions * (dim / heads) + (header[5] < 0 ? vocab * dim : 0);
        var bytes = new byte[28 + 4 * floats];
        for (var i = 0; i < 7; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), header[i]);
        for (var i = 0; i < floats; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(28 + 4 * i), i);
        return bytes;
    }

    private static IEnumerable<(string? Name, int Floats)> Layout(bool separateClassifier)
    {
        yield return ("model.embed_tokens.weight", 12 * 8);
        foreach (var (name, floats) in new[]
        {
            ("input_layernorm", 8), ("self_attn.q_proj", 64), ("self_attn.k_proj", 32), ("self_attn.v_proj", 32), ("self_attn.o_proj", 64),
            ("post_attention_layernorm", 8), ("mlp.gate_proj", 48), ("mlp.down_proj", 48), ("mlp.up_proj", 48),
        })
        {
            for (var layer = 0; layer < 2; layer++)
                yield return ($"model.layers.{layer}.{name}.weight", floats);
        }
        yield return ("model.norm.weight", 8);
        yield return (null, 5 * 2);
        if (separateClassifier)
            yield return ("lm_head.weight", 12 * 8);
    }
}
