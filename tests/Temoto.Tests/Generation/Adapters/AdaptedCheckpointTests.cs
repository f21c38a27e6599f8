using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Adapters;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using static Temoto.Tests.Generation.Adapters.AdapterFixture;

namespace Temoto.Tests.Generation.Adapters;

public sealed class AdaptedCheckpointTests : IDisposable
{
    private const string Q = "model.layers.0.self_attn.q_proj", Down = "model.layers.1.mlp.down_proj", Embedding = "model.embed_tokens";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Base(string shape = "tiny-llama", DType dtype = DType.F32)
    {
        var path = folder.File($"{shape}-{dtype}");
        if (!Directory.Exists(path))
            SeededCheckpoint.Write(ModelShapes.Get(shape), 7, path, dtype, null, TestContext.Current.CancellationToken);
        return path;
    }

    [Theory]
    [InlineData("F32", "F32")]
    [InlineData("BF16", "F32")]
    [InlineData("F16", "BF16")]
    public void TheScaledProductIsAddedAndRoundedToTheTypeOfTheBase(string type, string typeOfAdapter)
    {
        var (dtype, adapterType) = (Enum.Parse<DType>(type), Enum.Parse<DType>(typeOfAdapter));
        var config = ModelShapes.Get("tiny-llama");
        using var plain = CheckpointReader.Open(Base(dtype: dtype));
        var (q, down) = (plain.Tensors[$"{Q}.weight"], plain.Tensors[$"{Down}.weight"]);
        var adapter = Write(folder, "a", Config, adapterType, [.. Pair(Q, q.Shape[0], q.Shape[1]), .. Pair(Down, down.Shape[0], down.Shape[1])]);
        using var merged = AdaptedCheckpoint.Open(Base(dtype: dtype), adapter);
        Assert.Equal(config, merged.Config);
        using var written = SafetensorsFile.Open(Path.Combine(adapter, "adapter_model.safetensors"));
        foreach (var tensor in new[] { q, down })
        {
            var module = tensor.Name[..^".weight".Length];
            var expected = Expected(tensor, Values(written.Tensors[$"{Front}{module}.lora_A.weight"]), Values(written.Tensors[$"{Front}{module}.lora_B.weight"]), 2, 3);
            var actual = Values(merged.Tensors[tensor.Name]);
            Assert.Equal(dtype, merged.Tensors[tensor.Name].DType);
            // Half a unit in the last place of the type, and of some sums in float32.
            var unit = dtype switch { DType.F32 => 0, DType.F16 => 1.0 / 2048, _ => 1.0 / 256 };
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(expected[i] - actual[i]) <= unit * Math.Abs(expected[i]) + 1e-6, $"{tensor.Name} {i}: {actual[i]} for {expected[i]}");
        }
        // Everything else is where it was: mapped.
        foreach (var (name, tensor) in merged.Tensors)
        {
            var isChanged = name == q.Name || name == down.Name;
            Assert.Equal(isChanged, tensor.File is null);
            Assert.Equal(!isChanged, tensor.Bytes.SequenceEqual(plain.Tensors[name].Bytes));
        }
        Assert.Contains(merged.Notes, note => note.EndsWith("2 tensors merged, 0 replaced", StringComparison.Ordinal));
    }

    private static double[] Expected(Tensor weight, float[] a, float[] b, int rank, double scale)
    {
        var (values, columns) = (Values(weight), (int)weight.Columns);
        return [.. values.Select((value, i) => value + scale * Enumerable.Range(0, rank).Sum(k => (double)b[i / columns * rank + k] * a[k * columns + i % columns]))];
    }

    /// <summary>GGUF has the rows of llama's queries and keys in another order; what is computed stays the same.</summary>
    [Fact]
    public void RowsInTheOrderOfGgufGetTheirOwnChanges()
    {
        using (var plain = CheckpointReader.Open(Base()))
            GgufExport.Write(plain, folder.File("m.gguf"), DType.F32, null, default);
        var config = ModelShapes.Get("tiny-llama");
        long width = config.HiddenSize, queries = config.NumAttentionHeads * config.HeadDim, keys = config.NumKeyValueHeads * config.HeadDim;
        var adapter = Write(folder, "a", Config, [.. Pair(Q, queries, width), .. Pair("model.layers.1.self_attn.k_proj", keys, width), .. Pair("model.layers.1.self_attn.v_proj", keys, width), ("model.layers.1.self_attn.q_proj.weight", [queries, width])]);
        var expected = Logits(Base(), adapter);
        var actual = Logits(folder.File("m.gguf"), adapter);
        Assert.NotEqual(Logits(Base(), null), expected);
        // The pairs that are rotated are summed in another order: some rounded sums of numbers below 1.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static float[] Logits(string path, string? adapter, ModelLoad load = ModelLoad.Map)
    {
        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true, Adapter = adapter, Load = load });
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Temoto.Plans.Phase.Prefill, 5, 5));
        return executor.Forward([1, 9, 77, 5, 30], cache, 5).ToArray();
    }

    [Fact]
    public void ACopyInMemoryComputesTheSame()
    {
        var width = ModelShapes.Get("tiny-llama").HiddenSize;
        var adapter = Write(folder, "a", Config, [.. Pair("model.layers.0.self_attn.o_proj", width, width), ("model.norm.weight", [width])]);
        var mapped = Logits(Base(), adapter);
        Assert.Equal(mapped, Logits(Base(), adapter, ModelLoad.Copy));
        Assert.NotEqual(mapped, Logits(Base(), null));
    }

    /// <summary>A change of the embedding alone is none of the head, which the base ties to it.</summary>
    [Fact]
    public void TiedEmbeddingsAreTwoModulesToAnAdapter()
    {
        var config = ModelShapes.Get("tiny-qwen2") with { TieWordEmbeddings = true };
        var path = folder.File("tied");
        SeededCheckpoint.Write(config, 7, path, DType.F32, null, TestContext.Current.CancellationToken);
        (string, long[])[] change = [($"{Embedding}.lora_embedding_A", [2, config.VocabSize]), ($"{Embedding}.lora_embedding_B", [config.HiddenSize, 2])];
        using var plain = CheckpointReader.Open(path);
        var own = plain.Tensors[$"{Embedding}.weight"];
        using (var merged = AdaptedCheckpoint.Open(path, Write(folder, "a", Config, change)))
        {
            Assert.False(merged.Config.TieWordEmbeddings);
            Assert.True(merged.Tensors["lm_head.weight"].Bytes.SequenceEqual(own.Bytes));
            var (a, b, values) = (Values(change[0].Item1, change[0].Item2), Values(change[1].Item1, change[1].Item2), Values(own));
            var actual = Values(merged.Tensors[own.Name]);
            for (var i = 0; i < actual.Length; i++)
            {
                var (token, column) = (i / config.HiddenSize, i % config.HiddenSize);
                var expected = values[i] + 3.0 * Enumerable.Range(0, 2).Sum(k => (double)a[k * config.VocabSize + token] * b[column * 2 + k]);
                Assert.Equal(expected, actual[i], 1e-6);
            }
        }
        using (var merged = AdaptedCheckpoint.Open(path, Write(folder, "b", Config.Replace("{", """{"ensure_weight_tying":true,""", StringComparison.Ordinal), change)))
            Assert.True(merged.Config.TieWordEmbeddings);
        using (var merged = AdaptedCheckpoint.Open(path, Write(folder, "c", Config, ("lm_head.weight", [config.VocabSize, config.HiddenSize]))))
        {
            Assert.False(merged.Config.TieWordEmbeddings);
            Assert.True(merged.Tensors[own.Name].Bytes.SequenceEqual(own.Bytes));
            Assert.Equal(Values("lm_head.weight", config.VocabSize, config.HiddenSize), Values(merged.Tensors["lm_head.weight"]));
            Assert.NotNull(merged.Tensors["lm_head.weight"].File);
        }
        // The model that these make can be planned and run.
        Assert.NotEqual(Logits(path, null), Logits(path, folder.File("c")));
    }

    [Fact]
    public void AVocabularyMayGrowWithItsTokenizer()
    {
        var config = ModelShapes.Get("tiny-llama");
        long rows = config.VocabSize + 3, width = config.HiddenSize;
        var adapter = Write(folder, "a", Config, ($"{Embedding}.weight", [rows, width]), ("lm_head.weight", [rows, width]));
        File.WriteAllText(Path.Combine(adapter, "chat_template.jinja"), "{{ messages[0].content }}");
        using (var merged = AdaptedCheckpoint.Open(Base(), adapter))
        {
            Assert.Equal(rows, merged.Config.VocabSize);
            Assert.Equal("{{ messages[0].content }}", merged.ChatTemplate);
            Assert.NotNull(merged.Tokenizer);
            Assert.Contains("adapter: chat template taken from its folder", merged.Notes);
        }
        Assert.Equal(5 * rows, Logits(Base(), adapter).Length);
        Assert.Contains("expected the", Refusal(Base(), Write(folder, "b", Config, ($"{Embedding}.weight", [rows, width]), ("lm_head.weight", [rows + 1, width]))), StringComparison.Ordinal);
    }

    [Fact]
    public void BiasesAreReplacedAndChanged()
    {
        var config = ModelShapes.Get("tiny-qwen2");
        long queries = config.NumAttentionHeads * config.HeadDim, width = config.HiddenSize;
        var adapter = Write(folder, "a", Config, [.. Pair(Q, queries, width), ($"{Q}.lora_B.bias", [queries]), ("model.layers.1.self_attn.q_proj.bias", [queries])]);
        using var plain = CheckpointReader.Open(Base("tiny-qwen2"));
        using var merged = AdaptedCheckpoint.Open(Base("tiny-qwen2"), adapter);
        Assert.Equal(Values("model.layers.1.self_attn.q_proj.bias", queries), Values(merged.Tensors["model.layers.1.self_attn.q_proj.bias"]));
        var change = Values($"{Q}.lora_B.bias", queries);
        var expected = Values(plain.Tensors[$"{Q}.bias"]).Select((value, i) => value + 3f * change[i]).ToArray();
        Assert.All(Values(merged.Tensors[$"{Q}.bias"]).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void AVisionModelIsAdaptedLikeAnother()
    {
        var config = ModelShapes.Get("tiny-vit");
        var adapter = Write(folder, "a", Config, [.. Pair("vit.encoder.layer.0.attention.attention.query", config.HiddenSize, config.HiddenSize), ("classifier.weight", [10, config.HiddenSize]), ("classifier.bias", [10])]);
        var pixels = new float[3 * 24 * 40];
        using var plain = VisionModel.Load(Base("tiny-vit"));
        using var adapted = VisionModel.Load(Base("tiny-vit"), new ModelOptions { Adapter = adapter });
        Assert.NotEqual(plain.Classify(pixels, 24, 40).Select(score => score.Logit), adapted.Classify(pixels, 24, 40).Select(score => score.Logit));
        Assert.Contains("classifier.bias: found F32 [4]; expected [10], the shape of classifier.bias", Refusal(Base("tiny-vit"), Write(folder, "b", Config, ("classifier.bias", [4]))), StringComparison.Ordinal);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        var config = ModelShapes.Get("tiny-llama");
        long width = config.HiddenSize, queries = config.NumAttentionHeads * config.HeadDim;
        const string baseNext = "; name the base model that the adapter was made for ('maker/base')";
        (string Expected, (string, long[])[] Tensors)[] cases =
        [
            ($"{Q}.lora_A.weight: found F32 [2, {width + 1}]; expected [2, {width}] (r 2 x {Q}.weight){baseNext}", [.. Pair(Q, queries, width + 1)]),
            ($"{Q}.lora_B.weight: found F32 [{queries - 1}, 2]; expected [{queries}, 2] ({Q}.weight x r 2){baseNext}", [.. Pair(Q, queries - 1, width)]),
            ($"{Q}.lora_A.weight: found F32 [3, {width}]; expected [2, {width}] (r 2 x {Q}.weight)", [.. Pair(Q, queries, width, rank: 3)]),
            ("model.layers.9.self_attn.q_proj.lora_A.weight: found a change of what the base model has not; expected tensors of ", [.. Pair("model.layers.9.self_attn.q_proj", queries, width)]),
            ($"{Q}.lora_B.weight: found it without lora_A.weight; expected both", [($"{Q}.lora_B.weight", [queries, 2])]),
            ($"model.norm.lora_A.weight: found F32 [2, {width}]; expected no change of model.norm.weight, which is F32 [{width}] and no matrix", [("model.norm.lora_A.weight", [2, width]), ("model.norm.lora_B.weight", [1, 2])]),
            ($"{Q}.lora_magnitude_vector: found lengths of rows; expected none, as use_dora of adapter_config.json says", [.. Pair(Q, queries, width), ($"{Q}.lora_magnitude_vector", [queries])]),
            ($"{Q}.weight: found F32 [{queries}, 1]; expected [{queries}, {width}], the shape of {Q}.weight{baseNext}", [($"{Q}.weight", [queries, 1])]),
            ($"{Q}.lora_C.weight: found a tensor of this name; expected base_model.model.MODULE with .lora_A.weight", [($"{Q}.lora_C.weight", [1])]),
            ("model.embed_tokens.token_adapter.trainable_tokens_delta: found a tensor of this name", [("model.embed_tokens.token_adapter.trainable_tokens_delta", [1])]),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var message = Refusal(Base(), Write(folder, $"a{i}", Config, cases[i].Tensors));
            Assert.True(message.Contains($"adapter_model.safetensors: {Front}{cases[i].Expected}", StringComparison.Ordinal), $"{message}\nexpected {cases[i].Expected}");
        }
    }

    [Fact]
    public void AQuantizedBaseSaysWhatToDo()
    {
        using (var plain = CheckpointReader.Open(Base()))
            GgufExport.Write(plain, folder.File("m.gguf"), DType.Q8_0, null, default);
        var width = ModelShapes.Get("tiny-llama").HiddenSize;
        var message = Refusal(folder.File("m.gguf"), Write(folder, "a", Config, Pair("model.layers.0.self_attn.o_proj", width, width)));
        Assert.EndsWith(
            "model.layers.0.self_attn.o_proj.weight: found quantized weights (Q8_0); expected F32, F16 or BF16, into which an adapter can be merged; name the float checkpoint it was made from; temoto pack FLOAT --adapter ADAPTER quantizes the two together",
            message, StringComparison.Ordinal);
        // What is replaced needs no floats.
        using var merged = AdaptedCheckpoint.Open(folder.File("m.gguf"), Write(folder, "b", Config, ("model.layers.0.self_attn.o_proj.weight", [width, width])));
        Assert.Equal(DType.F32, merged.Tensors["model.layers.0.self_attn.o_proj.weight"].DType);
    }

    [Fact]
    public void WhatIsNoAdapterIsNamed()
    {
        Assert.Contains("no such folder; expected the folder of a LoRA adapter", Refusal(Base(), folder.File("nowhere")), StringComparison.Ordinal);
        Assert.Contains("found a folder without adapter_config.json", Refusal(Base(), Base()), StringComparison.Ordinal);
        var path = Directory.CreateDirectory(folder.File("pickled")).FullName;
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), Config);
        Assert.Contains("adapter_model.safetensors: found no such file", Refusal(Base(), path), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(path, "adapter_model.bin"), "PK\u0003\u0004");
        Assert.Contains("found only a pickled adapter (adapter_model.bin)", Refusal(Base(), path), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(path, "adapter_model.safetensors"), "");
        Assert.Contains("adapter_model.safetensors: found an empty file", Refusal(Base(), path), StringComparison.Ordinal);
        // Of a model: the line leads here.
        Assert.EndsWith($"name its base model as MODEL and the adapter beside it: --adapter {path}", Refusal(path, null), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsCutIsNamedAndTheSafetensorsItselfMayBe()
    {
        var width = ModelShapes.Get("tiny-llama").HiddenSize;
        var adapter = Write(folder, "a", Config, Pair("model.layers.0.self_attn.o_proj", width, width));
        var file = Path.Combine(adapter, "adapter_model.safetensors");
        using (AdaptedCheckpoint.Open(Base(), file))
        {
        }
        using (var stream = new FileStream(file, FileMode.Open))
            stream.SetLength(stream.Length - 1);
        Assert.Contains("is the file cut off?", Refusal(Base(), adapter), StringComparison.Ordinal);
    }

    [Fact]
    public void AChangeBeyondFloat16IsNamed()
    {
        var width = ModelShapes.Get("tiny-llama").HiddenSize;
        var adapter = Write(folder, "a", Config.Replace("\"lora_alpha\":6", "\"lora_alpha\":6e6", StringComparison.Ordinal), Pair("model.layers.0.self_attn.o_proj", width, width));
        Assert.Contains("beyond float16; expected values below 65520; use a base model in BF16 or F32", Refusal(Base(dtype: DType.F16), adapter), StringComparison.Ordinal);
        using var merged = AdaptedCheckpoint.Open(Base(dtype: DType.BF16), adapter);
    }

    private static string Refusal(string path, string? adapter) => Assert.Throws<InputException>(() => AdaptedCheckpoint.Open(path, adapter)).Message;

    /// <summary>Each damaged adapter is merged, or refused in one line; memory stays in proportion to the base model.</summary>
    [Fact]
    public void DamagedAdaptersAreMergedOrRefused()
    {
        var config = ModelShapes.Get("tiny-llama") with { NumHiddenLayers = 1, VocabSize = 300, IntermediateSize = 32 };
        var path = folder.File("small");
        SeededCheckpoint.Write(config, 7, path, DType.BF16, null, TestContext.Current.CancellationToken);
        long width = config.HiddenSize, queries = config.NumAttentionHeads * config.HeadDim;
        const string dora = """{"peft_type":"LORA","r":2,"lora_alpha":6,"use_dora":false,"use_rslora":true,"rank_pattern":{"o_proj":4},"alpha_pattern":{"^model.*o_proj":5.5},"init_lora_weights":true}""";
        var adapter = Write(folder, "a", dora, [.. Pair(Q, queries, width), .. Pair("model.layers.0.self_attn.o_proj", width, queries, 4), ("lm_head.weight", [300, width]), ($"{Embedding}.lora_embedding_A", [2, 300]), ($"{Embedding}.lora_embedding_B", [width, 2])]);
        foreach (var name in new[] { "adapter_model.safetensors", "adapter_config.json" })
        {
            var file = Path.Combine(adapter, name);
            var whole = File.ReadAllBytes(file);
            var counts = Mutations.Run(whole, 3, 400, damaged =>
            {
                File.WriteAllBytes(file, damaged);
                var before = GC.GetAllocatedBytesForCurrentThread();
                using var merged = AdaptedCheckpoint.Open(path, adapter);
                Assert.True(merged.Tensors.Values.Sum(tensor => tensor.StoredBytes) < 1 << 20);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
            });
            File.WriteAllBytes(file, whole);
            Assert.True(counts.Read > 10 && counts.Refused > 100, $"{name}: {counts}");
        }
    }
}
