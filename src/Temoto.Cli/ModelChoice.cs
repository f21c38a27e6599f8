using System.CommandLine;
using Temoto.Formats.Hub;
using Temoto.Generation.Execution;
using Temoto.Kernels;

namespace Temoto.Cli;

/// <summary>The MODEL argument and the options that say how a model is loaded; shared by the verbs that load one.</summary>
internal sealed class ModelChoice
{
    public Argument<string> Model { get; } = new("MODEL") { Description = "A .temoto file, a Hugging Face directory, a .gguf file, a llama2.c .bin file, a name that 'temoto list' shows, 'demo' or 'demo-vision'" };

    public Option<string?> Adapter { get; } = new("--adapter") { Description = "A LoRA adapter to merge into MODEL, its base model, while it is loaded: the folder that PEFT wrote", HelpName = "DIR" };

    public Option<int?> Threads { get; } = new("--threads", "-t") { Description = "Threads to compute with, at most one per processor (default: one per core)", HelpName = "N" };

    public Option<string?> Kernels { get; } = new("--kernels") { Description = "Kernel set: avx512vnni, avx512, avxvnni, avx2, vector128 or scalar (default: TEMOTO_KERNELS, else the best)", HelpName = "SET" };

    public Option<int?> Context { get; } = new("--context") { Description = "Tokens a session can hold (default: the model's limit, at most 4096)", HelpName = "N" };

    public Option<string?> Kv { get; } = new("--kv") { Description = "How keys and values are stored: f16, int8 or f32 (default: f16)", HelpName = "TYPE" };

    public Option<string?> Activations { get; } = new("--activations") { Description = "What activations are when they meet int4 and int8 weights: f32 or int8 (default: int8 where the kernels multiply integers fast)", HelpName = "TYPE" };

    public Option<string?> Dataflow { get; } = new("--dataflow") { Description = "How the attention of a prompt is carried out: auto, gemm or tphs", HelpName = "MODE", DefaultValueFactory = _ => "auto" };

    public Option<string?> Packed { get; } = new("--packed") { Description = "What becomes of packed weights: keep (least memory), unpack, or auto (what the planner prices lower)", HelpName = "CHOICE", DefaultValueFactory = _ => "auto" };

    public Option<string?> Repack { get; } = new("--repack") { Description = "Whether integer weights are laid out for the kernels at load, for speed: auto (where memory allows) or never (they stay mapped)", HelpName = "CHOICE", DefaultValueFactory = _ => "auto" };

    public Option<string?> LoadHow { get; } = new("--load") { Description = "Where weights lie: map (in their files, which must not be written to meanwhile) or copy (in memory)", HelpName = "CHOICE", DefaultValueFactory = _ => "map" };

    public Option<bool> Verify { get; } = new("--verify") { Description = "Compare every byte with its hash before use (.temoto files, macro streams and pulled models)" };

    public Option<string?> MemoryBudget { get; } = new("--memory-budget") { Description = "What weights, cache and activations may take together (default: what the machine has)", HelpName = "4GiB" };

    public Option<bool> Precise { get; } = new("--precise") { Description = "Dequantized weights, float32 activations, float64 sums: the in-house oracle, slow" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on stdout and nothing else there; its \"model\" is MODEL as given" };

    /// <summary>The <c>--json</c> option of verbs that load no model.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON document on stdout and nothing else there" };

    public ModelChoice()
    {
        Threads.Within(1, EngineSettings.MostThreads);
        Kernels.OneOf("auto", "avx512vnni", "avx512", "avxvnni", "avx2", "vector128", "scalar");
        Context.Within(1, int.MaxValue);
        Kv.OneOf("f16", "int8", "f32");
        Activations.OneOf("f32", "int8");
        Dataflow.OneOf("auto", "gemm", "tphs");
        Packed.OneOf("auto", "keep", "unpack");
        Repack.OneOf("auto", "never");
        LoadHow.OneOf("map", "copy");
    }

    /// <param name="json">False for a verb that talks with people.</param>
    public void AddTo(Command command, bool json = true)
    {
        command.Arguments.Add(Model);
        foreach (var option in new Option[] { Adapter, Threads, Kernels, Context, Kv, Activations, Dataflow, Packed, Repack, LoadHow, Verify, MemoryBudget, Precise })
            command.Options.Add(option);
        if (json)
            command.Options.Add(Json);
    }

    /// <summary>Loads the model, printing the memory plan to stderr first.</summary>
    /// <param name="sequences">Conversations to compute in one run; null takes the library's default.</param>
    public LanguageModel Load(ParseResult parsed, int? sequences = null, CancellationToken cancellation = default)
    {
        // The options first: they cost nothing to judge.
        var options = Options(parsed);
        if (sequences is { } count)
            options = options with { MaxBatchSequences = count };
        var path = Resolve(parsed.GetRequiredValue(Model));
        return LanguageModel.Load(path, Verified(path, options, cancellation));
    }

    /// <summary>Loads a model that looks at picture files, printing the memory plan to stderr first.</summary>
    public VisionModel LoadVision(ParseResult parsed, CancellationToken cancellation = default)
    {
        var options = Options(parsed);
        var path = Resolve(parsed.GetRequiredValue(Model));
        var model = VisionModel.Load(path, Verified(path, options, cancellation));
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

    /// <summary>Compares the files of a pulled model with the hub's hashes here; other files carry hashes of their own, or are refused.</summary>
    public static ModelOptions Verified(string path, ModelOptions options, CancellationToken cancellation)
    {
        if (!options.Verify)
            return options;
        var files = ProgressBar.Run("verify", bar => StoreVerification.Verify(path, bar.Report, cancellation));
        return files is null ? options : options with { Verify = false };
    }

    /// <summary>What the options say; those that a verb does not have count as left out.</summary>
    /// <param name="elsewhere">Planned for another machine, which may have more processors.</param>
    public ModelOptions Options(ParseResult parsed, bool elsewhere = false) => new()
    {
        Threads = elsewhere ? parsed.GetValue(Threads) : ThreadsOf(parsed),
        Kernels = KernelsOf(parsed),
        ContextTokens = parsed.GetValue(Context),
        KvCache = KvTypeOf(parsed.GetValue(Kv)),
        Activations = parsed.GetValue(Activations) switch { "f32" => ActivationType.F32, "int8" => ActivationType.Int8, _ => null },
        Dataflow = DataflowOf(parsed.GetValue(Dataflow)),
        PackedWeights = parsed.GetValue(Packed) switch { "keep" => PackedWeightsChoice.Keep, "unpack" => PackedWeightsChoice.Unpack, _ => PackedWeightsChoice.Auto },
        Repack = parsed.GetValue(Repack) == "never" ? RepackChoice.Never : RepackChoice.Auto,
        Load = parsed.GetValue(LoadHow) == "copy" ? ModelLoad.Copy : ModelLoad.Map,
        Verify = parsed.GetValue(Verify),
        Adapter = parsed.GetValue(Adapter),
        MemoryBudgetBytes = ByteSize.Parse(MemoryBudget.Name, parsed.GetValue(MemoryBudget)),
        Precise = parsed.GetValue(Precise),
        MemoryPlanned = plan => Console.Error.WriteLine(plan),
    };

    /// <summary>More threads than processors only wait for each other: what is asked for beyond is left out, and said so.</summary>
    public int? ThreadsOf(ParseResult parsed)
    {
        var usable = Environment.ProcessorCount;
        if (parsed.GetValue(Threads) is not { } asked || asked <= usable)
            return parsed.GetValue(Threads);
        Console.Error.WriteLine($"note: --threads {asked}: {usable} processors can be used here, so {usable} threads are");
        return usable;
    }

    /// <summary>The kernel set asked for, after it is known to run here.</summary>
    public string? KernelsOf(ParseResult parsed)
    {
        var name = parsed.GetValue(Kernels);
        KernelChooser.Require(name);
        return name;
    }

    public static DataflowChoice DataflowOf(string? name) => name switch { "gemm" => DataflowChoice.Gemm, "tphs" => DataflowChoice.Tphs, _ => DataflowChoice.Auto };

    public static KvCacheType? KvTypeOf(string? name) => name switch { "f16" => KvCacheType.F16, "int8" => KvCacheType.Int8, "f32" => KvCacheType.F32, _ => null };

    /// <summary>See <see cref="ModelName"/>.</summary>
    public static string Resolve(string model) => ModelName.Resolve(model);
}
