using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Config;
using Temoto.Formats.Hub;
using Temoto.Formats.Images;
using Temoto.Generation.Execution;
using Temoto.Models;
using Temoto.Packing;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Cli;

/// <summary><c>temoto inspect MODEL</c>: what is in it, without loading it.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A .temoto file, a Hugging Face directory, a .gguf file, a llama2.c .bin file, a name that 'temoto list' shows, 'demo' or 'demo-vision'" };
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor" };
        var verify = new Option<bool>("--verify") { Description = "Read every byte of a .temoto file, a macro stream or a pulled model and compare it with the hashes" };
        var context = new Option<int?>("--context") { Description = "Tokens to plan memory for (default: the model's limit, at most 4096)", HelpName = "N" };
        context.Within(1, int.MaxValue);
        var json = ModelChoice.JsonOption();
        var command = new Command("inspect", "Show what a model file holds\n\nExample: temoto inspect demo --tensors") { model, tensors, verify, context, json };
        command.SetAction((parsed, cancellation) =>
        {
            var path = ModelChoice.Resolve(parsed.GetRequiredValue(model));
            if (!parsed.GetValue(verify) && GgufOutline.Of(path) is { } outline)
            {
                OutlineReport.Print(outline, parsed.GetValue(json), parsed.GetValue(tensors));
                return Task.FromResult(0);
            }
            using var checkpoint = CheckpointReader.Open(path);
            var (verified, verifiedFiles) = parsed.GetValue(verify) ? Verify(checkpoint, path, cancellation) : (null, null);
            // Planning asks for every weight the model needs, and so finds what is missing or misshapen.
            var plan = new EnginePlan(checkpoint, new ModelOptions { ContextTokens = parsed.GetValue(context) });
            if (parsed.GetValue(json))
                PrintJson(checkpoint, plan, verified, verifiedFiles, parsed.GetValue(tensors));
            else
                Print(checkpoint, plan, verified, verifiedFiles, parsed.GetValue(tensors));
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>With the hashes that the file carries, with those that the hub gave when it was pulled, or with both.</summary>
    private static (int? Tensors, int? Files) Verify(Checkpoint checkpoint, string path, CancellationToken cancellation)
    {
        var verified = CheckpointFile.Verify(checkpoint, cancellation);
        var files = ProgressBar.Run("verify", bar => StoreVerification.Verify(path, bar.Report, cancellation));
        return verified is null && files is null
            ? throw new InputException(
                path, "--verify", $"a {checkpoint.Format} file, which carries no hashes",
                "a .temoto file, a macro stream or a pulled model", "leave --verify out")
            : (verified, files);
    }

    /// <summary>Decodes every packed matrix once.</summary>
    private static List<(Tensor Tensor, PackingStatistics Statistics)> Packed(Checkpoint checkpoint) =>
        [.. checkpoint.Tensors.Values.Where(tensor => tensor.Encoded is PackedMatrix).Select(tensor => (tensor, PackingStatistics.Of((PackedMatrix)tensor.Encoded!, tensor.DType == DType.I4 ? 4 : 8)))];

    /// <summary>"42 matrices (40 entropy, 2 frequency), 1,966,080 bytes to 1,733,120, 3.53 bits per weight, 1.1 % above the chunks' entropy".</summary>
    private static string PackingSummary(List<(Tensor Tensor, PackingStatistics Statistics)> packed)
    {
        var modes = string.Join(", ", packed.GroupBy(item => item.Statistics.Mode).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
        var plain = packed.Sum(item => item.Statistics.PlainBytes);
        var bytes = packed.Sum(item => item.Statistics.PackedBytes);
        var entropyBytes = packed.Sum(item => item.Statistics.ChunkEntropyBits * item.Statistics.Chunks) / 8;
        return $"{packed.Count} matrices ({modes}), {plain:#,0} bytes to {bytes:#,0}, {8.0 * bytes / packed.Sum(item => item.Statistics.Weights):0.00} bits per weight, {(entropyBytes > 0 ? 100 * (bytes / entropyBytes - 1) : 0):0.0} % above the chunks' entropy";
    }

    private static IEnumerable<(DType DType, int Count, long Elements, long Bytes)> ByType(Checkpoint checkpoint) =>
        checkpoint.Tensors.Values.GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.StoredBytes))
            .Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.ElementCount), group.Sum(tensor => tensor.StoredBytes)));

    private static List<(string Key, string Value)> Facts(Checkpoint checkpoint, EnginePlan plan)
    {
        var kv = plan.Prefill.Kv;
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
            .. config.Vision is { } vision
                ? new[] { ("pictures", $"{vision.ImageWidth} x {vision.ImageHeight} in patches of {vision.PatchSize}: {vision.Tokens} tokens"), Result(vision, plan.Graph), ("preprocessor", checkpoint.Preprocessor is null ? "none" : PreprocessorSettings.FileName) }
                : [("vocab_size", $"{config.VocabSize}"), ("max_position_embeddings", $"{config.MaxPositionEmbeddings}")],
            ModelTypes.Of(config).LearnsPositions ? ("positions", "learned") : ("rope_theta", $"{config.RopeTheta}{(config.RopeScaling is { } scaling ? $", {scaling.RopeType} scaling x{scaling.Factor}" : "")}"),
            .. config.SlidingWindow is { } window ? [("sliding_window", $"{window} positions in {Enumerable.Range(0, config.NumHiddenLayers).Count(layer => config.WindowOf(layer) is not null)} of {config.NumHiddenLayers} layers")] : Array.Empty<(string, string)>(),
            .. config.Experts is { } experts ? [("experts", $"{experts.NumExpertsPerTok} of {experts.NumExperts} a token, each {experts.IntermediateSize} wide")] : Array.Empty<(string, string)>(),
            ("output head", config.TieWordEmbeddings ? "tied to the embedding" : "separate"),
            ("tokenizer", checkpoint.Tokenizer is { } tokenizer ? OutlineReport.Describe(tokenizer) : "none"),
            ("chat template", checkpoint.ChatTemplate is null ? "none" : $"{checkpoint.ChatTemplate.Length} characters"),
            ("parameters", $"{elements:#,0}"),
            ("weights", $"{bytes:#,0} bytes, {8.0 * bytes / elements:0.00} bits per weight"),
            ("KV cache", $"{KvBytesPerToken(kv, NumberType.Float16):#,0} bytes per token (f16), {KvBytesPerToken(kv, NumberType.Int8):#,0} (int8)"),
        ];
    }

    /// <summary>What is made of a picture.</summary>
    private static (string Key, string Value) Result(VisionConfig vision, Graph graph) =>
        vision.Labels.Count == 0 ? ("vector", $"{graph.Logits.Width} numbers") : ("classes", $"{vision.Labels.Count}: {Labels(vision)}");

    /// <summary>The first few names: there may be thousands.</summary>
    private static string Labels(VisionConfig vision) => string.Join(", ", vision.Labels.Take(8)) + (vision.Labels.Count > 8 ? " ..." : "");

    private static void Print(Checkpoint checkpoint, EnginePlan plan, int? verified, int? verifiedFiles, bool listTensors)
    {
        // Reads every packed row: damage is found before anything is printed.
        var packed = Packed(checkpoint);
        Console.WriteLine(StandardOutput.Line(checkpoint.Path));
        foreach (var (key, value) in Facts(checkpoint, plan))
            Console.WriteLine($"  {key,-24} {StandardOutput.Line(value)}");
        foreach (var (dtype, count, elements, bytes) in ByType(checkpoint))
            Console.WriteLine($"  {dtype,-24} {count} tensors, {elements:#,0} elements, {bytes:#,0} bytes");
        if (checkpoint.Quantization is { } quantization)
            Console.WriteLine($"  {"quantization",-24} {StandardOutput.Line(Flat(quantization))}");
        if (packed.Count > 0)
            Console.WriteLine($"  {"packing",-24} {PackingSummary(packed)}");
        foreach (var note in checkpoint.Notes)
            Console.WriteLine($"  {"note",-24} {StandardOutput.Line(note)}");
        if (verified is { } compared)
            Console.WriteLine($"  {"verified",-24} {compared} tensors match their SHA-256");
        if (verifiedFiles is { } files)
            Console.WriteLine($"  {"verified",-24} {files} files match the hub's hashes");
        Console.WriteLine($"  {plan.Memory}");
        if (!listTensors)
            return;
        var statistics = packed.ToDictionary(item => item.Tensor.Name, item => item.Statistics);
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            Console.Write($"  {StandardOutput.Line(tensor.Name),-56} {tensor.DType,-6} [{string.Join(", ", tensor.Shape)}] {tensor.StoredBytes:#,0}{ScalesOf(tensor)}");
            Console.WriteLine(statistics.TryGetValue(tensor.Name, out var item)
                ? $", {item.Mode.ToString().ToLowerInvariant()}: {item.BitsPerWeight:0.00} bits per weight, {item.UniqueChunks:#,0} unique chunks of {item.ChunkBytes} bytes, {item.ChunkEntropyBits:0.00} bits of entropy each, {item.EntropyDistancePercent:0.0} % above"
                : "");
        }
    }

    private static string ScalesOf(Tensor tensor)
    {
        if (tensor.Scales is not { } scales)
            return "";
        var text = scales.PerTensor ? ", one scale" : scales.GroupSize == tensor.Columns ? ", a scale per row" : $", groups of {scales.GroupSize}";
        if (scales.Zeros is not null)
            text += ", zero points";
        return tensor.InputGrid is null ? text : text + (tensor.InputGrid.StaticScale is { } scale ? $", int8 input / {scale:0.####}" : ", int8 input");
    }

    /// <summary>The JSON object's members on one line for people.</summary>
    private static string Flat(string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join("; ", document.RootElement.EnumerateObject().Select(member => $"{member.Name} {member.Value}"));
    }

    private static void PrintJson(
        Checkpoint checkpoint, EnginePlan plan, int? verified, int? verifiedFiles, bool listTensors) => Console.WriteLine(Json.Document(
        new Inspection(
            checkpoint.Path,
            checkpoint.Format,
            checkpoint.Config.ModelType,
            checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount),
            checkpoint.Tensors.Values.Sum(tensor => tensor.StoredBytes),
            KvBytesPerToken(plan.Prefill.Kv, NumberType.Float16),
            KvBytesPerToken(plan.Prefill.Kv, NumberType.Int8),
            MemoryFigures.Of(plan.Memory),
            checkpoint.Tokenizer is not null,
            checkpoint.ChatTemplate is not null,
            RawJson.Of(checkpoint.Preprocessor),
            // config.json itself has no word for interleaved pairs: it stands beside it.
            new RawJson(HuggingFaceConfigWriter.Write(checkpoint.Config with { RopeInterleaved = false })),
            checkpoint.Config.RopeInterleaved,
            RawJson.Of(checkpoint.Quantization),
            checkpoint.Notes,
            verified,
            verifiedFiles,
            Packed(checkpoint).Select(item => PackingFigures.Of(item.Tensor, item.Statistics)),
            ByType(checkpoint).Select(type => new TypeFigures(type.DType.ToString(), type.Count, type.Elements, type.Bytes)),
            listTensors
                ? checkpoint.Tensors.Values.Select(tensor => new TensorFigures(tensor.Name, tensor.DType.ToString(), [.. tensor.Shape], tensor.StoredBytes))
                : null),
        ResultContext.Default.Inspection));

    private static long KvBytesPerToken(KvLayout? layout, NumberType type) => layout is null ? 0 : (layout with { Type = type }).BytesPerPosition;
}

/// <summary>The document of <c>inspect</c>.</summary>
internal sealed record Inspection(
    string Path, string Format, string ModelType, long Parameters, long WeightBytes,
    [property: JsonPropertyName("kv_bytes_per_token_f16")] long KvBytesPerTokenF16, [property: JsonPropertyName("kv_bytes_per_token_int8")] long KvBytesPerTokenInt8,
    MemoryFigures Memory, bool HasTokenizer, bool HasChatTemplate, RawJson? Preprocessor, RawJson Config, bool RopeInterleaved, RawJson? Quantization, IReadOnlyList<string> Notes,
    int? VerifiedTensors, int? VerifiedFiles, IEnumerable<PackingFigures> Packing, IEnumerable<TypeFigures> Dtypes, IEnumerable<TensorFigures>? Tensors);

/// <summary>A <see cref="MemoryPlan"/> as JSON has it.</summary>
internal sealed record MemoryFigures(int ContextTokens, long WeightBytes, long KvBytes, long ActivationBytes, long TotalBytes, long AvailableBytes)
{
    public static MemoryFigures Of(MemoryPlan plan) => new(plan.ContextTokens, plan.WeightBytes, plan.KvBytes, plan.ArenaBytes, plan.TotalBytes, plan.AvailableBytes);
}

/// <summary>What packing made of one matrix.</summary>
internal sealed record PackingFigures(
    string Name, string Mode, long PlainBytes, long PackedBytes, long TableBytes, double BitsPerWeight,
    int ChunkBytes, int UniqueChunks, double ChunkEntropyBits, double AboveEntropyPercent)
{
    public static PackingFigures Of(Tensor tensor, PackingStatistics statistics) => new(
        tensor.Name, statistics.Mode.ToString().ToLowerInvariant(), statistics.PlainBytes, statistics.PackedBytes, statistics.TableBytes, statistics.BitsPerWeight,
        statistics.ChunkBytes, statistics.UniqueChunks, statistics.ChunkEntropyBits, statistics.EntropyDistancePercent);
}

/// <summary>All tensors of one element type.</summary>
internal sealed record TypeFigures(string Dtype, int Tensors, long Elements, long Bytes);

/// <summary>One tensor.</summary>
internal sealed record TensorFigures(string Name, string Dtype, long[] Shape, long Bytes);
