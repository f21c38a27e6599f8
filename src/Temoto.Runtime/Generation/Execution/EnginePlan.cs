using Temoto.Dataflow;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// Everything that is decided about running a checkpoint before memory is taken for it: graph, kernels, threads, context, a plan per phase, and what
/// they will need.
/// </summary>
internal sealed class EnginePlan
{
    /// <summary>Tokens of a prompt computed together; more would only enlarge the arena.</summary>
    public const int PrefillTokens = 512;

    /// <summary>Sequences of one run: beyond, arithmetic would only take longer.</summary>
    public const int MostBatchSequences = 64;

    /// <summary>Default context where the model would allow more: a KV cache that small machines can hold.</summary>
    private const int DefaultContextTokens = 4096;

    private readonly Checkpoint checkpoint;
    private readonly DataflowMode? dataflow;

    /// <exception cref="ArgumentException">An option cannot be met.</exception>
    /// <exception cref="InputException">A weight is missing or misshapen.</exception>
    /// <param name="board">The machine to plan for; null is this host.</param>
    public EnginePlan(Checkpoint checkpoint, ModelOptions options, Board? board = null)
    {
        this.checkpoint = checkpoint;
        Check(options);
        // Kernels last: they may still be compiling (KernelPreparation).
        var graph = Architecture.Build(checkpoint.Config, checkpoint.Path);
        foreach (var use in graph.Weights)
            checkpoint.Require(use.Name, use.Shape);
        Kernels = options.Precise ? new PreciseKernelSet() : KernelChooser.Choose(options.Kernels, floatProducts: false);
        KvType = options.KvCache switch
        {
            KvCacheType.F32 => KvType.F32,
            KvCacheType.F16 => KvType.F16,
            KvCacheType.Int8 => KvType.Int8,
            _ => options.Precise ? KvType.F32 : KvType.F16,
        };
        // A picture has as many tokens as it has, and they all run together.
        var picture = checkpoint.Config.Vision is not null;
        ContextTokens = picture ? checkpoint.Config.MaxPositionEmbeddings : ContextOf(checkpoint.Config, options.ContextTokens);
        Threads = ThreadsOf(options.Threads);
        dataflow = options.Dataflow switch { DataflowChoice.Gemm => DataflowMode.Gemm, DataflowChoice.Tphs => DataflowMode.Tphs, _ => null };
        Board = board ?? HostBoard.Get(Kernels.Name, Threads);

        Unpacked = ToUnpack(graph, options);
        Graph = WithIntegers(graph, options);
        if (!options.Precise && Graph.Ops.OfType<LinearOp>().Any(op => !op.Input.Quantized) && KernelChooser.Choose(options.Kernels) is var tested && tested != Kernels)
        {
            // Products of floats failed their test: another set.
            Kernels = tested;
            Board = board ?? HostBoard.Get(Kernels.Name, Threads);
            Graph = WithIntegers(graph, options);
        }
        Prefill = NewPlan(Phase.Prefill, picture ? ContextTokens : Math.Min(PrefillTokens, ContextTokens), 1);
        Decode = picture ? Prefill : NewPlan(Phase.Decode, 1, 1);
        var sequences = SequencesOf(options.MaxBatchSequences);
        Batch = picture || sequences == 1 ? null : NewPlan(Phase.Decode, sequences, sequences);
        Memory = new MemoryPlan(
            WeightBytes(options.Load),
            KvLayout.BytesPerPosition(checkpoint.Config, KvType) * KvLayout.Positions(ContextTokens),
            PlanExecutor.Bytes(Prefill, Kernels, Threads) + (picture ? 0 : PlanExecutor.Bytes(Decode, Kernels, Threads)) + (Batch is null ? 0 : PlanExecutor.Bytes(Batch, Kernels, Threads)),
            options.MemoryBudgetBytes ?? PhysicalMemory.AvailableBytes(),
            ContextTokens)
        {
            Load = options.Load,
            IsBudget = options.MemoryBudgetBytes is not null,
        };
    }

    public KernelSet Kernels { get; }

    public KvType KvType { get; }

    public int ContextTokens { get; }

    public int Threads { get; }

    public ModelGraph Graph { get; }

    public Plan Prefill { get; }

    /// <summary>The prefill plan where nothing is generated: models that look at pictures.</summary>
    public Plan Decode { get; }

    /// <summary>The decode plan for several sessions at a time; null where they are taken one by one.</summary>
    public Plan? Batch { get; }

    public MemoryPlan Memory { get; }

    /// <summary>The machine the plans are for.</summary>
    public Board Board { get; }

    /// <summary>Packed weights that are laid out plain when the model is loaded.</summary>
    public IReadOnlySet<string> Unpacked { get; }

    /// <summary>Packed weights: how many stay so, how many are laid out plain, and what one token costs with all of them packed and all of them plain.</summary>
    public (int Kept, int Unpacked, double PackedSeconds, double PlainSeconds) PackedChoice
    {
        get
        {
            var packed = Graph.Weights.Select(use => checkpoint.Tensors[use.Name]).Where(weight => weight.Encoded is not null).DistinctBy(weight => weight.Name).ToList();
            return (packed.Count - Unpacked.Count, Unpacked.Count, packed.Sum(weight => PackedWeights.PackedSeconds(weight, Board)), packed.Sum(weight => PackedWeights.PlainSeconds(weight, Board)));
        }
    }

    /// <summary>Which dataflow a prompt would take on its own merits, and why; null for a model without attention.</summary>
    public DataflowDecision? Decision => Planner.Decide(Graph, Request(Prefill.MaxTokens, 1), TensorOf);

    /// <summary>Activations, scratch and tables of a plan.</summary>
    public long ActivationBytes(Plan plan) => PlanExecutor.Bytes(plan, Kernels, Threads);

    /// <summary>Bytes that a run of the prefill plan moves beyond the on-chip level; computed.</summary>
    /// <param name="logitRows">0 for the parts of a long prompt before the last.</param>
    public long PrefillBytes(int tokens, int position, int logitRows) =>
        TrafficLedger.Run(Prefill, tokens, position, logitRows, Kernels.AttentionTilePositions).Sum(traffic => traffic.Total);

    /// <summary>
    /// The plan of a checkpoint that fits into memory if any does: where packed weights were to be laid out plain and there is no room, they stay packed.
    /// </summary>
    /// <exception cref="InputException">A weight is missing or misshapen, an option cannot be met, or no plan fits.</exception>
    public static EnginePlan Fitting(Checkpoint checkpoint, ModelOptions options, string advice)
    {
        var plan = new EnginePlan(checkpoint, options);
        if (plan.Memory.TotalBytes > plan.Memory.AvailableBytes && plan.Unpacked.Count > 0 && options.PackedWeights is not PackedWeightsChoice.Unpack)
            plan = new EnginePlan(checkpoint, options with { PackedWeights = PackedWeightsChoice.Keep });
        options.MemoryPlanned?.Invoke(plan.Memory);
        return plan.Memory.TotalBytes <= plan.Memory.AvailableBytes
            ? plan
            : throw new InputException(checkpoint.Path, null, plan.Memory.ToString(), "a plan that fits into memory", options.MemoryBudgetBytes is null ? advice : $"{advice}, or raise ModelOptions.MemoryBudgetBytes");
    }

    /// <summary>A plan of this model for another size of run (perplexity wants the logits of many rows).</summary>
    public Plan NewPlan(Phase phase, int maxTokens, int maxLogitRows) =>
        Planner.Plan(Graph, phase, Request(maxTokens, maxLogitRows), Board, TensorOf);

    private PlanRequest Request(int maxTokens, int maxLogitRows) =>
        new(maxTokens, maxLogitRows, ContextTokens, KvType, dataflow, Math.Min(Kernels.AttentionPiecePositions, KvLayout.Positions(ContextTokens)));

    /// <summary>A weight as it will lie in memory.</summary>
    private Tensor TensorOf(string name) => Unpacked.Contains(name) ? PackedWeights.PlainView(checkpoint.Tensors[name]) : checkpoint.Tensors[name];

    /// <summary>All tensors are copied, packed ones too that are laid out plain beside; of mapped ones only what is used counts, since the system can take back the rest.</summary>
    private long WeightBytes(ModelLoad load) => load == ModelLoad.Copy
        ? checkpoint.WeightBytes + Unpacked.Sum(name => TensorOf(name).ByteLength)
        : Graph.Weights.Sum(use => TensorOf(use.Name).StoredBytes);

    private HashSet<string> ToUnpack(ModelGraph graph, ModelOptions options)
    {
        // The output matrix may be the embedding table: each name once.
        var weights = graph.Weights.Where(use => use.Shape.Length > 1).Select(use => checkpoint.Tensors[use.Name]);
        return options.PackedWeights switch
        {
            PackedWeightsChoice.Keep => [],
            PackedWeightsChoice.Unpack => [.. weights.Where(weight => weight.Encoded is not null).Select(weight => weight.Name)],
            // Half of what the machine or the budget has: the rest is for what stays packed, the cache and others.
            _ => PackedWeights.ToUnpack(weights, Board, (options.MemoryBudgetBytes ?? PhysicalMemory.AvailableBytes()) / 2.0),
        };
    }

    private ModelGraph WithIntegers(ModelGraph graph, ModelOptions options)
    {
        var integers = HasIntegerActivations(options, Kernels);
        return IntegerActivations.Insert(
            RowSelection.Hoist(graph),
            name => checkpoint.Tensors[name].InputGrid,
            name => integers && IntegerDot.Takes(checkpoint.Tensors[name]),
            integers && KvType == KvType.Int8 && Kernels.IntegerAttention is not null && IntegerAttention.Takes(checkpoint.Config.HeadDim));
    }

    /// <summary>Numbers that are none of an enumeration's names would else be taken as its default.</summary>
    private static void Check(ModelOptions options)
    {
        Check(nameof(options.KvCache), options.KvCache);
        Check(nameof(options.Activations), options.Activations);
        Check(nameof(options.Dataflow), options.Dataflow);
        Check(nameof(options.PackedWeights), options.PackedWeights);
    }

    private static void Check<T>(string name, T? value)
        where T : struct, Enum
    {
        if (value is { } given && !Enum.IsDefined(given))
            throw new OptionException($"ModelOptions.{name}", given, $"{given}", $"one of {string.Join(", ", Enum.GetNames<T>())}", "leave it out for the default");
    }

    private static bool HasIntegerActivations(ModelOptions options, KernelSet kernels)
    {
        if (options.Activations == ActivationType.Int8 && kernels.Integers is null)
            throw new OptionException("ModelOptions.Activations", options.Activations, $"int8 with {kernels.Name} kernels", "f32, or kernels that multiply integers on this processor", "leave it out to take what the kernels do best");
        return options.Activations is { } chosen ? chosen == ActivationType.Int8 : kernels.PrefersIntegers;
    }

    private static int ContextOf(ModelConfig config, int? asked)
    {
        if (asked is null)
            return Math.Min(config.MaxPositionEmbeddings, DefaultContextTokens);
        return asked >= 1 && asked <= config.MaxPositionEmbeddings
            ? asked.Value
            : throw new OptionException("ModelOptions.ContextTokens", asked, $"{asked}", $"1 to {config.MaxPositionEmbeddings} tokens (max_position_embeddings)", "choose a length the model was made for");
    }

    private static int SequencesOf(int asked) => asked is >= 1 and <= MostBatchSequences
        ? asked
        : throw new OptionException("ModelOptions.MaxBatchSequences", asked, $"{asked}", $"1 to {MostBatchSequences}", "1 computes sessions one after the other");

    /// <summary>No machine this is made for has more processors.</summary>
    public const int MostThreads = 1024;

    /// <summary>What <see cref="ModelOptions.Threads"/> means.</summary>
    public static int ThreadsOf(int? asked)
    {
        if (asked is null)
            return HostProcessor.PhysicalCores;
        return asked is >= 1 and <= MostThreads
            ? asked.Value
            : throw new OptionException("ModelOptions.Threads", asked, $"{asked}", $"1 to {MostThreads}", $"leave it out to take {HostProcessor.PhysicalCores}");
    }
}
