using System.Buffers.Binary;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Config;
using Temoto.Tensors;
using Temoto.Tests.Formats.Checkpoints;
using Temoto.Tests.Formats.Checkpoints.Awq;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Models;

namespace Temoto.Tests.Formats;

/// <summary>
/// Thousands of damaged files of every format: each either opens, and then all its bytes can be read, or is refused with an
/// <see cref="InputException"/>; never another exception, and never memory out of proportion to the file.
/// </summary>
public sealed unsafe class MutationTests : IDisposable
{
    private static readonly int Cases = Thoroughness.Cases(2500);

    /// <summary>What an open may allocate on the managed heap beside twice the file: parsers' and readers' own buffers.</summary>
    private const long AllowanceBytes = 4 << 20;

    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Safetensors()
    {
        folder.Write("config.json", CheckpointReaderTests.Config);
        WriteShard("model.safetensors", 0);
        var original = File.ReadAllBytes(folder.File("model.safetensors"));
        var header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        Run("model.safetensors", original, header, folder.File("model.safetensors"), (bytes, random) =>
        {
            // Half of the time the header length is put right again, so that the damage reaches the JSON.
            var end = bytes.AsSpan().IndexOf("   "u8);
            if (end > 8 && random.Next(2) == 0)
                BinaryPrimitives.WriteInt64LittleEndian(bytes, end - 8);
        });
    }

    /// <summary>Tensors of a vision model are seen in other shapes than the file's.</summary>
    [Fact]
    public void VisionSafetensors()
    {
        folder.Write("config.json", HuggingFaceConfigWriter.Write(ModelShapes.Get("tiny-vit")));
        var entries = new[] { new TensorEntry("a", DType.F16, [1, 1, 4]), new TensorEntry("b", DType.F32, [1, 3, 4]), new TensorEntry("c", DType.F32, [2, 3, 2, 2]) };
        using (var writer = new SafetensorsWriter(folder.File("model.safetensors"), entries, new Dictionary<string, string>()))
        {
            foreach (var entry in entries)
                writer.Write(new byte[entry.ByteLength]);
            writer.Commit();
        }
        var original = File.ReadAllBytes(folder.File("model.safetensors"));
        Run("model.safetensors", original, 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(original), folder.Path);
    }

    /// <summary>Tensors of these are multiplied with each other and taken apart when files are read.</summary>
    [Theory]
    [InlineData("clip_vision_model")]
    [InlineData("dinov2")]
    [InlineData("siglip_vision_model")]
    public void TowerSafetensors(string type)
    {
        var config = TinyTower(type);
        var path = TowerCheckpoints.Write(folder, "m", config);
        var original = File.ReadAllBytes(Path.Combine(path, "model.safetensors"));
        Run("m/model.safetensors", original, 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(original), path);
    }

    [Theory]
    [InlineData("clip_vision_model")]
    [InlineData("dinov2")]
    [InlineData("siglip_vision_model")]
    public void TowerConfig(string type)
    {
        var path = TowerCheckpoints.Write(folder, "m", TinyTower(type));
        if (type != "dinov2")
            path = TowerCheckpoints.WriteWhole(folder, path, type[..type.IndexOf('_', StringComparison.Ordinal)]);
        var original = File.ReadAllBytes(Path.Combine(path, "config.json"));
        Run($"{Path.GetFileName(path)}/config.json", original, original.Length, path);
    }

    private static ModelConfig TinyTower(string type)
    {
        var config = TowerCheckpoints.Config(type);
        return config with { HiddenSize = 8, IntermediateSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 2, HeadDim = 4, Vision = config.Vision! with { PatchSize = 16 } };
    }

    [Fact]
    public void ShardIndex()
    {
        folder.Write("config.json", CheckpointReaderTests.Config);
        WriteShard("model-1.safetensors", 1);
        WriteShard("model-2.safetensors", 2);
        var original = """{"metadata":{"total_size":40},"weight_map":{"a.1":"model-1.safetensors","b.1":"model-1.safetensors","a.2":"model-2.safetensors","b.2":"model-2.safetensors"}}"""u8.ToArray();
        Run("model.safetensors.index.json", original, original.Length, folder.Path);
    }

    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-opt-post")]
    [InlineData("tiny-deit")]
    public void Config(string shape)
    {
        WriteShard("model.safetensors", 0);
        var original = System.Text.Encoding.UTF8.GetBytes(HuggingFaceConfigWriter.Write(ModelShapes.Get(shape), "float32", 1, 2));
        Run("config.json", original, original.Length, folder.Path);
    }

    [Theory]
    [InlineData("gemm")]
    [InlineData("gemv")]
    public void AutoAwq(string version)
    {
        AutoAwqCheckpointTests.Write(folder, version, true, [.. AutoAwqCheckpointTests.Valid(version), new TensorEntry("model.norm.weight", DType.F16, [4])]);
        var original = File.ReadAllBytes(folder.File("model.safetensors"));
        Run("model.safetensors", original, 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(original), folder.Path);
    }

    [Fact]
    public void AutoAwqConfig()
    {
        AutoAwqCheckpointTests.Write(folder, "gemm", true, AutoAwqCheckpointTests.Valid("gemm"), "\"lm_head\"");
        var original = File.ReadAllBytes(folder.File("config.json"));
        Run("config.json", original, original.Length, folder.Path);
    }

    [Fact]
    public void ConfigWithPythonsNumbers()
    {
        WriteShard("model.safetensors", 0);
        var original = System.Text.Encoding.UTF8.GetBytes(CheckpointReaderTests.Config.Replace("\"eos_token_id\"", "\"x\":[NaN, -Infinity],\"y\":Infinity,\"eos_token_id\"", StringComparison.Ordinal));
        Run("config.json", original, original.Length, folder.Path);
    }

    [Fact]
    public void GenerationConfig()
    {
        folder.Write("config.json", CheckpointReaderTests.Config);
        WriteShard("model.safetensors", 0);
        var original = """{"do_sample":true,"temperature":0.7,"top_k":20,"top_p":0.8,"min_p":null,"repetition_penalty":1.1,"eos_token_id":[151645,151643]}"""u8.ToArray();
        Run("generation_config.json", original, original.Length, folder.Path);
    }

    [Fact]
    public void LlamaTwoC()
    {
        var original = LlamaTwoCFileTests.TinyModel(8, 6, 2, 4, 2, 12, 5);
        Run("m.bin", original, 28, folder.File("m.bin"));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3")]
    public void Gguf(string architecture)
    {
        var config = GgufFixture.Config(architecture) with { HiddenSize = 32, IntermediateSize = 32, NumHiddenLayers = 1, HeadDim = 8 };
        var entries = GgufFixture.Entries(config, DType.Q4_0);
        RunGguf(GgufFixture.Metadata(config), entries);
    }

    /// <summary>Those whose metadata or tensors are read in ways of their own.</summary>
    [Theory]
    [InlineData("cohere2")]
    [InlineData("exaone4")]
    [InlineData("falcon")]
    [InlineData("glm4")]
    [InlineData("gpt2")]
    [InlineData("gpt_neox")]
    [InlineData("gpt_oss")]
    [InlineData("bloom")]
    [InlineData("mpt")]
    [InlineData("granitemoe")]
    [InlineData("lfm2")]
    [InlineData("mixtral")]
    [InlineData("olmo")]
    [InlineData("olmo3")]
    [InlineData("phi")]
    [InlineData("qwen2_moe")]
    public void GgufOfOtherTypes(string golden)
    {
        var read = HuggingFaceConfig.Read(Path.Combine(RepositoryPaths.DataPath($"golden-models/{golden}"), "config.json"));
        // exaone4 of this number of layers alone has some that slide.
        // The second layer of lfm2 is its first with attention.
        var layers = golden switch { "exaone4" => 64, "lfm2" => 2, _ => 1 };
        var tiny = read with { HiddenSize = 16, IntermediateSize = 16, HeadDim = 4, RotaryDim = read.RotaryDim is null ? null : 2, VocabSize = 32, NumHiddenLayers = layers };
        var (metadata, entries) = GgufFixture.Of(tiny with { SlidingLayers = read.SlidingLayers is null ? null : [.. Enumerable.Repeat(1, layers)] }, DType.F16);
        RunGguf(metadata, entries);
    }

    /// <summary>All but the weights, which are zeros.</summary>
    private void RunGguf(GgufMetadata metadata, IReadOnlyList<TensorEntry> entries)
    {
        using (var writer = new GgufWriter(folder.File("m.gguf"), metadata, entries))
        {
            foreach (var entry in entries)
                writer.Write(new byte[entry.ByteLength]);
            writer.Commit();
        }
        var original = File.ReadAllBytes(folder.File("m.gguf"));
        CheckpointReader.Open(folder.File("m.gguf")).Dispose();
        Run("m.gguf", original, original.Length - (int)entries.Sum(entry => entry.ByteLength), folder.File("m.gguf"));
    }

    /// <summary>The second part of a split model; the first opens it.</summary>
    [Fact]
    public void GgufPart()
    {
        var config = GgufFixture.Config("llama") with { HiddenSize = 32, IntermediateSize = 32, NumHiddenLayers = 1, HeadDim = 8 };
        var entries = GgufFixture.Entries(config, DType.Q4_0);
        string[] parts = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
        for (var part = 0; part < parts.Length; part++)
        {
            var own = entries.Where((_, index) => index % parts.Length == part).ToArray();
            var metadata = (part == 0 ? GgufFixture.Metadata(config) : new GgufMetadata()).Add("split.no", (uint)part).Add("split.count", 2u).Add("split.tensors.count", (uint)entries.Count);
            using var writer = new GgufWriter(folder.File(parts[part]), metadata, own);
            foreach (var entry in own)
                writer.Write(new byte[entry.ByteLength]);
            writer.Commit();
        }
        var original = File.ReadAllBytes(folder.File(parts[1]));
        var headerBytes = original.Length - (int)entries.Where((_, index) => index % parts.Length == 1).Sum(entry => entry.ByteLength);
        Run(parts[1], original, headerBytes, folder.File(parts[0]));
    }

    [Fact]
    public void GgufSentencePiece()
    {
        string[] tokens = ["<unk>", "<s>", "</s>", "<0x00>", "<0x01>", "\u2581the", "user", "x"];
        var metadata = GgufFixture.Metadata(GgufFixture.Config("llama"));
        foreach (var (key, value) in new (string, object)[]
        {
            ("tokenizer.ggml.model", "llama"), ("tokenizer.ggml.tokens", tokens), ("tokenizer.ggml.token_type", new[] { 2, 3, 3, 6, 6, 1, 4, 3 }), ("tokenizer.ggml.scores", new float[8]),
            ("tokenizer.ggml.merges", Array.Empty<string>()), ("tokenizer.ggml.bos_token_id", 1u), ("tokenizer.ggml.eos_token_id", 2u),
        })
            metadata = GgufEdit.With(metadata, key, value);
        using (var writer = new GgufWriter(folder.File("m.gguf"), metadata, [new TensorEntry("token_embd.weight", DType.F16, [8, 2]), new TensorEntry("rope_freqs.weight", DType.F32, [32])]))
        {
            writer.Write(new byte[32]);
            writer.Write([.. Enumerable.Repeat(1f, 32).SelectMany(BitConverter.GetBytes)]);
            writer.Commit();
        }
        var original = File.ReadAllBytes(folder.File("m.gguf"));
        CheckpointReader.Open(folder.File("m.gguf")).Dispose();
        Run("m.gguf", original, original.Length - 160, folder.File("m.gguf"));
    }

    [Fact]
    public void HeadersAtTheirLimitsStayInProportion()
    {
        // The most tensors a header may name, each of them empty; then one more.
        foreach (var count in new[] { TensorEntry.MaxTensors, TensorEntry.MaxTensors + 1 })
        {
            var path = folder.File($"{count}.safetensors");
            using (var writer = new SafetensorsWriter(path, [.. Enumerable.Range(0, count).Select(i => new TensorEntry($"{i}", DType.U8, [0]))]))
                writer.Commit();
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (count > TensorEntry.MaxTensors)
                Assert.Contains("one tensor more", Assert.Throws<InputException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
            else
                SafetensorsFile.Open(path).Dispose();
            // 640 bytes for each tensor at most, garbage included.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 640L * TensorEntry.MaxTensors);
        }
    }

    /// <summary>Damages <paramref name="original"/>, writes it as <paramref name="file"/> and opens <paramref name="path"/>, thousands of times.</summary>
    private void Run(string file, byte[] original, int headerBytes, string path, Action<byte[], Random>? repair = null)
    {
        var opened = 0;
        var refused = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var bytes = new Mutator(original, headerBytes, random).Next();
            if (bytes.Length >= 8)
                repair?.Invoke(bytes, random);
            folder.Write(file, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                // What inspect and tokenize read of a model that does not run.
                if (GgufFile.IsAt(path) && GgufOutline.Of(path) is { } outline)
                    Assert.NotEmpty(outline.Reason);
            }
            catch (InputException)
            {
                // Refused below as well.
            }
            before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var checkpoint = CheckpointReader.Open(path);
                ReadEverything(checkpoint);
                opened++;
            }
            catch (InputException error)
            {
                Assert.True(error.Message.Length < 2000 && !error.Message.Contains('\n', StringComparison.Ordinal), $"case {seed}: {error.Message}");
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"case {seed} of {file}: {error}");
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= Math.Max(2L * bytes.Length, AllowanceBytes), $"case {seed} of {file}: {allocated} bytes allocated for a file of {bytes.Length}");
        }
        // Damage that is always noticed, or never, would test nothing.
        Assert.True(opened > Cases / 500 && refused > Cases / 20, $"{file}: {opened} opened, {refused} refused");
    }

    private static void ReadEverything(Checkpoint checkpoint)
    {
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            long sum = 0;
            for (long i = 0; i < tensor.ByteLength; i++)
                sum += tensor.Data[i];
            for (var row = 0; tensor.Scales is { } scales && row < tensor.Rows; row++)
            {
                for (var group = 0; group < scales.Groups(tensor.Columns); group++)
                    sum += scales.Zero(row, group) + (BitConverter.SingleToInt32Bits(scales.Scale(row, group)) & 1);
            }
            Assert.True(sum >= 0 && tensor.Rows >= 0);
        }
        Assert.InRange(checkpoint.Config.HiddenSize, 1, ModelLimits.Width);
    }

    private void WriteShard(string file, int suffix)
    {
        TensorEntry[] entries = [new($"a.{suffix}", DType.F32, [2, 2]), new($"b.{suffix}", DType.BF16, [1, 2])];
        using var writer = new SafetensorsWriter(folder.File(file), entries, new Dictionary<string, string> { ["format"] = "pt" });
        writer.Write(new byte[20]);
        writer.Commit();
    }
}
