using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Models;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Checkpoints.Gguf;

namespace Temoto.Tests.Generation.Execution;

/// <summary>
/// llama.cpp (npm node-llama-cpp, prebuilt) loads the GGUF files we write and we compute what it computes. It quantizes activations for quantized
/// weights, so only plain weights can agree closely; the others are compared through their logits.
/// </summary>
public sealed class LlamaCppTests : IDisposable
{
    private static readonly int[] Prompt = [72, 101, 108, 108, 111, 44, 32, 112, 117, 109, 112];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string Peer => Path.Combine(RepositoryPaths.Root, "bench", "peers", "llama.cpp");

    private static JsonDocument RunPeer(string path, string mode) => RunPeer(path, Prompt, 16, mode);

    /// <param name="mode">"ids" for so many greedy tokens, "logits" for those of the prompt.</param>
    internal static JsonDocument RunPeer(string path, IEnumerable<int> prompt, int count, string mode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "the prebuilt llama.cpp is for linux-x64");
        Oracle.Require(Directory.Exists(Path.Combine(Peer, "node_modules", "node-llama-cpp")), "llama.cpp in bench/peers/llama.cpp");
        return JsonDocument.Parse(Oracle.Run("node", [Path.Combine(Peer, "greedy.mjs"), path, string.Join(',', prompt), count.ToString(CultureInfo.InvariantCulture), mode], ""));
    }

    [Theory]
    [InlineData("llama", DType.F32)]
    [InlineData("llama", DType.F16)]
    [InlineData("qwen2", DType.F32)]
    [InlineData("qwen2", DType.BF16)]
    [InlineData("qwen3", DType.F32)]
    [InlineData("smollm3", DType.F32)]
    [InlineData("granite", DType.F32)]
    internal void GreedyTokensAgree(string architecture, DType dtype)
    {
        var path = folder.File("m.gguf");
        GgufFixture.Write(path, dtype, architecture);
        AssertGreedyTokens(path, Prompt);
    }

    private static void AssertGreedyTokens(string path, int[] prompt)
    {
        using var answer = RunPeer(path, prompt, 16, "ids");
        var expected = answer.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

        using var model = LanguageModel.Load(path, new ModelOptions { Threads = 1, KvCache = KvCacheType.F32 });
        using var rows = new LogitRows(model.Engine);
        var tokens = prompt.ToList();
        while (tokens.Count < prompt.Length + expected.Length)
        {
            var next = 0;
            rows.Run(tokens.ToArray(), tokens.Count - 1, (_, logits) => next = IndexOfLargest(logits), default);
            tokens.Add(next);
        }
        Assert.Equal(16, expected.Length);
        Assert.Equal(expected, tokens.Skip(prompt.Length));
    }

    /// <summary>
    /// Models of transformers' making (shared/data/golden-models) under llama.cpp's names: our export, its logits; and what we read of the file is what we exported. Where GGUF has no word for what
    /// a tiny model has otherwise than its published siblings, config.json says as they do; where it needs more layers, they are its own once more.
    /// </summary>
    [Theory]
    [InlineData("gemma")]
    [InlineData("gemma2", "query_pre_attn_scalar", "16")]
    [InlineData("gemma3_text", "query_pre_attn_scalar", "16", "layer_types", """["sliding_attention", "sliding_attention", "sliding_attention"]""")]
    [InlineData("phi3")]
    [InlineData("phi3-partial")]
    [InlineData("olmo2")]
    [InlineData("qwen3_moe")]
    [InlineData("qwen2-yarn")]
    [InlineData("starcoder2", "sliding_window", "null")]
    [InlineData("phi")]
    [InlineData("stablelm")]
    [InlineData("ernie4_5")]
    [InlineData("hunyuan_v1_dense")]
    [InlineData("glm")]
    [InlineData("glm4")]
    [InlineData("exaone4", "sliding_window", "null")]
    [InlineData("exaone4", "num_hidden_layers", "64", "layer_types", "null", "sliding_window_pattern", "4")]
    [InlineData("cohere")]
    [InlineData("cohere2", "num_hidden_layers", "4", "layer_types", "null")]
    [InlineData("granitemoe")]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    [InlineData("seed_oss")]
    [InlineData("arcee")]
    [InlineData("nemotron")]
    [InlineData("olmo")]
    [InlineData("olmo3", "num_hidden_layers", "4", "layer_types", "null")]
    [InlineData("bloom")]
    [InlineData("mpt")]
    [InlineData("mpt", "attn_config", """{ "alibi_bias_max": 4 }""")]
    [InlineData("gpt2")]
    [InlineData("gpt_neox")]
    [InlineData("gpt_neox", "use_parallel_residual", "false")]
    [InlineData("falcon")]
    [InlineData("lfm2")]
    [InlineData("gpt_oss", "rope_parameters", """{ "rope_type": "yarn", "rope_theta": 150000.0, "factor": 32.0, "original_max_position_embeddings": 4096 }""")]
    public void PublishedArchitecturesAgree(string golden, params string[] changes)
    {
        int[] prompt = [.. Enumerable.Range(0, 40).Select(i => 30 + i * 37 % 200)];
        var source = WriteWithTokenizer(golden, changes);
        var path = Export(source);
        var fromFolder = Logits(source, prompt);
        var fromFile = Logits(path, prompt);
        var deviation = Math.Sqrt(fromFolder.Average(logit => (double)logit * logit));
        Assert.InRange(fromFolder.Zip(fromFile, (a, b) => Math.Abs(a - b)).Max() / deviation, 0, 1e-6);

        AssertLogits(path, prompt);
        AssertGreedyTokens(path, prompt);
    }

    /// <summary>Files of earlier converters, or of checkpoints that came with code of their own, have q, k and v as one.</summary>
    [Theory]
    [InlineData("phi")]
    [InlineData("glm")]
    [InlineData("glm4")]
    public void FusedHeadsAreReadToo(string golden)
    {
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => 30 + i * 37 % 200)];
        var path = Export(WriteWithTokenizer(golden, []));
        var fused = folder.File("fused.gguf");
        Fuse(path, fused, "attn_qkv", ["attn_q", "attn_k", "attn_v"]);
        Assert.Equal(Logits(path, prompt), Logits(fused, prompt));
        AssertLogits(fused, prompt);
    }

    /// <summary>Falcon 40B: attention has a norm of its own, whose name says second, and there is more than one key.</summary>
    [Fact]
    public void FalconOfTwoNormsAgrees()
    {
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => 30 + i * 37 % 200)];
        var path = folder.File("m.gguf");
        var config = HuggingFaceConfig.Read(Path.Combine(RepositoryPaths.DataPath("golden-models/falcon"), "config.json")) with { NormsInParallel = 2, NumKeyValueHeads = 2, NewDecoderArchitecture = true };
        GgufFixture.Write(path, config);
        using (var checkpoint = CheckpointReader.Open(path))
            Assert.Equal(config, checkpoint.Config);
        AssertLogits(path, prompt);
        AssertGreedyTokens(path, prompt);
    }

    /// <summary>
    /// With a cache of floats both sums are in float32: twenty some matrices, norms and softmaxes, each good to 1e-7, ten times over. GELU llama.cpp takes from a table of float16, whose entries are off
    /// by 2^-11 (4.9e-4) at most, and always by tanh, 4.7e-4 from the exact one at most: 1e-3 where there is one.
    /// </summary>
    private static void AssertLogits(string path, int[] prompt)
    {
        var logits = Logits(path, prompt);
        using var answer = RunPeer(path, prompt, 16, "logits");
        var expected = answer.RootElement.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(value => value.GetDouble())).ToArray();
        Assert.Equal(expected.Length, logits.Length);
        using var checkpoint = CheckpointReader.Open(path);
        var difference = Math.Sqrt(expected.Zip(logits, (e, a) => (e - a) * (e - a)).Average() / expected.Average(logit => logit * logit));
        TestContext.Current.SendDiagnosticMessage($"{checkpoint.Config.ModelType}: root mean square difference {difference:E1} of the logits'");
        Assert.InRange(difference, 0, checkpoint.Config.HiddenAct.StartsWith("gelu", StringComparison.Ordinal) ? 1e-3 : 2e-5);
    }

    /// <summary>The gate of the feed-forward beside the experts is a vector in files of earlier converters, which wrote its width nowhere either.</summary>
    [Fact]
    public void AVectorIsAMatrixOfOneRow()
    {
        var path = Export(WriteWithTokenizer("qwen2_moe", ["shared_expert_intermediate_size", "64"]));
        var other = folder.File("vector.gguf");
        GgufFixture.Rewrite(path, other, tensors => [.. tensors.Select(tensor => tensor.Name.EndsWith("ffn_gate_inp_shexp.weight", StringComparison.Ordinal) ? (tensor.Name, new long[] { 64 }, tensor.Bytes) : tensor)]);
        int[] prompt = [5, 90, 17, 300];
        Assert.Equal(Logits(path, prompt), Logits(other, prompt));
    }

    private string Export(string source)
    {
        var path = folder.File("m.gguf");
        using var checkpoint = CheckpointReader.Open(source);
        GgufExport.Write(checkpoint, path, DType.F32, null, TestContext.Current.CancellationToken);
        return path;
    }

    private static void Fuse(string from, string to, string whole, string[] parts) => GgufFixture.Rewrite(from, to, tensors =>
    [
        .. tensors.Where(tensor => !parts.Any(part => tensor.Name.Contains($".{part}.", StringComparison.Ordinal))),
        .. tensors.Where(tensor => tensor.Name.Contains($".{parts[0]}.", StringComparison.Ordinal)).Select(first =>
        {
            var all = parts.Select(part => tensors.Single(tensor => tensor.Name == first.Name.Replace(parts[0], part, StringComparison.Ordinal))).ToArray();
            return (first.Name.Replace(parts[0], whole, StringComparison.Ordinal), (long[])[all.Sum(part => part.Shape[0]), .. first.Shape[1..]], all.SelectMany(part => part.Bytes).ToArray());
        }),
    ]);

    /// <summary>What llama.cpp would compute otherwise is not written.</summary>
    [Theory]
    [InlineData("starcoder2", "starcoder2 whose layers slide")]
    [InlineData("starcoder2", "starcoder2 without biases", "sliding_window", "null", "use_bias", "false")]
    [InlineData("qwen2-yarn", "rotary positions of type yarn with an attention_factor, or not truncated", "rope_parameters", """{ "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "attention_factor": 1.5 }""")]
    [InlineData("stablelm", "stablelm whose head is its embedding", "tie_word_embeddings", "true")]
    [InlineData("ernie4_5", "ernie4_5 with biases", "use_bias", "true")]
    [InlineData("arcee", "arcee with biases", "mlp_bias", "true")]
    [InlineData("seed_oss", "seed_oss with biases", "attention_out_bias", "true")]
    [InlineData("exaone4", "exaone4 of 3 layers some of which slide")]
    [InlineData("cohere", "cohere whose head is not its embedding", "tie_word_embeddings", "false")]
    [InlineData("cohere2", "cohere2 whose layers slide in another order")]
    [InlineData("mixtral", "mixtral whose layers slide", "sliding_window", "16")]
    [InlineData("qwen2_moe", "norm_topk_prob true", "norm_topk_prob", "true")]
    [InlineData("gpt_neox", "hidden_act gelu_new", "hidden_act", "\"gelu_new\"")]
    [InlineData("falcon", "falcon whose feed-forward is behind attention", "parallel_attn", "false")]
    [InlineData("lfm2", "lfm2 with biases", "conv_bias", "true")]
    [InlineData("gpt_oss", "rotary positions of type yarn with an attention_factor, or not truncated")]
    [InlineData("gpt_oss", "swiglu_limit 5", "rope_parameters", "null", "swiglu_limit", "5")]
    [InlineData("gpt_oss", "gpt_oss without biases", "rope_parameters", "null", "attention_bias", "false")]
    [InlineData("gpt_oss", "gpt_oss whose layers slide in another order", "rope_parameters", "null", "layer_types", """["full_attention", "sliding_attention", "sliding_attention"]""")]
    public void WhatGgufHasNoWordForIsRefused(string golden, string named, params string[] changes)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(RepositoryPaths.DataPath($"golden-models/{golden}"), "config.json")))!.AsObject();
        for (var i = 0; i < changes.Length; i += 2)
            config[changes[i]] = JsonNode.Parse(changes[i + 1]);
        var read = HuggingFaceConfig.Parse(System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()), "config.json");
        Assert.Equal(named, ModelTypes.Of(read).Gguf!.Unsayable(read));
    }

    /// <summary>llama.cpp asks for as many keys as queries of this architecture, which the tiny model has not: the file is read as it was written.</summary>
    [Fact]
    public void OlmoERoundTrips()
    {
        var source = WriteWithTokenizer("olmoe", []);
        var path = folder.File("m.gguf");
        using (var checkpoint = CheckpointReader.Open(source))
            GgufExport.Write(checkpoint, path, DType.BF16, null, TestContext.Current.CancellationToken);
        int[] prompt = [5, 90, 17, 300];
        Assert.Equal(Logits(source, prompt), Logits(path, prompt));
    }

    private string WriteWithTokenizer(string golden, string[] changes)
    {
        var source = folder.File("source");
        SeededCheckpoint.Write(ModelShapes.Get("tiny-llama"), 1, source, DType.F32, null, TestContext.Current.CancellationToken);
        var from = RepositoryPaths.DataPath($"golden-models/{golden}");
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(from, "config.json")))!.AsObject();
        for (var i = 0; i < changes.Length; i += 2)
            config[changes[i]] = JsonNode.Parse(changes[i + 1]);
        File.WriteAllText(Path.Combine(source, "config.json"), config.ToJsonString());
        using var weights = SafetensorsFile.Open(Path.Combine(from, "model.safetensors"));
        var layers = config["num_hidden_layers"]?.GetValue<int>() ?? 0;
        SafetensorsWriter.WriteAll(Path.Combine(source, "model.safetensors"), [.. weights.Tensors.Values, .. Enumerable.Range(GoldenLayers, Math.Max(0, layers - GoldenLayers)).SelectMany(layer => Layer(weights, layer))]);
        return source;
    }

    /// <summary>Of every model of transformers' making.</summary>
    private const int GoldenLayers = 3;

    /// <summary>A further layer, equal to one of those that there are.</summary>
    private static IEnumerable<Tensor> Layer(SafetensorsFile weights, int layer)
    {
        var like = $".layers.{layer % GoldenLayers}.";
        return weights.Tensors.Values.Where(tensor => tensor.Name.Contains(like, StringComparison.Ordinal)).Select(tensor => tensor.Renamed(tensor.Name.Replace(like, $".layers.{layer}.", StringComparison.Ordinal)));
    }

    private static float[] Logits(string path, int[] prompt)
    {
        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var rows = new LogitRows(model.Engine);
        var all = new List<float>();
        rows.Run(prompt, 0, (_, logits) => all.AddRange(logits), default);
        return [.. all];
    }

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var id = 1; id < logits.Length; id++)
        {
            if (logits[id] > logits[best])
                best = id;
        }
        return best;
    }

    /// <param name="tolerance">
    /// Largest root mean square difference, in standard deviations of the logits. With float32 weights both sides differ by summation order only. Otherwise llama.cpp
    /// rounds the activations too, to the type its kernels multiply with, which our precise kernels do not, at each of 15 matrices in a row: float16 by up to 2^-11 of a value
    /// (2^-11 sqrt 15 = 0.002 in all), bfloat16 by 2^-9 (0.008), int8 in blocks by 1/254 of the block's largest, whose root mean square is 1/254 / sqrt 3 times about 2.5, the
    /// largest of 32 normal numbers (0.0057 sqrt 15 = 0.022; 0.03 allowed). A wrong layout or name gives 1.4 (independent logits).
    /// </param>
    [Theory]
    [InlineData("llama", DType.F32, 1e-5)]
    [InlineData("qwen2", DType.F32, 1e-5)]
    [InlineData("qwen3", DType.F32, 1e-5)]
    [InlineData("smollm3", DType.F32, 1e-5)]
    [InlineData("granite", DType.F32, 1e-5)]
    [InlineData("llama", DType.F32, 1e-5, true)]
    [InlineData("llama", DType.F16, 0.002)]
    [InlineData("llama", DType.BF16, 0.008)]
    [InlineData("qwen2", DType.Q8_0, 0.03)]
    [InlineData("llama", DType.Q4_0, 0.03)]
    [InlineData("llama", DType.Q4_1, 0.03)]
    [InlineData("llama", DType.Q5_0, 0.03)]
    [InlineData("llama", DType.Q5_1, 0.03)]
    [InlineData("llama", DType.Q2_K, 0.03)]
    [InlineData("llama", DType.Q3_K, 0.03)]
    [InlineData("llama", DType.Q4_K, 0.03)]
    [InlineData("qwen2", DType.Q5_K, 0.03)]
    [InlineData("llama", DType.Q6_K, 0.03)]
    [InlineData("llama", DType.IQ4_NL, 0.03)]
    [InlineData("llama", DType.IQ4_XS, 0.03)]
    [InlineData("llama", DType.MXFP4, 0.03)]
    [InlineData("llama", DType.TQ1_0, 0.03)]
    [InlineData("llama", DType.TQ2_0, 0.03)]
    [InlineData("llama", DType.IQ3_XXS, 0.03)]
    [InlineData("llama", DType.IQ3_S, 0.03)]
    [InlineData("llama", DType.IQ2_XXS, 0.03)]
    [InlineData("llama", DType.IQ2_XS, 0.03)]
    [InlineData("llama", DType.IQ2_S, 0.03)]
    [InlineData("llama", DType.IQ1_S, 0.03)]
    [InlineData("llama", DType.IQ1_M, 0.03)]
    internal void LogitsAgree(string architecture, DType dtype, double tolerance, bool ropeFrequencies = false)
    {
        var path = folder.File("m.gguf");
        GgufFixture.Write(path, dtype, architecture, ropeFrequencies: ropeFrequencies);
        using var answer = RunPeer(path, "logits");
        var expected = answer.RootElement.GetProperty("logits").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();

        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var rows = new LogitRows(model.Engine);
        double squares = 0, total = 0, totalSquares = 0;
        var count = 0;
        rows.Run(
            Prompt,
            0,
            (position, logits) =>
            {
                for (var id = 0; id < logits.Length; id++)
                {
                    var difference = logits[id] - expected[position][id];
                    squares += difference * difference;
                    total += expected[position][id];
                    totalSquares += expected[position][id] * expected[position][id];
                    count++;
                }
            },
            default);
        Assert.Equal(Prompt.Length * GgufFixture.VocabSize, count);
        var deviation = Math.Sqrt(totalSquares / count - total / count * (total / count));
        var error = Math.Sqrt(squares / count) / deviation;
        TestContext.Current.SendDiagnosticMessage($"{architecture} {dtype}: root mean square difference {error:E1} standard deviations");
        Assert.True(error <= tolerance, $"off by {error:E2} standard deviations, allowed {tolerance:E2}");
    }
}
