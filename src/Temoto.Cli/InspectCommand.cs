using System.CommandLine;
using System.Text.Json;
using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Generation.Execution;
using Temoto.Kernels;
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
            // Planning asks for every weight the model needs, and so finds what is missing or misshapen.
            var memory = new EnginePlan(checkpoint, new ModelOptions { ContextTokens = parsed.GetValue(context) }).Memory;
            if (parsed.GetValue(json))
                PrintJson(checkpoint, memory, parsed.GetValue(tensors));
            else
                Print(checkpoint, memory, parsed.GetValue(tensors));
            return 0;
        });
        return command;
    }

    private static IEnumerable<(DType DType, int Count, long Elements, long Bytes)> ByType(Checkpoint checkpoint) =>
        checkpoint.Tensors.Values.GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.StoredBytes))
            .Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.ElementCount), group.Sum(tensor => tensor.StoredBytes)));

    private static List<(string Key, string Value)> Facts(Checkpoint checkpoint)
    {
        var config = checkpoint.Config;
        var elements = checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount);
        var bytes = checkpoint.Tensors.Values.Sum(tensor => tensor.StoredBytes);
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
            ("KV cache", $"{KvLayout.BytesPerPosition(config, KvType.F16):#,0} bytes per token (f16), {KvLayout.BytesPerPosition(config, KvType.Int8):#,0} (int8)"),
        ];
    }

    private static void Print(Checkpoint checkpoint, MemoryPlan memory, bool listTensors)
    {
        Console.WriteLine(checkpoint.Path);
        foreach (var (key, value) in Facts(checkpoint))
            Console.WriteLine($"  {key,-24} {value}");
        foreach (var (dtype, count, elements, bytes) in ByType(checkpoint))
            Console.WriteLine($"  {dtype,-24} {count} tensors, {elements:#,0} elements, {bytes:#,0} bytes");
        Console.WriteLine($"  {memory}");
        if (!listTensors)
            return;
        foreach (var tensor in checkpoint.Tensors.Values)
            Console.WriteLine($"  {tensor.Name,-56} {tensor.DType,-6} [{string.Join(", ", tensor.Shape)}] {tensor.StoredBytes:#,0}");
    }

    private static void PrintJson(Checkpoint checkpoint, MemoryPlan memory, bool listTensors) =>
        Console.WriteLine(Json.Document(json =>
        {
            json.WriteString("path", checkpoint.Path);
            json.WriteString("format", checkpoint.Format);
            json.WriteString("model_type", checkpoint.Config.ModelType);
            json.WriteNumber("parameters", checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount));
            json.WriteNumber("weight_bytes", checkpoint.Tensors.Values.Sum(tensor => tensor.StoredBytes));
            json.WriteNumber("kv_bytes_per_token_f16", KvLayout.BytesPerPosition(checkpoint.Config, KvType.F16));
            json.WriteNumber("kv_bytes_per_token_int8", KvLayout.BytesPerPosition(checkpoint.Config, KvType.Int8));
            WriteMemory(json, memory);
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
        // config.json itself has no word for interleaved pairs: it stands beside it.
        json.WriteRawValue(HuggingFaceConfigWriter.Write(config with { RopeInterleaved = false }));
        json.WriteBoolean("rope_interleaved", config.RopeInterleaved);
    }

    private static void WriteMemory(Utf8JsonWriter json, MemoryPlan memory)
    {
        json.WriteStartObject("memory");
        json.WriteNumber("context_tokens", memory.ContextTokens);
        json.WriteNumber("weight_bytes", memory.WeightBytes);
        json.WriteNumber("kv_bytes", memory.KvBytes);
        json.WriteNumber("activation_bytes", memory.ArenaBytes);
        json.WriteNumber("total_bytes", memory.TotalBytes);
        json.WriteNumber("available_bytes", memory.AvailableBytes);
        json.WriteEndObject();
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
            json.WriteNumber("bytes", tensor.StoredBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
