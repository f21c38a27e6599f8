using System.Buffers;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Models;

namespace Temoto.Formats.Checkpoints;

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
        var type = ModelTypes.Of(config);
        if (type.Unsayable(config) is { } unsayable)
            throw new ArgumentException($"config.json cannot say {unsayable}", nameof(config));
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(type.ClassName(config));
            json.WriteEndArray();
            json.WriteString("model_type", type.Name);
            type.Write(json, config);
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
}
