using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What plans of a model are wanted for, beside the model and the board.</summary>
/// <param name="Kv">How keys and values are stored.</param>
/// <param name="Dataflow">The mode of attention in prefill; null lets the planner choose.</param>
/// <param name="Sequences">Most sequences whose next tokens are computed in one run.</param>
/// <param name="IsWhole">The context is the tokens of a picture, or of a text whose tokens see all of it: they run together, and nothing is generated.</param>
/// <param name="Packed">What becomes of packed weights.</param>
/// <param name="MemoryBytes">What there is for weights, cache and activations.</param>
internal sealed record PlanSettings(int ContextTokens, NumberType Kv, DataflowMode? Dataflow, int Sequences, bool IsWhole, PackedWeightsChoice Packed, long MemoryBytes)
{
    /// <summary>Rows without wanted logits run through the last layer as well, as hardware without a selection of rows does.</summary>
    public bool KeepsAllRows { get; init; }

    /// <summary>What the last operation makes is wanted of every token: vectors, of which nothing is generated.</summary>
    public bool WantsAllRows { get; init; }
}

/// <summary>
/// All plans of a model on a board: for prompts, for one token, for a token of several sequences. Pure: graph, weights' formats and shapes, board and settings decide; nothing asks the
/// machine this runs on.
/// </summary>
internal sealed class ModelPlans
{
    /// <summary>Tokens of a prompt computed together where the board has no number of its own; more would only enlarge the arena.</summary>
    public const int PrefillTokens = 512;

    private readonly Func<string, WeightInfo> stored;
    private readonly PlanSettings settings;
    private readonly HashSet<string> unpacked;

    /// <param name="graph">As the model writes it down.</param>
    /// <param name="describe">A named weight as it lies in the checkpoint.</param>
    public ModelPlans(Graph graph, Func<string, WeightInfo> describe, Board board, PlanSettings settings)
    {
        // Asked for several times each.
        var known = new Dictionary<string, WeightInfo>();
        stored = name => known.TryGetValue(name, out var weight) ? weight : known[name] = describe(name);
        this.settings = settings;
        Board = board;
        unpacked = settings.Packed switch
        {
            PackedWeightsChoice.Keep => [],
            PackedWeightsChoice.Unpack => [.. Matrices(graph).Where(weight => weight.IsPacked).Select(weight => weight.Name)],
            // Half of what there is: the rest is for what stays packed, the cache and others.
            _ => PackedWeights.ToUnpack(Matrices(graph), board, settings.MemoryBytes / 2.0),
        };
        Graph = Planner.Prepare(graph, board, settings.Kv, settings.KeepsAllRows, stored);
        var runTokens = board.Devices[0].Tiling.RunTokens is > 0 and var own ? own : PrefillTokens;
        var tokens = settings.IsWhole ? settings.ContextTokens : Math.Min(runTokens, settings.ContextTokens);
        Prefill = NewPlan(Phase.Prefill, tokens, settings.WantsAllRows ? tokens : 1);
        Generates = !settings.IsWhole && !settings.WantsAllRows;
        Decode = Generates ? NewPlan(Phase.Decode, 1, 1) : Prefill;
        Batch = !Generates || settings.Sequences == 1 ? null : NewPlan(Phase.Decode, settings.Sequences, settings.Sequences);
    }

    /// <summary>The machine the plans are for.</summary>
    public Board Board { get; }

    /// <summary>The model as this board computes it.</summary>
    public Graph Graph { get; }

    /// <summary>One token after the other is computed: no pictures, no vectors.</summary>
    public bool Generates { get; }

    public Plan Prefill { get; }

    /// <summary>The prefill plan where nothing is generated: models that look at pictures.</summary>
    public Plan Decode { get; }

    /// <summary>The decode plan for several sequences at a time; null where they are taken one by one.</summary>
    public Plan? Batch { get; }

    /// <summary>Packed weights that are laid out plain when the model is loaded.</summary>
    public IReadOnlySet<string> Unpacked => unpacked;

    /// <summary>Packed weights: how many stay so, how many are laid out plain, and what one token costs with all of them packed and all of them plain.</summary>
    public (int Kept, int Unpacked, double PackedSeconds, double PlainSeconds) PackedChoice
    {
        get
        {
            var packed = Matrices(Graph).Where(weight => weight.IsPacked).ToList();
            return (packed.Count - unpacked.Count, unpacked.Count, packed.Sum(weight => PackedWeights.PackedSeconds(weight, Board)), packed.Sum(weight => PackedWeights.PlainSeconds(weight, Board)));
        }
    }

    /// <summary>Which dataflow a prompt would take on its own merits, and why; null for a model without attention.</summary>
    public DataflowDecision? Decision => Planner.Decide(Graph, Wish(Phase.Prefill, Prefill.MaxTokens, 1), Board, Weight);

    /// <summary>A plan of this model for another size of run (perplexity wants the logits of many rows).</summary>
    public Plan NewPlan(Phase phase, int maxTokens, int maxLogitRows) => Planner.Plan(Graph, Wish(phase, maxTokens, maxLogitRows), Board, Weight);

    /// <summary>A weight as it will lie in memory.</summary>
    public WeightInfo Weight(string name) => unpacked.Contains(name) ? stored(name).Plain : stored(name);

    private PlanWish Wish(Phase phase, int maxTokens, int maxLogitRows) => new(phase, maxTokens, maxLogitRows, settings.ContextTokens, settings.Kv, settings.Dataflow);

    /// <summary>The output matrix may be the embedding table: each name once.</summary>
    private IEnumerable<WeightInfo> Matrices(Graph graph) => graph.Weights.Where(use => use.Shape.Count > 1).Select(use => stored(use.Name));
}
