using System.Text;
using System.Text.Json;
using Temoto.Dataflow;
using Temoto.Generation.Execution;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>A plan with its prices, for people and as JSON. Every figure is computed; the board says whether its rates were measured.</summary>
internal sealed class PlanReport
{
    private readonly string model;
    private readonly EnginePlan plan;
    private readonly List<(string Name, Plan Plan, int Tokens, int Position, IReadOnlyList<StepPrice> Prices)> phases = [];
    private readonly List<(string Dataflow, Traffic Traffic, double Seconds, long ArenaBytes)> alternatives = [];

    /// <param name="tokens">Of the prompt's run.</param>
    /// <param name="position">Tokens in the cache when one is generated; null for a model that generates none.</param>
    public PlanReport(string model, EnginePlan plan, int tokens, int? position)
    {
        this.model = model;
        this.plan = plan;
        Tokens = tokens;
        IsPicture = position is null;
        phases.Add(("prefill", plan.Prefill, tokens, 0, PlanPrice.Of(plan.Prefill, plan.Board, tokens, 0)));
        if (position is { } cached)
            phases.Add(("decode", plan.Decode, 1, cached, PlanPrice.Of(plan.Decode, plan.Board, 1, cached)));
    }

    private int Tokens { get; }

    private bool IsPicture { get; }

    /// <summary>The prompt's run in another dataflow, or in the plan's own, whose prices are known.</summary>
    public void AddAlternative(DataflowChoice mode, EnginePlan other)
    {
        var prices = other == plan ? phases[0].Prices : PlanPrice.Of(other.Prefill, other.Board, Tokens, 0);
        alternatives.Add((mode.ToString().ToLowerInvariant(), Sum(prices), prices.Sum(price => price.Seconds), other.Prefill.ArenaBytes));
    }

    public string Text()
    {
        var text = new StringBuilder();
        var board = plan.Board;
        text.AppendLine(Invariant($"{StandardOutput.Line(model)} on {StandardOutput.Line(board.Name)} ({board.Evidence}): {board.Threads} threads, kernels {board.Kernels}, {board.ReadBytesPerSecond / 1e9:0.0} GB/s from memory, {board.OnChipBytesPerThread / 1024} KiB on chip per thread"));
        text.AppendLine(plan.Memory.ToString());
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

    public string Json() => Cli.Json.Document(json =>
    {
        json.WriteString("model", model);
        json.WriteStartObject("board");
        BoardFile.WriteMembers(json, plan.Board);
        json.WriteEndObject();
        if (plan.PackedChoice is var packed and not { Kept: 0, Unpacked: 0 })
        {
            json.WriteStartObject("packed_weights");
            json.WriteNumber("kept", packed.Kept);
            json.WriteNumber("unpacked", packed.Unpacked);
            json.WriteNumber("packed_seconds", packed.PackedSeconds);
            json.WriteNumber("plain_seconds", packed.PlainSeconds);
            json.WriteEndObject();
        }
        json.WriteStartArray("phases");
        foreach (var (name, phase, tokens, position, prices) in phases)
        {
            json.WriteStartObject();
            json.WriteString("phase", name);
            json.WriteNumber("tokens", tokens);
            json.WriteNumber("context", position);
            json.WriteNumber("arena_bytes", phase.ArenaBytes);
            json.WriteNumber("seconds", prices.Sum(price => price.Seconds));
            WriteTraffic(json, Sum(prices));
            json.WriteStartArray("operations");
            foreach (var price in prices)
                WriteStep(json, price);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("alternatives");
        foreach (var (dataflow, traffic, seconds, arena) in alternatives)
        {
            json.WriteStartObject();
            json.WriteString("dataflow", dataflow);
            json.WriteNumber("seconds", seconds);
            json.WriteNumber("arena_bytes", arena);
            WriteTraffic(json, traffic);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (plan.Decision is { } decision)
            json.WriteString("decision", decision.ToString());
    });

    private static void WriteStep(Utf8JsonWriter json, StepPrice price)
    {
        json.WriteStartObject();
        json.WriteString("name", price.Step.Op.Name);
        json.WriteNumber("layer", price.Step.Op.Layer);
        json.WriteString("mode", price.Step.Mode.ToString().ToLowerInvariant());
        json.WriteNumber("tile_rows", price.Step.TileRows);
        json.WriteNumber("tile_tokens", price.Step.TileTokens);
        json.WriteString("weights", Weights(price.Step));
        json.WriteNumber("operations", price.Operations);
        WriteTraffic(json, price.Traffic);
        json.WriteNumber("seconds", price.Seconds);
        json.WriteString("bound_by", price.BoundBy.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }

    private static void WriteTraffic(Utf8JsonWriter json, Traffic traffic)
    {
        json.WriteNumber("weight_bytes", traffic.Weights);
        json.WriteNumber("activation_bytes", traffic.Activations);
        json.WriteNumber("intermediate_bytes", traffic.Intermediates);
        json.WriteNumber("kv_bytes", traffic.Kv);
    }

    /// <summary>Steps of the layers that are alike, whatever the layer; they come where the first of them stands.</summary>
    private static IEnumerable<StepPrice[]> Groups(IReadOnlyList<StepPrice> prices) =>
        prices.GroupBy(price => (price.Step.Op.Layer < 0 ? price.Step.Op.Output.Id : -1, price.Step.Op.Name, price.Step.Mode, price.Step.TileRows, price.Step.TileTokens, Weights(price.Step))).Select(group => group.ToArray());

    private static string Row(StepPrice[] group)
    {
        var step = group[0].Step;
        var all = Sum(group);
        var layers = step.Op.Layer < 0 ? "-" : group.Length == 1 ? $"{step.Op.Layer}" : $"{step.Op.Layer}..{group[^1].Step.Op.Layer}";
        var tile = step.Op.Linears.Count > 0
            ? step.TileTokens > 0 ? $"{step.TileRows} rows x {step.TileTokens}" : $"{step.TileRows} rows"
            : step.TileTokens == 1 ? "row by row" : $"{step.TileTokens} tokens";
        return Invariant($"  {layers,-6} {Cut(StandardOutput.Line(step.Op.Name), 19),-19} {step.Mode.ToString().ToLowerInvariant(),-5} {tile,-14} {Cut(Weights(step), 24),-24} {all.Weights / 1e6,11:0.000} {all.Activations / 1e6,12:0.000} {all.Intermediates / 1e6,13:0.000} {all.Kv / 1e6,9:0.000} {group.Sum(price => price.Seconds) * 1e3,9:0.000}  {group[0].BoundBy.ToString().ToLowerInvariant()}");
    }

    /// <summary>"Q4_0 [896, 896]", "3 x I4 packed".</summary>
    private static string Weights(PlanStep step)
    {
        var matrices = step.Weights.Where(weight => weight.Rows > 1).ToArray();
        return matrices switch
        {
            [] => "",
            [var one] => $"{one.Type}{(one.Packed ? " packed" : "")} [{one.Rows}, {one.Columns}]",
            _ => string.Join(", ", matrices.GroupBy(weight => (weight.Type, weight.Packed)).Select(group => $"{group.Count()} x {group.Key.Type}{(group.Key.Packed ? " packed" : "")}")),
        };
    }

    private static string Cut(string text, int length)
    {
        var last = text[(text.LastIndexOf('.') + 1)..];
        var shown = text.Length <= length ? text : last;
        return shown.Length <= length ? shown : shown[..length];
    }

    private static Traffic Sum(IEnumerable<StepPrice> prices) => prices.Aggregate(default(Traffic), (sum, price) => sum + price.Traffic);
}
