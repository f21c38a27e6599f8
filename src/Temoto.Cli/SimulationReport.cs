using System.Text;
using System.Text.Json.Serialization;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Exploration;
using Temoto.Simulation.Report;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>What <c>simulate</c> prints.</summary>
/// <param name="sweeps">None, or one for each simulation.</param>
/// <param name="explorations">Likewise.</param>
/// <param name="mostDesigns">Designs of a front in the text.</param>
internal sealed class SimulationReport(IReadOnlyList<BoardSimulation> simulations, IReadOnlyList<Sweep> sweeps, IReadOnlyList<Exploration> explorations, int mostDesigns)
{
    /// <summary>Beyond this many prompts and positions, operations are left to the JSON document.</summary>
    private const int MostDetailedPhases = 2;

    /// <summary>For names of operations: post_feedforward_layernorm.</summary>
    private const int NameColumns = 26;

    private static readonly Texts English = new(ReportLanguage.English);

    public string Text()
    {
        var text = new StringBuilder();
        foreach (var (index, simulation) in simulations.Index())
        {
            if (index > 0)
                text.AppendLine();
            Write(text, simulation);
            if (sweeps.Count > 0)
                Write(text, sweeps[index]);
            if (explorations.Count > 0)
                text.AppendLine().Append(ExplorationTable.Of(explorations[index], mostDesigns));
        }
        return text.ToString().TrimEnd();
    }

    public string Json() => simulations.Count == 1
        ? Cli.Json.Document(Document(0), ResultContext.Default.SimulationDocument)
        : Cli.Json.Document(new SimulationDocuments(Enumerable.Range(0, simulations.Count).Select(Document)), ResultContext.Default.SimulationDocuments);

    private static void Write(StringBuilder text, BoardSimulation simulation)
    {
        var board = simulation.Board;
        text.AppendLine($"{StandardOutput.Line(simulation.Model)} on {StandardOutput.Line(board.Name)} (simulated; packing {simulation.Packing})");
        text.AppendLine(Invariant($"memory: weights {Mib(simulation.WeightBytes)}, KV cache {Mib(simulation.KvBytes)} at {simulation.ContextTokens} tokens, activations {Mib(simulation.ActivationBytes)} of {Mib(board.BytesOf(MemoryLevel.External))}{(simulation.Fits ? "" : ": it does not fit")}"));
        text.AppendLine("  phase    tokens  context   Gbit/s  dataflow         ms   tokens/s   MB moved       W   mJ/token  bound by");
        foreach (var phase in simulation.Phases)
        {
            var joules = board.Power is null ? (double?)null : phase.Joules;
            text.AppendLine(Invariant($"  {Name(simulation, phase),-7} {phase.Tokens,7} {phase.Context,8} {phase.BandwidthGbps,8:0.0}  {Dataflow(phase),-8} {phase.Seconds * 1e3,10:0.000} {phase.TokensPerSecond,10:0.00} {phase.Traffic.Total / 1e6,10:0.000} ")
                + Invariant($"{(joules is { } j ? Invariant($"{j / phase.Seconds:0.0}") : "-"),7} {(joules is { } e ? Invariant($"{e / phase.Tokens * 1e3:0.0}") : "-"),10}  {phase.BoundBy}"));
        }
        if (simulation.Phases.Count <= MostDetailedPhases)
        {
            foreach (var phase in simulation.Phases)
                WriteOperations(text, simulation, phase);
        }
        foreach (var decision in simulation.Decisions)
            text.AppendLine($"  chosen for {StandardOutput.Line(DecisionText.Of(decision, English))}");
        var evidence = Assumption.Of(board).GroupBy(figure => figure.Evidence).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
        text.AppendLine($"  rests on figures of the board: {string.Join(", ", evidence)}; each with its source in --json");
    }

    private static void WriteOperations(StringBuilder text, BoardSimulation simulation, SimulatedPhase phase)
    {
        text.AppendLine(Invariant($"  {Name(simulation, phase)}: operations, in ms"));
        text.AppendLine("    operation                  device  times      fetch    compute      store     launch        all   MB moved  bound by");
        foreach (var operation in phase.Operations)
        {
            text.AppendLine(Invariant($"    {Cut(StandardOutput.Line(operation.Name)),-NameColumns} {Cut(StandardOutput.Line(operation.Device)),-7} {operation.Times,5} {operation.FetchSeconds * 1e3,10:0.000} {operation.ComputeSeconds * 1e3,10:0.000} {operation.StoreSeconds * 1e3,10:0.000} {operation.LaunchSeconds * 1e3,10:0.000} {operation.Seconds * 1e3,10:0.000} {operation.Traffic.Total / 1e6,10:0.000}  {operation.BoundBy}"));
        }
    }

    private static void Write(StringBuilder text, Sweep sweep)
    {
        text.AppendLine(Invariant($"  sweep, a prompt of {sweep.PromptTokens} tokens: TPHS is faster below, GEMM above"));
        foreach (var (elements, gbps) in sweep.Crossover)
        {
            var where = double.IsPositiveInfinity(gbps) ? "TPHS everywhere" : gbps == 0 ? "GEMM everywhere" : Invariant($"{gbps:0.0} Gbit/s");
            text.AppendLine(Invariant($"    {(elements is { } count ? Invariant($"{count} elements") : "the board's elements"),-20} {where}"));
        }
    }

    private SimulationDocument Document(int index)
    {
        var simulation = simulations[index];
        var evidence = simulation.Board.RateEvidence.ToString().ToLowerInvariant();
        return new SimulationDocument(
            simulation.Board.Name,
            simulation.Model,
            simulation.WeightBytes,
            simulation.KvBytes,
            simulation.ActivationBytes,
            simulation.Board.BytesOf(MemoryLevel.External),
            simulation.Fits,
            Assumption.Of(simulation.Board).Select(figure => new SimulationAssumption(figure.What, figure.Value, figure.Unit, figure.Evidence.ToString().ToLowerInvariant(), figure.Source)),
            simulation.Decisions.Select(decision => DecisionText.Of(decision, English)),
            simulation.Phases.Select(phase => new SimulationResult(
                simulation.IsPicture ? "picture" : phase.Phase.ToString().ToLowerInvariant(), phase.Tokens, phase.Context, phase.BandwidthGbps, phase.Dataflow.ToString().ToLowerInvariant(), phase.Packing, phase.Seconds, phase.Cycles?.Total,
                phase.Traffic.Total, simulation.Board.Power is null ? null : phase.Joules, phase.TokensPerSecond, phase.BoundBy,
                phase.Operations.Select(operation => new SimulationOperation(
                    operation.Name, operation.Mode?.ToString().ToLowerInvariant(), operation.Device, operation.Times, operation.Seconds, operation.Cycles?.Total, operation.Cycles?.Busy, operation.Cycles?.Starved, operation.Cycles?.Stalled, operation.Cycles?.Idle,
                    operation.Traffic.Fetched, operation.Traffic.Stored, simulation.Board.Power is null ? null : operation.Joules, operation.BoundBy, evidence)))),
            sweeps.Count == 0 ? null : new SimulationSweep(
                sweeps[index].PromptTokens,
                sweeps[index].Cells.Select(cell => new SimulationCell(cell.Elements, cell.BandwidthGbps, cell.GemmSeconds, cell.TphsSeconds, cell.Faster.ToString().ToLowerInvariant())),
                sweeps[index].Crossover.Select(cross => new SimulationCrossover(cross.Elements, double.IsPositiveInfinity(cross.BandwidthGbps) ? null : cross.BandwidthGbps))),
            explorations.Count == 0 ? null : ExplorationReport.Of(explorations[index]));
    }

    private static string Name(BoardSimulation simulation, SimulatedPhase phase) => simulation.IsPicture ? "picture" : phase.Phase.ToString().ToLowerInvariant();

    private static string Dataflow(SimulatedPhase phase) => phase.Phase == Phase.Decode ? "-" : phase.Dataflow.ToString().ToLowerInvariant();

    private static string Mib(long bytes) => Invariant($"{bytes / 1048576.0:0.0} MiB");

    private static string Cut(string text) => text.Length <= NameColumns ? text : text[^NameColumns..];
}

/// <summary>The document of <c>simulate</c> on several boards.</summary>
internal sealed record SimulationDocuments(IEnumerable<SimulationDocument> Simulations);

/// <summary>The document of <c>simulate</c>. All of it is simulated.</summary>
internal sealed record SimulationDocument(
    string Board, string Model, long WeightBytes, long KvBytes, long ActivationBytes, long MemoryBytes, bool Fits, IEnumerable<SimulationAssumption> Assumptions, IEnumerable<string> Decisions,
    IEnumerable<SimulationResult> Results, SimulationSweep? Sweep, ExplorationReport? Exploration);

/// <summary>A figure of the board.</summary>
internal sealed record SimulationAssumption(string What, double Value, string Unit, string Evidence, string Source);

/// <summary>A prompt or a token.</summary>
internal sealed record SimulationResult(
    string Phase, int Tokens, int Context, double BandwidthGbps, string Dataflow, string Packing, double Seconds, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong? Cycles, long DramBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Joules, double TokensPerSecond, string BoundBy, IEnumerable<SimulationOperation> Operations);

/// <summary>An operation in all layers and runs.</summary>
internal sealed record SimulationOperation(
    string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Mode, string Device, int Times, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong? Cycles, ulong? BusyCycles, ulong? StarvedCycles, ulong? StallCycles, ulong? IdleCycles,
    long FetchBytes, long StoreBytes, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Joules, string BoundBy, string Evidence);

/// <summary>Both dataflows over bandwidths and elements.</summary>
internal sealed record SimulationSweep(int Tokens, IEnumerable<SimulationCell> Cells, IEnumerable<SimulationCrossover> Crossover);

/// <summary>A cell of a sweep.</summary>
internal sealed record SimulationCell(int? Pe, double BandwidthGbps, double GemmSeconds, double TphsSeconds, string Faster);

/// <summary>From which bandwidth on GEMM mode is faster; null where TPHS is at all of them.</summary>
internal sealed record SimulationCrossover(int? Pe, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? BandwidthGbps);
