using System.Text.Json.Nodes;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class HuggingFaceConfigTests : IDisposable
{
    private const string Qwen2 = """
        {"model_type":"qwen2","hidden_size":896,"intermediate_size":4864,"num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,
         "vocab_size":151936,"max_position_embeddings":32768,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"tie_word_embeddings":true,"hidden_act":"silu",
         "sliding_window":32768,"use_sliding_window":false,"rope_scaling":null,"unknown_key":{"a":[1]},"eos_token_id":151645}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadsARealConfig()
    {
        var config = HuggingFaceConfig.Read(RepositoryPaths.DataPath("qwen2.5-0.5b-instruct/config.json"));
        Assert.Equal(Read(Qwen2), config);
        var generation = HuggingFaceConfig.ReadGeneration(RepositoryPaths.DataPath("qwen2.5-0.5b-instruct"), []);
        Assert.Equal([151645, 151643], generation.EosTokenIds);
        Assert.True(generation.DoSample);
        Assert.Equal((0.7f, 20, 0.8f, 1.1f), (generation.Temperature!.Value, generation.TopK!.Value, generation.TopP!.Value, generation.RepetitionPenalty!.Value));
        Assert.Null(generation.MinP);
    }

    [Fact]
    public void FillsInTheDefaultsOfTheModelType()
    {
        Assert.Equal(
            new ModelConfig
            {
                ModelType = "qwen2",
                HiddenSize = 896,
                IntermediateSize = 4864,
                NumHiddenLayers = 24,
                NumAttentionHeads = 14,
                NumKeyValueHeads = 2,
                HeadDim = 64,
                VocabSize = 151936,
                MaxPositionEmbeddings = 32768,
                RmsNormEps = 1e-6f,
                RopeTheta = 1e6,
                TieWordEmbeddings = true,
                AttentionBias = true,
            },
            Read(Qwen2));
        var llama = Read(With(Qwen2, ("model_type", "\"llama\""), ("num_key_value_heads", null), ("rope_theta", null), ("tie_word_embeddings", null), ("rms_norm_eps", "1e-5")));
        Assert.Equal((14, 10000.0, false, 1e-5f, false), (llama.NumKeyValueHeads, llama.RopeTheta, llama.TieWordEmbeddings, llama.RmsNormEps, llama.AttentionBias));
        Assert.Equal(128, Read(With(Qwen2, ("model_type", "\"qwen3\""))).HeadDim);
        Assert.Equal(32, Read(With(Qwen2, ("model_type", "\"qwen3\""), ("head_dim", "32"))).HeadDim);
        var biased = Read(With(Qwen2, ("model_type", "\"llama\""), ("attention_bias", "true"), ("mlp_bias", "true")));
        Assert.True(biased.AttentionBias && biased.MlpBias);
    }

    [Fact]
    public void MistralWithoutAWindowIsLlama()
    {
        var mistral = With(Qwen2, ("model_type", "\"mistral\""));
        Assert.Equal("llama", Read(mistral).ModelType);
        Assert.Equal("llama", Read(With(mistral, ("sliding_window", "null"))).ModelType);
        Assert.Equal(("mistral", 4000), Window(With(mistral, ("sliding_window", "4000"))));
        // A missing key means transformers' default.
        Assert.Equal(("mistral", 4096), Window(With(mistral, ("sliding_window", null))));
        Assert.Equal(("llama", null), Window(With(mistral, ("model_type", "\"ministral\""), ("sliding_window", null))));

        (string, int?) Window(string json) => (Read(json).ModelType, Read(json).WindowOf(23));
    }

    [Fact]
    public void ReadsRopeScalingInItsOldAndNewPlaces()
    {
        const string llama3 = """{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}""";
        Assert.Equal(new RopeScaling("llama3", 32, 1, 4, 8192), Read(With(Qwen2, ("rope_scaling", llama3))).RopeScaling);
        Assert.Equal(new RopeScaling("linear", 2, 1, 1, 0), Read(With(Qwen2, ("rope_scaling", """{"type":"linear","factor":2}"""))).RopeScaling);
        var parameters = Read(With(Qwen2, ("rope_scaling", null), ("rope_theta", null), ("rope_parameters", """{"rope_type":"default","rope_theta":500000}""")));
        Assert.Equal((500000.0, null), (parameters.RopeTheta, parameters.RopeScaling));
        Assert.Null(Read(With(Qwen2, ("rope_parameters", """{"rope_theta":500000}"""))).RopeScaling);
        var longer = Read(With(Qwen2, ("rope_scaling", """{"rope_type":"dynamic","factor":2}""")));
        Assert.Equal((65536, 32768), (longer.MaxPositionEmbeddings, longer.RopeScaling!.OriginalMaxPositionEmbeddings));
        Assert.Equal(new RopeScaling("yarn", 4, 1, 1, 32768) { BetaFast = 30 }, Read(With(Qwen2, ("rope_scaling", """{"rope_type":"yarn","factor":4,"beta_fast":30}"""))).RopeScaling);
        foreach (var kind in new[] { "mrope", "nonsense" })
            Assert.Contains("rope_scaling.rope_type", Assert.Throws<InputException>(() => Read(With(Qwen2, ("rope_scaling", $$"""{"rope_type":"{{kind}}","factor":2}""")))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_type", "\"mamba\"")]
    [InlineData("model_type", null)]
    [InlineData("model_type", "7")]
    [InlineData("model_type", "\"\\ud800\"")]
    [InlineData("hidden_size", null)]
    [InlineData("hidden_size", "\"896\"")]
    [InlineData("hidden_size", "896.5")]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "-896")]
    [InlineData("hidden_size", "897")]
    [InlineData("hidden_size", "1e30")]
    [InlineData("hidden_size", "1152921504606846976")]
    [InlineData("head_dim", "63")]
    [InlineData("head_dim", "[64]")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("num_attention_heads", "10")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("num_key_value_heads", null)]
    [InlineData("intermediate_size", null)]
    [InlineData("num_hidden_layers", "2000000000")]
    [InlineData("vocab_size", "0")]
    [InlineData("max_position_embeddings", null)]
    [InlineData("rms_norm_eps", "\"1e-6\"")]
    [InlineData("rms_norm_eps", "-1")]
    [InlineData("rope_theta", "0")]
    [InlineData("rope_theta", "1e999")]
    [InlineData("tie_word_embeddings", "1")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("use_sliding_window", "\"no\"")]
    [InlineData("quantization_config", "{\"quant_method\":\"awq\"}")]
    [InlineData("rope_scaling", "[]")]
    [InlineData("rope_scaling", "{\"rope_type\":\"linear\"}")]
    [InlineData("rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":8}")]
    [InlineData("rope_scaling", "{\"factor\":8}")]
    [InlineData("layer_types", "[\"full_attention\",\"linear_attention\"]")]
    [InlineData("layer_types", "\"full_attention\"")]
    [InlineData("partial_rotary_factor", "0.52")]
    [InlineData("partial_rotary_factor", "0")]
    [InlineData("rope_scaling", "{\"rope_type\":\"longrope\",\"short_factor\":[1],\"long_factor\":[1]}")]
    [InlineData("rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":2,\"mscale\":1}")]
    public void RefusesWrongValuesByName(string key, string? value)
    {
        var error = Assert.Throws<InputException>(() => Read(With(Qwen2, (key, value))));
        Assert.StartsWith(folder.File("config.json"), error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(key, StringComparison.Ordinal) || key == "num_attention_heads" && error.Message.Contains("hidden_size", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public void AWindowHasToBeSwitchedOn()
    {
        Assert.Null(Read(With(Qwen2, ("sliding_window", "16384"))).SlidingWindow);
        Assert.Null(Read(With(Qwen2, ("use_sliding_window", "true"))).SlidingWindow);
        var config = Read(With(Qwen2, ("use_sliding_window", "true"), ("sliding_window", "16384"), ("max_window_layers", "20")));
        Assert.Equal((null, 16384), (config.WindowOf(19), config.WindowOf(20)));
        Assert.Throws<InputException>(() => Read(With(Qwen2, ("use_sliding_window", "true"), ("sliding_window", "0"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{} x")]
    [InlineData("{\"model_type\":\"qwen2\",\"model_type\":\"llama\"}")]
    [InlineData("{\"x\":{\"a\":1,\"a\":2}}")]
    [InlineData("\0\0\0\0")]
    public void RefusesBrokenJson(string text) => Assert.Throws<InputException>(() => Read(text));

    [Fact]
    public void RefusesHugeOrDeepJson()
    {
        Assert.Contains("at most", Assert.Throws<InputException>(() => Read("{\"a\":\"" + new string('x', 2_000_000) + "\"}")).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Read("{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));
    }

    [Fact]
    public void EndTokensAreThoseOfBothFiles()
    {
        folder.Write("config.json", Qwen2);
        Assert.Equal([151645], HuggingFaceConfig.ReadGeneration(folder.Path, []).EosTokenIds);
        folder.Write("generation_config.json", """{"eos_token_id":7,"temperature":null}""");
        Assert.Equal([7, 151645], HuggingFaceConfig.ReadGeneration(folder.Path, []).EosTokenIds);
        foreach (var bad in new[] { """{"eos_token_id":"7"}""", """{"eos_token_id":[7,-2]}""", """{"temperature":-1}""", """{"top_p":1.5}""", """{"do_sample":0}""" })
        {
            folder.Write("generation_config.json", bad);
            Assert.Throws<InputException>(() => HuggingFaceConfig.ReadGeneration(folder.Path, []));
        }
    }

    /// <summary>As files on hubs have them: vLLM's -1 for "off", whole numbers as Python writes a float, -1 for no token.</summary>
    [Theory]
    [InlineData("""{"top_k":-1}""", 0, "151645", "generation_config.json: top_k -1 read as 0, off")]
    [InlineData("""{"top_k":50.0}""", 50, "151645", null)]
    [InlineData("""{"top_k":5e1}""", 50, "151645", null)]
    [InlineData("""{"eos_token_id":-1}""", null, "151645", "generation_config.json: eos_token_id -1 read as none")]
    [InlineData("""{"eos_token_id":[7.0,-1]}""", null, "7 151645", "generation_config.json: eos_token_id -1 read as none")]
    [InlineData("""{"bos_token_id":-1}""", null, "151645", "generation_config.json: bos_token_id -1 read as none")]
    [InlineData("""{"typical_p":NaN,"x":[-Infinity]}""", null, "151645", "generation_config.json: 2 NaN or Infinity, which are no JSON, passed over: nothing uses them")]
    public void ReadsWhatGenerationConfigsWillHaveMeant(string text, int? topK, string ends, string? note)
    {
        folder.Write("config.json", Qwen2);
        folder.Write("generation_config.json", text);
        var notes = new List<string>();
        var generation = HuggingFaceConfig.ReadGeneration(folder.Path, notes);
        Assert.Equal((topK, ends), (generation.TopK, string.Join(' ', generation.EosTokenIds)));
        Assert.Equal(note is null ? [] : [note], notes);
    }

    [Theory]
    [InlineData("""{"top_k":-2}""", "top_k: found -2")]
    [InlineData("""{"top_k":50.5}""", "top_k: found 50.5")]
    [InlineData("""{"top_k":1e300}""", "top_k: found 1e300")]
    [InlineData("""{"top_k":NaN}""", "top_k: found NaN")]
    [InlineData("""{"temperature":Infinity}""", "temperature: found Infinity")]
    public void RefusesWhatNoGenerationConfigCanMean(string text, string found)
    {
        folder.Write("config.json", Qwen2);
        folder.Write("generation_config.json", text);
        Assert.Contains(found, Assert.Throws<InputException>(() => HuggingFaceConfig.ReadGeneration(folder.Path, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PythonsNumbersAreReadWhereNothingUsesThem()
    {
        var notes = new List<string>();
        var path = folder.Write("config.json", With(Qwen2, ("router_aux_loss_coef", "NaN"), ("x", "[Infinity, -Infinity]")));
        Assert.Equal(Read(Qwen2), HuggingFaceConfig.Read(folder.Write("config.json", With(Qwen2, ("router_aux_loss_coef", "NaN"), ("x", "[Infinity, -Infinity]"))), out _, notes));
        Assert.Equal(["config.json: 3 NaN or Infinity, which are no JSON, passed over: nothing uses them"], notes);
        foreach (var (key, number) in new[] { ("rope_theta", "Infinity"), ("rms_norm_eps", "NaN"), ("hidden_size", "-Infinity") })
            Assert.StartsWith($"{path}: {key}: found {number}; expected", Assert.Throws<InputException>(() => Read(With(Qwen2, (key, number)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWindowAsLongAsTheTextIsNone()
    {
        const string layers = "[\"full_attention\",\"sliding_attention\"]";
        Assert.Equal(32768, Read(With(Qwen2, ("layer_types", layers), ("sliding_window", "32768"))).MaxPositionEmbeddings);
        Assert.Throws<InputException>(() => Read(With(Qwen2, ("layer_types", layers), ("sliding_window", "32767"))));
        Assert.Throws<InputException>(() => Read(With(Qwen2, ("layer_types", layers), ("sliding_window", "null"))));
        // Switched off, it may be anything.
        Assert.Equal(32768, Read(With(Qwen2, ("use_sliding_window", "false"), ("sliding_window", "-1"))).MaxPositionEmbeddings);
    }

    [Fact]
    public void WriterAndReaderAgree()
    {
        foreach (var config in new[]
        {
            Read(Qwen2),
            Read(With(Qwen2, ("model_type", "\"qwen3\""), ("attention_bias", "true"), ("rope_scaling", """{"rope_type":"linear","factor":2.5}"""))),
            Read(With(Qwen2, ("model_type", "\"llama\""), ("mlp_bias", "true"), ("head_dim", "128"),
                ("rope_scaling", """{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}"""))),
        })
            Assert.Equal(config, Read(HuggingFaceConfigWriter.Write(config, "bfloat16", 1, 2)));
        Assert.Throws<ArgumentException>(() => HuggingFaceConfigWriter.Write(Read(Qwen2) with { RopeInterleaved = true }, "float32"));
    }

    private ModelConfig Read(string text) => HuggingFaceConfig.Read(folder.Write("config.json", text));

    /// <summary>The JSON with keys replaced; null removes one.</summary>
    private static string With(string json, params (string Key, string? Value)[] changes)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        var extra = new List<string>();
        foreach (var (key, value) in changes)
        {
            node.Remove(key);
            // Spliced as text, so that JSON that JsonNode would not write can be tested.
            if (value is not null)
                extra.Add($"\"{key}\":{value}");
        }
        var text = node.ToJsonString();
        return extra.Count == 0 ? text : $"{{{string.Join(',', extra)},{text[1..]}";
    }
}
