using System.Text;
using System.Text.Json.Serialization;
using Temoto.Planning;
using Temoto.Plans;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>A plan with its prices, for people and as JSON. Every figure is computed; the board says whether its rates were measured.</summary>
internal sealed class PlanReport
{
    private readonly string model;
    private readonly ModelPlans plan;
    private readonly MemoryPlan? memory;
    private readonly List<(string Name, Plan Plan, int Tokens, int Position, IReadOnlyList<StepPrice> Prices)> phases = [];
    private readonly List<(string Dataflow, Traffic Traffic, double Seconds, long ArenaBytes)> alternatives = [];

    /// <param name="memory">What this computer needs for it; null for another board.</param>
    /// <param name="tokens">Of the prompt's run.</param>
    /// <param name="position">Tokens in the cache when one is generated; null for a model that generates none.</param>
    public PlanReport(string model, ModelPlans plan, MemoryPlan? memory, int tokens, int? position)
    {
        this.model = model;
        this.plan = plan;
        this.memory = memory;
        Tokens = tokens;
        IsPicture = position is null;
        phases.Add(("prefill", plan.Prefill, tokens, 0, PlanPrice.Of(plan.Prefill, plan.Board, tokens, 0)));
        if (position is { } cached)
            phases.Add(("decode", plan.Decode, 1, cached, PlanPrice.Of(plan.Decode, plan.Board, 1, cached)));
    }

    private int Tokens { get; }

    private bool IsPicture { get; }

    /// <summary>The prompt's run in another dataflow, or in the plan's own, whose prices are known.</summary>
    public void AddAlternative(DataflowChoice mode, ModelPlans other)
    {
        var prices = other == plan ? phases[0].Prices : PlanPrice.Of(other.Prefill, other.Board, Tokens, 0);
        alternatives.Add((mode.ToString().ToLowerInvariant(), Sum(prices), prices.Sum(price => price.Seconds), other.Prefill.ArenaBytes));
    }

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(Title());
        text.AppendLine(memory?.ToString() ?? NeededMemory());
        if (plan.PackedChoice is var packed and not { Kept: 0, Unpacked: 0 })
            text.AppendLine(Invariant($"packed weights: {packed.Kept} stay packed, {packed.Unpacked} are laid out plain; one token with all of them packed {packed.PackedSeconds * 1e3:0.000} ms, plain {packed.PlainSeconds * 1e3:0.000} ms (computed)"));
        foreach (var (name, phase, tokens, position, prices) in phases)
        {
            text.AppendLine();
            var run = IsPicture ? $"picture: {tokens} tokens" : $"{name}: {tokens} {(tokens == 1 ? "token" : "tokens")} with {position} in the cache";
            text.AppendLine(Invariant($"{run}; arena {phase.ArenaBytes / 1048576.0:0.00} MiB (all figures computed; MB beyond the on-chip level)"));
            text.AppendLine("  layer  step                mode  tile           weights                      weights  activations  intermediate        KV        ms  bound by");
            foreach (var group in Groups(prices))
                text.AppendLine(Row(group));
            var all = Sum(prices);
            text.AppendLine(Invariant($"  together {"",-58} {all.Weights / 1e6,12:0.000} {all.Activations / 1e6,12:0.000} {all.Intermediates / 1e6,13:0.000} {all.Kv / 1e6,9:0.000} {prices.Sum(price => price.Seconds) * 1e3,9:0.000}  {(IsPicture ? 1 : tokens) / prices.Sum(price => price.Seconds):0.0} {(IsPicture ? "pictures" : "tokens")}/s"));
        }
        text.AppendLine();
        text.AppendLine(Invariant($"{(IsPicture ? "picture" : "prefill")} of {Tokens} tokens by dataflow:"));
        foreach (var (dataflow, traffic, seconds, arena) in alternatives)
            text.AppendLine(Invariant($"  {dataflow,-5} {traffic.Total / 1e6,10:0.000} MB moved ({traffic.Intermediates / 1e6:0.000} MB of them intermediates of attention), arena {arena / 1048576.0:0.00} MiB, {seconds * 1e3:0.000} ms"));
        if (plan.Decision is { } decision)
            text.AppendLine($"  the planner's own choice is {decision}");
        return text.ToString().TrimEnd();
    }

    public string Json() => Cli.Json.Document(
        new PlanDocument(
            model, new RawJson(plan.Board.ToJson()),
            plan.PackedChoice is var packed and not { Kept: 0, Unpacked: 0 }
                ? new PackedFigures(packed.Kept, packed.Unpacked, packed.PackedSeconds, packed.PlainSeconds)
                : null,
            phases.Select(phase => Figures(phase.Name, phase.Plan, phase.Tokens, phase.Position, phase.Prices)),
            alternatives.Select(other => new PlanAlternative(
                other.Dataflow, other.Seconds, other.ArenaBytes,
                other.Traffic.Weights, other.Traffic.Activations, other.Traffic.Intermediates, other.Traffic.Kv)),
            plan.Decision?.ToString()),
        ResultContext.Default.PlanDocument);

    private static PlanPhase Figures(string name, Plan plan, int tokens, int position, IReadOnlyList<StepPrice> prices)
    {
        var traffic = Sum(prices);
        return new PlanPhase(
            name, tokens, position, plan.ArenaBytes, prices.Sum(price => price.Seconds),
            traffic.Weights, traffic.Activations, traffic.Intermediates, traffic.Kv, prices.Select(Figures), new RawJson(plan.ToJson()));
    }

    private static PlanStep Figures(StepPrice price) => new(
        price.Step.Name, price.Placed.Layer, price.Step.Mode?.ToString().ToLowerInvariant(), TileRows(price.Step), TileTokens(price.Step), price.Step.Device,
        Weights(price.Step), price.Operations, price.Traffic.Weights, price.Traffic.Activations, price.Traffic.Intermediates, price.Traffic.Kv,
        price.Seconds, price.BoundBy.ToString().ToLowerInvariant());

    private string Title()
    {
        var board = plan.Board;
        var machine = board.Host is { } host ? $"{host.Threads} threads, kernels {host.Kernels}" : string.Join(", ", board.Devices.Select(device => StandardOutput.Line(device.Name)));
        return Invariant($"{StandardOutput.Line(model)} on {StandardOutput.Line(board.Name)} ({board.RateEvidence.ToString().ToLowerInvariant()}): {machine}, ")
            + Invariant($"{board.Memory(MemoryLevel.External).BytesPerSecond.Value / 1e9:0.0} GB/s from memory, {board.BytesOf(MemoryLevel.OnChip) / 1024} KiB on chip per worker");
    }

    /// <summary>Without what an engine needs beside the plan, which is this computer's matter.</summary>
    private string NeededMemory()
    {
        var weights = plan.Prefill.BytesOf(MemoryRegion.Weights);
        var cache = plan.Prefill.BytesOf(MemoryRegion.KvCache);
        var arena = Math.Max(plan.Prefill.ArenaBytes, plan.Decode.ArenaBytes);
        var available = plan.Board.BytesOf(MemoryLevel.External);
        return Invariant($"memory: weights {weights / 1048576.0:0.0} MiB, KV cache {cache / 1048576.0:0.0} MiB at {plan.Prefill.ContextTokens} tokens, activations {arena / 1048576.0:0.0} MiB, ")
            + Invariant($"together {(weights + cache + arena) / 1048576.0:0.0} MiB of {available / 1048576.0:0.0} MiB{(weights + cache + arena > available ? ": it does not fit" : "")}");
    }

    /// <summary>Steps of the layers that are alike, whatever the layer; they come where the first of them stands.</summary>
    private static IEnumerable<StepPrice[]> Groups(IReadOnlyList<StepPrice> prices) =>
        prices.Index().GroupBy(item => (item.Item.Placed.Layer < 0 ? item.Index : -1, item.Item.Step.Name, item.Item.Step.Mode, TileRows(item.Item.Step), TileTokens(item.Item.Step), Weights(item.Item.Step)))
            .Select(group => group.Select(item => item.Item).ToArray());

    private string Row(StepPrice[] group)
    {
        var step = group[0].Step;
        var all = Sum(group);
        var first = group[0].Placed.Layer;
        var layers = first < 0 ? "-" : group.Length == 1 ? $"{first}" : $"{first}..{group[^1].Placed.Layer}";
        var (rows, tokens) = (TileRows(step), TileTokens(step));
        var tile = rows > 0
            ? tokens > 0 ? $"{rows} rows x {tokens}" : $"{rows} rows"
            : tokens switch { 0 => "all tokens", 1 => "row by row", _ => $"{tokens} tokens" };
        var how = plan.Board.Devices.Count > 1 ? step.Device : step.Mode?.ToString().ToLowerInvariant() ?? "";
        return Invariant($"  {layers,-6} {Cut(StandardOutput.Line(step.Name), 19),-19} {Cut(how, 5),-5} {tile,-14} {Cut(Weights(step), 24),-24} {all.Weights / 1e6,11:0.000} {all.Activations / 1e6,12:0.000} ")
            + Invariant($"{all.Intermediates / 1e6,13:0.000} {all.Kv / 1e6,9:0.000} {group.Sum(price => price.Seconds) * 1e3,9:0.000}  {group[0].BoundBy.ToString().ToLowerInvariant()}");
    }

    /// <summary>Rows of a weight that one chunk takes; of projections to heads, a head; 0 without a weight.</summary>
    private static int TileRows(Step step) => step.Kind switch
    {
        StepKind.Linear or StepKind.GatedLinear or StepKind.GatedExperts or StepKind.DownExperts => step.Tile(Dimension.Columns),
        StepKind.HeadProjections or StepKind.TphsAttention => step.Attention!.HeadDim,
        _ => 0,
    };

    /// <summary>Tokens that one chunk takes; 0 where it takes them all.</summary>
    private static int TileTokens(Step step) => step.Kind switch
    {
        StepKind.Linear or StepKind.GatedLinear or StepKind.GatedExperts or StepKind.DownExperts or StepKind.StoreKv => 0,
        StepKind.SelectRows => 1,
        _ when step.OnLogitRows => 1,
        _ => step.Tile(Dimension.Tokens),
    };

    /// <summary>"Q4_0 [896, 896]", "3 x Int4 packed".</summary>
    private static string Weights(Step step)
    {
        var matrices = step.Operands.Where(operand => operand.Memory == MemoryRegion.Weights && operand.Shape[0] > 1).ToArray();
        return matrices switch
        {
            [] => "",
            [var one] => $"{one.Format.Type}{Packed(one.Format.Packing)} [{one.Shape[0]}, {one.Shape[1]}]",
            _ => string.Join(", ", matrices.GroupBy(weight => (weight.Format.Type, weight.Format.Packing)).Select(group => $"{group.Count()} x {group.Key.Type}{Packed(group.Key.Packing)}")),
        };

        static string Packed(RowPacking packing) => packing == RowPacking.None ? "" : " packed";
    }

    private static string Cut(string text, int length)
    {
        var last = text[(text.LastIndexOf('.') + 1)..];
        var shown = text.Length <= length ? text : last;
        return shown.Length <= length ? shown : shown[..length];
    }

    private static Traffic Sum(IEnumerable<StepPrice> prices) => prices.Aggregate(default(Traffic), (sum, price) => sum + price.Traffic);
}

/// <summary>The document of <c>plan</c>.</summary>
internal sealed record PlanDocument(
    string Model, RawJson Board, PackedFigures? PackedWeights, IEnumerable<PlanPhase> Phases, IEnumerable<PlanAlternative> Alternatives, string? Decision);

/// <summary>What becomes of packed weights, and what either choice costs.</summary>
internal sealed record PackedFigures(int Kept, int Unpacked, double PackedSeconds, double PlainSeconds);

/// <summary>One run: its figures, its steps with theirs, and its plan as the contract writes it.</summary>
internal sealed record PlanPhase(
    string Phase, int Tokens, int Context, long ArenaBytes, double Seconds, long WeightBytes, long ActivationBytes, long IntermediateBytes, long KvBytes,
    IEnumerable<PlanStep> Operations, RawJson Plan);

/// <summary>One step of a layer and its price.</summary>
internal sealed record PlanStep(
    string Name, int Layer, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Mode, int TileRows, int TileTokens, string Device, string Weights,
    double Operations, long WeightBytes, long ActivationBytes, long IntermediateBytes, long KvBytes, double Seconds, string BoundBy);

/// <summary>The prompt's run in another dataflow.</summary>
internal sealed record PlanAlternative(
    string Dataflow, double Seconds, long ArenaBytes, long WeightBytes, long ActivationBytes, long IntermediateBytes, long KvBytes);
