using System.CommandLine;

namespace Temoto.Cli;

/// <summary>The MODEL argument and the options that say how a model is loaded; shared by the verbs that load one.</summary>
internal sealed class ModelChoice
{
    /// <summary>Models that ship with the command, in a folder beside it.</summary>
    private static readonly string[] BuiltInNames = ["demo", "demo-vision"];

    public Argument<string> Model { get; } = new("MODEL") { Description = "A .temoto file, a Hugging Face or AutoAWQ directory, a .gguf file, a llama2.c .bin file, 'demo' or 'demo-vision'" };

    public Option<int?> Threads { get; } = new("--threads", "-t") { Description = "Threads to compute with (default: one per core)", HelpName = "N" };

    public Option<string?> Kernels { get; } = new("--kernels") { Description = "Kernel set: avx512vnni, avx512, avxvnni, avx2, vector128 or scalar (default: TEMOTO_KERNELS, else the best)", HelpName = "SET" };

    public Option<int?> Context { get; } = new("--context") { Description = "Tokens a session can hold (default: the model's limit, at most 4096)", HelpName = "N" };

    public Option<string?> Kv { get; } = new("--kv") { Description = "How keys and values are stored: f16, int8 or f32 (default: f16)", HelpName = "TYPE" };

    public Option<string?> Activations { get; } = new("--activations") { Description = "What activations are when they meet int4 and int8 weights: f32 or int8 (default: int8 where the kernels multiply integers fast)", HelpName = "TYPE" };

    public Option<string> Dataflow { get; } = new("--dataflow") { Description = "How the attention of a prompt is carried out: auto, gemm or tphs", HelpName = "MODE", DefaultValueFactory = _ => "auto" };

    public Option<string> Packed { get; } = new("--packed") { Description = "What becomes of packed weights: keep (least memory), unpack, or auto (what the planner prices lower)", HelpName = "CHOICE", DefaultValueFactory = _ => "auto" };

    public Option<bool> Precise { get; } = new("--precise") { Description = "Dequantized weights, float32 activations, float64 sums: the in-house oracle, slow" };

    public Option<bool> Json { get; } = JsonOption();

    /// <summary>The <c>--json</c> option of verbs that load no model.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON document on stdout and nothing else there" };

    public ModelChoice()
    {
        Kv.AcceptOnlyFromAmong("f16", "int8", "f32");
        Activations.AcceptOnlyFromAmong("f32", "int8");
        Dataflow.AcceptOnlyFromAmong("auto", "gemm", "tphs");
        Packed.AcceptOnlyFromAmong("auto", "keep", "unpack");
    }

    /// <param name="json">False for a verb that talks with people.</param>
    public void AddTo(Command command, bool json = true)
    {
        command.Arguments.Add(Model);
        foreach (var option in new Option[] { Threads, Kernels, Context, Kv, Activations, Dataflow, Packed, Precise })
            command.Options.Add(option);
        if (json)
            command.Options.Add(Json);
    }

    /// <summary>Loads the model, printing the memory plan to stderr first.</summary>
    /// <param name="sequences">Conversations to compute in one run; null takes the library's default.</param>
    public LanguageModel Load(ParseResult parsed, int? sequences = null)
    {
        var options = Options(parsed);
        return LanguageModel.Load(Resolve(parsed.GetRequiredValue(Model)), sequences is { } count ? options with { MaxBatchSequences = count } : options);
    }

    /// <summary>Loads a model that looks at picture files, printing the memory plan to stderr first.</summary>
    public VisionModel LoadVision(ParseResult parsed)
    {
        var model = VisionModel.Load(Resolve(parsed.GetRequiredValue(Model)), Options(parsed));
        try
        {
            model.RequirePreprocessor();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What the options say; those that a verb does not have count as left out.</summary>
    public ModelOptions Options(ParseResult parsed) => new()
    {
        Threads = parsed.GetValue(Threads),
        Kernels = parsed.GetValue(Kernels),
        ContextTokens = parsed.GetValue(Context),
        KvCache = KvTypeOf(parsed.GetValue(Kv)),
        Activations = parsed.GetValue(Activations) switch { "f32" => ActivationType.F32, "int8" => ActivationType.Int8, _ => null },
        Dataflow = DataflowOf(parsed.GetValue(Dataflow)),
        PackedWeights = parsed.GetValue(Packed) switch { "keep" => PackedWeightsChoice.Keep, "unpack" => PackedWeightsChoice.Unpack, _ => PackedWeightsChoice.Auto },
        Precise = parsed.GetValue(Precise),
        MemoryPlanned = plan => Console.Error.WriteLine(plan),
    };

    public static DataflowChoice DataflowOf(string? name) => name switch { "gemm" => DataflowChoice.Gemm, "tphs" => DataflowChoice.Tphs, _ => DataflowChoice.Auto };

    public static KvCacheType? KvTypeOf(string? name) => name switch { "f16" => KvCacheType.F16, "int8" => KvCacheType.Int8, "f32" => KvCacheType.F32, _ => null };

    /// <summary>A path stays a path; a built-in name becomes the folder beside the command.</summary>
    public static string Resolve(string model)
    {
        if (!BuiltInNames.Contains(model) || Path.Exists(model))
            return model;
        var folder = Path.Combine(AppContext.BaseDirectory, "models", model);
        return Directory.Exists(folder)
            ? folder
            : throw new InputException(model, null, "no such built-in model in this installation", $"the folder models/{model} beside the command", "name a checkpoint directory or file instead");
    }
}
