using System.Text.Json;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization.Exports;

public sealed unsafe class AutoAwqExportTests : IDisposable
{
    /// <summary>Every side divides by 128, so that all group sizes fit; down_proj has an odd number of groups of 128.</summary>
    private static readonly ModelConfig Wide = ModelShapes.Get("tiny-qwen2") with { HiddenSize = 128, IntermediateSize = 384, NumAttentionHeads = 8, NumHiddenLayers = 1 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>arXiv 2504.17376 gives 465,371,984 bytes for the whole file: this payload and a header of 68,688 bytes.</summary>
    [Fact]
    public void ThePaperPayloadComesOutToTheByte()
    {
        var entries = AutoAwqExport.Entries(ModelShapes.Get("qwen2.5-0.5b"), 64);
        Assert.Equal(465_303_296, entries.Sum(entry => entry.ByteLength));
        // 290 tensors, of which 7 in each of 24 layers became three.
        Assert.Equal(290 + 2 * 7 * 24, entries.Count);
        Assert.Equal([896, 4864 / 8], entries.Single(entry => entry.Name == "model.layers.23.mlp.up_proj.qweight").Shape);
        Assert.Equal([4864 / 64, 896], entries.Single(entry => entry.Name == "model.layers.0.mlp.down_proj.scales").Shape);
        Assert.Equal([4864 / 64, 896 / 8], entries.Single(entry => entry.Name == "model.layers.0.mlp.down_proj.qzeros").Shape);
    }

    [Theory]
    [InlineData("tiny-qwen2", 32, false)]
    [InlineData("tiny-llama", 16, true)]
    [InlineData("tiny-qwen3", 32, false)]
    [InlineData("tiny-smollm3", 32, false)]
    [InlineData("tiny-granite", 32, false)]
    [InlineData("wide", 32, false)]
    [InlineData("wide", 64, true)]
    [InlineData("wide", 128, false)]
    public void ImportReturnsEveryBit(string shape, int groupSize, bool symmetric)
    {
        var config = shape == "wide" ? Wide : ModelShapes.Get(shape);
        using var model = QuantizedFixture.Model(config, groupSize, 5, symmetric);
        var reports = new List<(long Done, long Total)>();
        AutoAwqExport.Write(model, null, folder.File("m"), (done, total) => reports.Add((done, total)), default);
        using var read = CheckpointReader.Open(folder.File("m"));
        Assert.Equal(("autoawq", config), (read.Format, read.Config));
        Assert.Equal(model.Tensors.Keys.Order(), read.Tensors.Keys.Order());
        foreach (var (name, tensor) in model.Tensors)
        {
            if (tensor.DType == DType.I4)
                QuantizedFixture.AssertSame(tensor, read.Tensors[name]);
            else
                Assert.Equal(tensor.Bytes, read.Tensors[name].Bytes);
        }
        var payload = AutoAwqExport.Entries(config, groupSize).Sum(entry => entry.ByteLength);
        Assert.Equal((payload, payload), reports[^1]);
    }

    [Theory]
    [InlineData("precise", 64, false)]
    [InlineData("precise", 32, true)]
    [InlineData(null, 128, false)]
    [InlineData(null, 32, true)]
    public void LogitsAreTheSameAfterExport(string? kernels, int groupSize, bool symmetric)
    {
        using var model = QuantizedFixture.Model(Wide, groupSize, 8, symmetric);
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var read = CheckpointReader.Open(folder.File("m"));
        var logits = QuantizedFixture.Logits(model, kernels == "precise");
        Assert.Equal(QuantizedFixture.Bits(logits), QuantizedFixture.Bits(QuantizedFixture.Logits(read, kernels == "precise")));
        Assert.InRange(logits.Max() - logits.Min(), 0.5, 100);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    public void NumpyUnpacksTheSameWeights(int groupSize)
    {
        using var model = QuantizedFixture.Model(Wide, groupSize, groupSize, symmetric: groupSize == 32);
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        var lines = Oracle.Python("autoawq.py", "", "unpack", folder.File("m"), folder.File("weights")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var expected = model.Tensors.Values.Where(tensor => tensor.DType == DType.I4).OrderBy(tensor => tensor.Name[..^".weight".Length], StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Select(tensor => $"{tensor.Name[..^".weight".Length]} {tensor.Rows} {tensor.Columns}"), lines);
        Assert.Equal(QuantizedFixture.Bits([.. expected.SelectMany(QuantizedFixture.Decode)]), File.ReadAllBytes(folder.File("weights")));
    }

    [Fact]
    public void ConfigSaysWhatAutoAwqSays()
    {
        using var model = QuantizedFixture.Model(Wide, 64, 1);
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.File("m"), "config.json")));
        Assert.Equal("float16", json.RootElement.GetProperty("torch_dtype").GetString());
        Assert.Equal(
            """{"quant_method":"awq","bits":4,"group_size":64,"zero_point":true,"version":"gemm","modules_to_not_convert":null}""",
            JsonSerializer.Serialize(json.RootElement.GetProperty("quantization_config")));
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("BF16")]
    public void PlainTensorsBecomeFloat16(string dtype)
    {
        using var model = QuantizedFixture.Model(Wide, 64, 1, plain: Enum.Parse<DType>(dtype));
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var read = CheckpointReader.Open(folder.File("m"));
        foreach (var tensor in model.Tensors.Values.Where(tensor => tensor.DType != DType.I4))
        {
            Assert.Equal(DType.F16, read.Tensors[tensor.Name].DType);
            Assert.Equal(QuantizedFixture.Values(tensor).Select(value => (float)(Half)value), QuantizedFixture.Values(read.Tensors[tensor.Name]));
        }
    }

    [Fact]
    public void CopiesTheTokenizerAndSaysWhereThereIsNone()
    {
        SeededCheckpoint.Write(Wide, 1, folder.File("source"), DType.F16, null, default);
        folder.Write("source/merges.txt", "x");
        folder.Write("source/other.txt", "x");
        using (var model = QuantizedFixture.Model(Wide, 64, 1))
        {
            Assert.Empty(AutoAwqExport.Write(model, folder.File("source"), folder.File("m"), null, default));
            Assert.Contains("no tokenizer files", Assert.Single(AutoAwqExport.Write(model, null, folder.File("bare"), null, default)), StringComparison.Ordinal);
        }
        Assert.Equal(
            ["config.json", "generation_config.json", "merges.txt", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(folder.File("m")).Select(Path.GetFileName).Order());
        foreach (var name in new[] { "generation_config.json", "tokenizer.json", "tokenizer_config.json" })
            Assert.Equal(File.ReadAllBytes(folder.File($"source/{name}")), File.ReadAllBytes(folder.File($"m/{name}")));
        Assert.Equal(["config.json", "generation_config.json", "model.safetensors"], Directory.GetFiles(folder.File("bare")).Select(Path.GetFileName).Order());
        using var read = CheckpointReader.Open(folder.File("m"));
        Assert.NotNull(read.Tokenizer);
        Assert.Equal([258, 256], read.Generation.EosTokenIds);
    }

    [Fact]
    public void GenerationDefaultsComeFromTheCheckpointWhereThereIsNoFile()
    {
        var generation = new GenerationDefaults { DoSample = true, Temperature = 0.7f, TopK = 20, TopP = 0.8f, MinP = 0.05f, RepetitionPenalty = 1.1f, EosTokenIds = [3, 4], BosTokenId = 2 };
        using var source = QuantizedFixture.Model(Wide, 64, 1);
        using var model = new Checkpoint([]) { Path = "m", Format = "f", Config = Wide, Tensors = source.Tensors, Generation = generation };
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var read = CheckpointReader.Open(folder.File("m"));
        Assert.Equal(generation with { EosTokenIds = read.Generation.EosTokenIds }, read.Generation);
        Assert.Equal([3, 4], read.Generation.EosTokenIds);
    }

    /// <summary>llama2.c and GGUF's llama keep rotated pairs as neighbours; row 2i of a head must become row i, row 2i + 1 row i + 8 of 16.</summary>
    [Fact]
    public void RowsOfQueryAndKeyTakeHuggingFacesOrder()
    {
        var config = ModelShapes.Get("tiny-llama") with { RopeInterleaved = true, AttentionBias = true, RopeScaling = null };
        using var model = QuantizedFixture.Model(config, 32, 1);
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var read = CheckpointReader.Open(folder.File("m"));
        Assert.Equal(config with { RopeInterleaved = false }, read.Config);
        foreach (var (name, moves) in new[] { ("q_proj", true), ("k_proj", true), ("v_proj", false), ("o_proj", false) })
        {
            var before = model.Tensors[$"model.layers.1.self_attn.{name}.weight"];
            var after = read.Tensors[before.Name];
            var bias = (Before: QuantizedFixture.Values(model.Tensors[$"model.layers.1.self_attn.{name}.bias"]), After: QuantizedFixture.Values(read.Tensors[$"model.layers.1.self_attn.{name}.bias"]));
            var (old, now) = (QuantizedFixture.Decode(before), QuantizedFixture.Decode(after));
            for (var row = 0; row < before.Rows; row++)
            {
                var from = moves ? row / 16 * 16 + (row % 16 < 8 ? 2 * (row % 16) : 2 * (row % 16 - 8) + 1) : row;
                Assert.Equal(old[(from * 64)..((from + 1) * 64)], now[(row * 64)..((row + 1) * 64)]);
                Assert.Equal(bias.Before[from], bias.After[row]);
            }
        }

        // The same model: only the order in which q k is summed differs, in float64 here, with roundings to float32 between operators.
        var (expected, actual) = (QuantizedFixture.Logits(model, precise: true), QuantizedFixture.Logits(read, precise: true));
        var deviation = Math.Sqrt(expected.Average(value => value * value));
        Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / deviation, 0, 1e-5);
    }

    [Fact]
    public void EncodedRowsAreDecoded()
    {
        using var source = QuantizedFixture.Model(Wide, 64, 1);
        var encoded = source.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.DType == DType.I4
            ? new Tensor(pair.Key, DType.I4, pair.Value.Shape, new Complement(pair.Value)) { Scales = pair.Value.Scales }
            : pair.Value);
        using var model = new Checkpoint([]) { Path = "m", Format = "f", Config = Wide, Tensors = encoded };
        AutoAwqExport.Write(model, null, folder.File("m"), null, default);
        using var read = CheckpointReader.Open(folder.File("m"));
        foreach (var tensor in source.Tensors.Values.Where(tensor => tensor.DType == DType.I4))
            Assert.Equal(tensor.Bytes.ToArray().Select(b => (byte)~b), read.Tensors[tensor.Name].Bytes.ToArray());
    }

    [Theory]
    [InlineData("embedding", "model.embed_tokens.weight: found quantized values (I4); expected plain values, to be written as float16; quantize again with --lm-head f16")]
    [InlineData("blocks", "model.embed_tokens.weight: found quantized values (Q8_0)")]
    [InlineData("plain", "model.layers.0.mlp.up_proj.weight: found F16 [384, 128]; expected a matrix of 4-bit integers")]
    [InlineData("group", "model.layers.0.mlp.up_proj.weight: found groups of 32; expected groups of 64")]
    [InlineData("short", "model.layers.0.self_attn.q_proj.weight: found 128 inputs in groups of 96; expected whole groups")]
    [InlineData("large", "model.norm.weight: found the value 7E+04; expected values below 65520")]
    [InlineData("missing", "model.layers.0.mlp.up_proj.weight: found no such tensor")]
    public void RefusesWhatTheLayoutCannotHold(string what, string message)
    {
        var owned = new List<IDisposable>();
        using var source = QuantizedFixture.Model(Wide, 64, 1);
        var tensors = source.Tensors.ToDictionary();
        const string up = "model.layers.0.mlp.up_proj.weight", query = "model.layers.0.self_attn.q_proj.weight", embedding = "model.embed_tokens.weight", norm = "model.norm.weight";
        var random = new Random(1);
        switch (what)
        {
            case "embedding":
                tensors[embedding] = QuantizedFixture.Weight(embedding, Wide.VocabSize, 128, 64, random, false, 1, owned);
                break;
            case "blocks":
                tensors[embedding] = QuantizedFixture.Plain(embedding, [Wide.VocabSize, 128], DType.Q8_0, 0, 1, owned);
                break;
            case "plain":
                tensors[up] = QuantizedFixture.Plain(up, [384, 128], DType.F16, 0, 1, owned);
                break;
            case "group":
                tensors[up] = QuantizedFixture.Weight(up, 384, 128, 32, random, false, 1, owned);
                break;
            case "short":
                tensors[query] = QuantizedFixture.Weight(query, 128, 128, 96, random, false, 1, owned);
                break;
            case "large":
                tensors[norm] = QuantizedFixture.Plain(norm, [128], DType.F32, 70000, 0, owned);
                break;
            default:
                tensors.Remove(up);
                break;
        }
        using var model = new Checkpoint(owned) { Path = "m", Format = "f", Config = Wide, Tensors = tensors };
        Assert.StartsWith("m: " + message, Assert.Throws<InputException>(() => AutoAwqExport.Write(model, null, folder.File("m"), null, default)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("m")) && Directory.EnumerateFileSystemEntries(folder.File("m")).Any());
    }

    [Fact]
    public void RefusesOutputsThatFillNoWordAndScalesThatAreNoFloat16()
    {
        var owned = new List<IDisposable>();
        var odd = QuantizedFixture.Weight("w", 12, 64, 32, new Random(1), false, 1, owned);
        Assert.Contains("w: found 12 output channels; expected a multiple of 8", Assert.Throws<InputException>(() => Int4Weight.Check("m", odd, null)).Message, StringComparison.Ordinal);
        var wide = new Tensor("w", DType.I4, [8, 64], odd.Data, 256, odd)
        {
            Scales = new GroupScales(DType.I4, 32, QuantizedFixture.Plain("s", [8, 2], DType.F32, 1, 0, owned), null),
        };
        Assert.Contains("w: found F32 scales; expected a float16 scale for each group", Assert.Throws<InputException>(() => Int4Weight.Check("m", wide, null)).Message, StringComparison.Ordinal);
        owned.ForEach(item => item.Dispose());
    }

    [Fact]
    public void RefusesWhatConfigJsonCannotSayAndAFolderThatIsTaken()
    {
        using var source = QuantizedFixture.Model(Wide, 64, 1);

        string Message(ModelConfig config, string directory)
        {
            using var model = new Checkpoint([]) { Path = "m", Format = "f", Config = config, Tensors = source.Tensors };
            return Assert.Throws<InputException>(() => AutoAwqExport.Write(model, null, directory, null, default)).Message;
        }

        Assert.Contains("rope_freqs.weight", Message(Wide with { RopeFrequencyFactors = [1, 2] }, folder.File("m")), StringComparison.Ordinal);
        Assert.Contains("without biases", Message(Wide with { AttentionBias = false }, folder.File("m")), StringComparison.Ordinal);
        folder.Write("config.json", "{}");
        Assert.Contains("a checkpoint already", Message(Wide, folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void CancellingLeavesNoCheckpoint()
    {
        using var model = QuantizedFixture.Model(Wide, 64, 1);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => AutoAwqExport.Write(model, null, folder.Path, (_, _) => cancellation.Cancel(), cancellation.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>Rows whose plain form is the complement of another tensor's.</summary>
    private sealed class Complement(Tensor tensor) : EncodedRows
    {
        public override byte* Data => tensor.Data;

        public override long ByteLength => tensor.ByteLength;

        public override int BlockRows => 8;

        public override void DecodeRows(long start, long end, byte* destination)
        {
            for (long i = 0; i < (end - start) * tensor.RowBytes; i++)
                destination[i] = (byte)~tensor.Row(start)[i];
        }
    }
}
