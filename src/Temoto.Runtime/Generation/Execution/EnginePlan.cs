using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers.Panels;
using Temoto.Machine;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tensors.Panels;

namespace Temoto.Generation.Execution;

/// <summary>
/// Everything that is decided about running a checkpoint on this computer before memory is taken for it: kernels, threads, the plans on this computer's board, and what they will need.
/// </summary>
internal sealed class EnginePlan
{
    private readonly Checkpoint checkpoint;
    private readonly PlanSettings settings;

    /// <param name="embeds">Vectors of the tokens are wanted in place of logits.</param>
    /// <exception cref="ArgumentException">An option cannot be met.</exception>
    /// <exception cref="InputException">A weight is missing or misshapen.</exception>
    public EnginePlan(Checkpoint checkpoint, ModelOptions options, bool embeds = false)
    {
        this.checkpoint = checkpoint;
        settings = EngineSettings.Of(checkpoint.Config, options, PhysicalMemory.AvailableBytes()) with { WantsAllRows = embeds };
        Threads = EngineSettings.ThreadsOf(options.Threads);
        // Kernels last: they may still be compiling (KernelPreparation).
        var graph = GraphOf(checkpoint, settings.ContextTokens, embeds);
        ContextTokens = settings.ContextTokens;
        if (embeds && checkpoint.Config.Vision is null)
            settings = settings with { ContextTokens = Math.Max(settings.ContextTokens, ModelPlans.PrefillTokens) };
        Kernels = options.Precise ? new PreciseKernelSet() : KernelChooser.Choose(options.Kernels, floatProducts: false);
        Plans = NewPlans(graph, options);
        if (!options.Precise && Plans.Graph.Ops.OfType<LinearOp>().Any(op => !op.Input.IsQuantized) && KernelChooser.Choose(options.Kernels) is var tested && tested != Kernels)
        {
            // Products of floats failed their test: another set.
            Kernels = tested;
            Plans = NewPlans(graph, options);
        }
        InPanels = IntegersInPanels(options).Concat(FloatsInPanels(options)).ToHashSet();
        PrefillFigures = new PlanFigures(Plans.Prefill);
        DecodeFigures = new PlanFigures(Plans.Decode);
        Memory = new MemoryPlan(
            WeightBytes(options.Load),
            Plans.Prefill.Kv?.Bytes ?? 0,
            ActivationBytes(Plans.Prefill) + (Plans.Decode == Plans.Prefill ? 0 : ActivationBytes(Plans.Decode)) + (Plans.Batch is null ? 0 : ActivationBytes(Plans.Batch)),
            settings.MemoryBytes,
            settings.ContextTokens)
        {
            Load = options.Load,
            IsBudget = options.MemoryBudgetBytes is not null,
            RepackedBytes = InPanels.Sum(PanelBytes),
        };
    }

    public KernelSet Kernels { get; }

    public int Threads { get; }

    /// <summary>Most tokens of a text. The cache of a model that makes vectors may hold more: several texts lie in it.</summary>
    public int ContextTokens { get; }

    public ModelPlans Plans { get; }

    public Graph Graph => Plans.Graph;

    public Plan Prefill => Plans.Prefill;

    /// <inheritdoc cref="ModelPlans.Decode"/>
    public Plan Decode => Plans.Decode;

    /// <inheritdoc cref="ModelPlans.Batch"/>
    public Plan? Batch => Plans.Batch;

    public PlanFigures PrefillFigures { get; }

    public PlanFigures DecodeFigures { get; }

    public MemoryPlan Memory { get; }

    /// <summary>This computer.</summary>
    public Board Board => Plans.Board;

    /// <inheritdoc cref="ModelPlans.Unpacked"/>
    public IReadOnlySet<string> Unpacked => Plans.Unpacked;

    /// <summary>Weights that are laid out in panels when the model is loaded.</summary>
    public IReadOnlySet<string> InPanels { get; }

    /// <summary>The operations of a checkpoint, whose weights are all there.</summary>
    /// <param name="contextTokens">Most positions that texts will have; null is all that the model has.</param>
    /// <param name="embeds">Those up to the vectors of the tokens.</param>
    /// <exception cref="InputException">A weight is missing or misshapen.</exception>
    public static Graph GraphOf(Checkpoint checkpoint, int? contextTokens = null, bool embeds = false)
    {
        var config = checkpoint.Config with { RopeContext = contextTokens };
        if (embeds)
            RequireEmbeds(checkpoint);
        var graph = embeds ? ModelTypes.Of(config).BuildEmbedder(config) : Architecture.Build(config, checkpoint.Path);
        foreach (var use in graph.Weights)
            checkpoint.Require(use.Name, use.Shape.Span);
        return graph;
    }

    /// <exception cref="InputException">Nobody uses vectors of such a model.</exception>
    public static void RequireEmbeds(Checkpoint checkpoint)
    {
        if (ModelTypes.Find(checkpoint.Config.ModelType) is not { Embeds: true })
            throw new InputException(checkpoint.Path, "model_type", $"'{checkpoint.Config.ModelType}'", $"a type whose vectors are used: {ModelTypes.Names(type => type is { Embeds: true, SeesPictures: false })}", "use another model");
    }

    /// <summary>The plans of a checkpoint on another board than this computer's.</summary>
    /// <exception cref="InputException">A weight is missing or misshapen, or an option cannot be met.</exception>
    public static ModelPlans PlansOn(Board board, Checkpoint checkpoint, ModelOptions options)
    {
        var settings = EngineSettings.Of(checkpoint.Config, options, board.BytesOf(MemoryLevel.External));
        var machine = options.Activations == ActivationType.F32 ? board.WithFloatActivations() : board;
        return new ModelPlans(GraphOf(checkpoint, settings.ContextTokens), name => WeightInfo.Of(checkpoint.Computed(name)), machine, settings);
    }

    /// <summary>
    /// The plan of a checkpoint that fits into memory if any does: where there is no room for weights in panels they stay mapped, and where packed ones were to be laid out plain they stay packed.
    /// </summary>
    /// <exception cref="InputException">A weight is missing or misshapen, an option cannot be met, or no plan fits.</exception>
    public static EnginePlan Fitting(Checkpoint checkpoint, ModelOptions options, string advice, bool embeds = false)
    {
        var plan = new EnginePlan(checkpoint, options, embeds);
        if (!plan.Fits && plan.InPanels.Count > 0)
            plan = new EnginePlan(checkpoint, options = options with { Repack = RepackChoice.Never }, embeds);
        if (!plan.Fits && plan.Unpacked.Count > 0 && options.PackedWeights is not PackedWeightsChoice.Unpack)
            plan = new EnginePlan(checkpoint, options with { PackedWeights = PackedWeightsChoice.Keep }, embeds);
        options.MemoryPlanned?.Invoke(plan.Memory);
        return plan.Fits
            ? plan
            : throw new InputException(checkpoint.Path, null, plan.Memory.ToString(), "a plan that fits into memory", options.MemoryBudgetBytes is null ? advice : $"{advice}, or raise ModelOptions.MemoryBudgetBytes");
    }

    private bool Fits => Memory.TotalBytes <= Memory.AvailableBytes;

    /// <summary>Activations, scratch and tables of a plan.</summary>
    public long ActivationBytes(Plan plan) => PlanExecutor.Bytes(plan, Kernels, Threads);

    /// <summary>Bytes that a run of the prefill plan moves beyond the on-chip level; computed.</summary>
    /// <param name="logitRows">0 for the parts of a long prompt before the last.</param>
    public long PrefillBytes(int tokens, int position, int logitRows) =>
        TrafficLedger.Run(Prefill, Board.BytesOf(MemoryLevel.OnChip), RunShape.Of(Prefill, tokens, position, logitRows)).Sum(traffic => traffic.Total);

    /// <inheritdoc cref="ModelPlans.NewPlan"/>
    public Plan NewPlan(Phase phase, int maxTokens, int maxLogitRows) => Plans.NewPlan(phase, maxTokens, maxLogitRows);

    private ModelPlans NewPlans(Graph graph, ModelOptions options) =>
        new(graph, name => WeightInfo.Of(checkpoint.Computed(name)), HostBoard.Get(Kernels, Threads, HasIntegerActivations(options, Kernels)), settings);

    /// <summary>All tensors are copied, packed ones too that are laid out plain beside; of mapped ones only what is used counts, since the system can take back the rest.</summary>
    private long WeightBytes(ModelLoad load) => load == ModelLoad.Copy
        ? checkpoint.WeightBytes + Unpacked.Sum(name => Plans.Weight(name).ElementBytes)
        : Graph.Weights.Sum(use => InPanels.Contains(use.Name) ? PanelBytes(use.Name) + OwnScaleBytes(use.Name) : Plans.Weight(use.Name).Bytes);

    private long PanelBytes(string name) => PanelLayout.Of(checkpoint.Computed(name))!.Value.Bytes(checkpoint.Computed(name).Rows);

    /// <summary>Scales that a reader made in memory stay beside panels that have them too.</summary>
    private long OwnScaleBytes(string name) => checkpoint.Computed(name).Scales is { Scales: { File: null } scales } ? scales.ByteLength : 0;

    private IEnumerable<string> IntegersInPanels(ModelOptions options) => LaidPanels.AreWanted(options, Kernels.Integers) ? Multiplied(asIntegers: true).Where(LiesInPanels) : [];

    /// <summary>Plain rows, or rows that are laid out plain, of a type with products of panels.</summary>
    private bool LiesInPanels(string name) => checkpoint.Computed(name) is var weight && (weight.Encoded is null || Unpacked.Contains(name)) && PanelProducts.Takes(weight);

    private IEnumerable<string> FloatsInPanels(ModelOptions options) => LaidPanels.AreWanted(options, Kernels, Plans.Generates) ? Multiplied(asIntegers: false).Where(LiesInFloatPanels) : [];

    private bool LiesInFloatPanels(string name) => checkpoint.Computed(name) is { Encoded: null } weight && PanelLayout.Of(weight) is { HoldsFloats: true };

    /// <summary>Weights that meet integers, or floats.</summary>
    private IEnumerable<string> Multiplied(bool asIntegers) => Plans.Graph.Ops.SelectMany(op => op.Products).Where(product => product.Input.IsQuantized == asIntegers).Select(product => product.Weight);

    private static bool HasIntegerActivations(ModelOptions options, KernelSet kernels)
    {
        if (options.Activations == ActivationType.Int8 && kernels.Integers is null)
            throw new OptionException("ModelOptions.Activations", options.Activations, $"int8 with {kernels.Name} kernels", "f32, or kernels that multiply integers on this processor", "leave it out to take what the kernels do best");
        return options.Activations is { } chosen ? chosen == ActivationType.Int8 : kernels.PrefersIntegers;
    }
}
