using System.CommandLine;
using System.Text.Json;
using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto inspect MODEL</c>: what is in it, without loading it.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A checkpoint directory, a .gguf file, a llama2.c .bin file, or 'demo'" };
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor" };
        var context = new Option<int?>("--context") { Description = "Tokens to plan memory for (default: the model's limit, at most 4096)", HelpName = "N" };
        var json = ModelChoice.JsonOption();
        var command = new Command("inspect", "Show what a model file holds\n\nExample: temoto inspect demo --tensors") { model, tensors, context, json };
        command.SetAction(parsed =>
        {
            using var checkpoint = CheckpointReader.Open(ModelChoice.Resolve(parsed.GetRequiredValue(model)));
            var config = checkpoint.Config;
            var contextTokens = parsed.GetValue(context) ?? Math.Min(config.MaxPositionEmbeddings, 4096);
            if (contextTokens < 1 || contextTokens > config.MaxPositionEmbeddings)
                throw new InputException("--context", null, $"{contextTokens}", $"1 to {config.MaxPositionEmbeddings} tokens (max_position_embeddings)", "choose a length the model was made for");
            // Building the graph and asking for its weights finds what is missing or misshapen.
            foreach (var use in Architecture.Build(config, checkpoint.Path).Weights)
                checkpoint.Require(use.Name, use.Shape);
            if (parsed.GetValue(json))
                PrintJson(checkpoint, contextTokens, parsed.GetValue(tensors));
            else
                Print(checkpoint, contextTokens, parsed.GetValue(tensors));
            return 0;
        });
        return command;
    }

    private static IEnumerable<(DType DType, int Count, long Elements, long Bytes)> ByType(Checkpoint checkpoint) =>
        checkpoint.Tensors.Values.GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.ByteLength))
            .Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.ElementCount), group.Sum(tensor => tensor.ByteLength)));

    private static List<(string Key, string Value)> Facts(Checkpoint checkpoint, int contextTokens)
    {
        var config = checkpoint.Config;
        var elements = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
        var bytes = checkpoint.Tensors.Values.Sum(tensor => tensor.ByteLength);
        return
        [
            ("format", checkpoint.Format),
            ("model_type", config.ModelType),
            ("hidden_size", $"{config.HiddenSize}"),
            ("intermediate_size", $"{config.IntermediateSize}"),
            ("num_hidden_layers", $"{config.NumHiddenLayers}"),
            ("num_attention_heads", $"{config.NumAttentionHeads} of {config.HeadDim} ({config.NumKeyValueHeads} key/value)"),
            ("vocab_size", $"{config.VocabSize}"),
            ("max_position_embeddings", $"{config.MaxPositionEmbeddings}"),
            ("rope_theta", $"{config.RopeTheta}{(config.RopeScaling is { } scaling ? $", {scaling.RopeType} scaling x{scaling.Factor}" : "")}"),
            ("output head", config.TieWordEmbeddings ? "tied to the embedding" : "separate"),
            ("tokenizer", checkpoint.Tokenizer is { } tokenizer ? $"{tokenizer.Kind}, {tokenizer.Tokens.Count} tokens, {tokenizer.AddedTokens.Count} added" : "none"),
            ("chat template", checkpoint.ChatTemplate is null ? "none" : $"{checkpoint.ChatTemplate.Length} characters"),
            ("parameters", $"{elements:#,0}"),
            ("weights", $"{bytes:#,0} bytes, {8.0 * bytes / elements:0.00} bits per weight"),
            ("KV cache", $"{KvLayout.BytesPerPosition(config, KvType.F16) * contextTokens:#,0} bytes at {contextTokens} tokens (f16), {KvLayout.BytesPerPosition(config, KvType.Int8) * contextTokens:#,0} (int8)"),
        ];
    }

    private static void Print(Checkpoint checkpoint, int contextTokens, bool listTensors)
    {
        Console.WriteLine(checkpoint.Path);
        foreach (var (key, value) in Facts(checkpoint, contextTokens))
            Console.WriteLine($"  {key,-24} {value}");
        foreach (var (dtype, count, elements, bytes) in ByType(checkpoint))
            Console.WriteLine($"  {dtype,-24} {count} tensors, {elements:#,0} elements, {bytes:#,0} bytes");
        if (!listTensors)
            return;
        foreach (var tensor in checkpoint.Tensors.Values)
            Console.WriteLine($"  {tensor.Name,-56} {tensor.DType,-6} [{string.Join(", ", tensor.Shape)}] {tensor.ByteLength:#,0}");
    }

    private static void PrintJson(Checkpoint checkpoint, int contextTokens, bool listTensors) =>
        Console.WriteLine(Json.Document(json =>
        {
            json.WriteString("path", checkpoint.Path);
            json.WriteString("format", checkpoint.Format);
            json.WriteString("model_type", checkpoint.Config.ModelType);
            json.WriteNumber("parameters", checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount));
            json.WriteNumber("weight_bytes", checkpoint.Tensors.Values.Sum(tensor => tensor.ByteLength));
            json.WriteNumber("context", contextTokens);
            json.WriteNumber("kv_bytes_f16", KvLayout.BytesPerPosition(checkpoint.Config, KvType.F16) * contextTokens);
            json.WriteNumber("kv_bytes_int8", KvLayout.BytesPerPosition(checkpoint.Config, KvType.Int8) * contextTokens);
            json.WriteBoolean("has_tokenizer", checkpoint.Tokenizer is not null);
            json.WriteBoolean("has_chat_template", checkpoint.ChatTemplate is not null);
            WriteConfig(json, checkpoint.Config);
            json.WriteStartArray("dtypes");
            foreach (var (dtype, count, elements, bytes) in ByType(checkpoint))
            {
                json.WriteStartObject();
                json.WriteString("dtype", dtype.ToString());
                json.WriteNumber("tensors", count);
                json.WriteNumber("elements", elements);
                json.WriteNumber("bytes", bytes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (listTensors)
                WriteTensors(json, checkpoint);
        }));

    private static void WriteConfig(Utf8JsonWriter json, ModelConfig config)
    {
        json.WritePropertyName("config");
        json.WriteRawValue(HuggingFaceConfigWriter.Write(config, "float32"));
    }

    private static void WriteTensors(Utf8JsonWriter json, Checkpoint checkpoint)
    {
        json.WriteStartArray("tensors");
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("dtype", tensor.DType.ToString());
            json.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.ByteLength);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
