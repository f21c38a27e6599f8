using System.Buffers;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;

namespace Temoto.Formats.Config;

/// <summary>A model's shape as the text of a config.json that <see cref="HuggingFaceConfig"/> and transformers read.</summary>
internal static class HuggingFaceConfigWriter
{
    /// <param name="torchDType">The weights' type in PyTorch's words: float32, float16, bfloat16; null says nothing.</param>
    /// <param name="eosTokenId">Written where the caller knows it.</param>
    /// <param name="quantization">Null for plain weights.</param>
    public static string Write(ModelConfig config, string? torchDType = null, int? bosTokenId = null, int? eosTokenId = null, AutoAwqSettings? quantization = null)
    {
        if (config.RopeInterleaved)
            throw new ArgumentException("config.json cannot say that rotated pairs are neighbours: permute q and k first", nameof(config));
        if (config.ModelType == "qwen2" && !config.AttentionBias)
            throw new ArgumentException("qwen2 always has biases on q, k and v", nameof(config));
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(Architecture(config));
            json.WriteEndArray();
            json.WriteString("model_type", config.ModelType);
            if (config.ModelType == "opt")
                OptConfig.Write(json, config);
            else if (config.Vision is not null)
                VitConfig.Write(json, config);
            else
                WriteShape(json, config);
            if (bosTokenId is not null)
                json.WriteNumber("bos_token_id", bosTokenId.Value);
            if (eosTokenId is not null)
                json.WriteNumber("eos_token_id", eosTokenId.Value);
            if (torchDType is not null)
                json.WriteString("torch_dtype", torchDType);
            quantization?.Write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void WriteShape(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("num_key_value_heads", config.NumKeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
        json.WriteNumber("rms_norm_eps", config.RmsNormEps);
        json.WriteNumber("rope_theta", config.RopeTheta);
        WriteRopeScaling(json, config.RopeScaling);
        json.WriteString("hidden_act", config.HiddenAct);
        if (config.ModelType != "qwen2")
            json.WriteBoolean("attention_bias", config.AttentionBias);
        if (config.ModelType == "llama")
            json.WriteBoolean("mlp_bias", config.MlpBias);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    /// <summary>generation_config.json; keys that are not known stay out.</summary>
    public static string WriteGeneration(GenerationDefaults generation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            if (generation.BosTokenId is { } bos)
                json.WriteNumber("bos_token_id", bos);
            if (generation.EosTokenIds.Count > 0)
            {
                json.WriteStartArray("eos_token_id");
                foreach (var id in generation.EosTokenIds)
                    json.WriteNumberValue(id);
                json.WriteEndArray();
            }
            if (generation.DoSample is { } sample)
                json.WriteBoolean("do_sample", sample);
            if (generation.Temperature is { } temperature)
                json.WriteNumber("temperature", temperature);
            if (generation.TopK is { } topK)
                json.WriteNumber("top_k", topK);
            if (generation.TopP is { } topP)
                json.WriteNumber("top_p", topP);
            if (generation.MinP is { } minP)
                json.WriteNumber("min_p", minP);
            if (generation.RepetitionPenalty is { } penalty)
                json.WriteNumber("repetition_penalty", penalty);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static string Architecture(ModelConfig config) => config.ModelType switch
    {
        "qwen2" => "Qwen2ForCausalLM",
        "qwen3" => "Qwen3ForCausalLM",
        "llama" => "LlamaForCausalLM",
        "opt" => "OPTForCausalLM",
        "vit" or "deit" => VitConfig.Architecture(config),
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.ModelType, "no such model type"),
    };

    private static void WriteRopeScaling(Utf8JsonWriter json, RopeScaling? scaling)
    {
        if (scaling is null)
        {
            json.WriteNull("rope_scaling");
            return;
        }
        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", scaling.RopeType);
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.RopeType == "llama3")
        {
            json.WriteNumber("low_freq_factor", scaling.LowFreqFactor);
            json.WriteNumber("high_freq_factor", scaling.HighFreqFactor);
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalMaxPositionEmbeddings);
        }
        json.WriteEndObject();
    }
}
