using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A model on a board. Simulated.</summary>
/// <param name="Packing">See <see cref="SimulatedModel.Packing"/>.</param>
/// <param name="WeightBytes">As they lie.</param>
/// <param name="KvBytes">Of one sequence with the context that was asked for.</param>
/// <param name="ActivationBytes">Of the largest plan.</param>
/// <param name="Phases">Prompts, then tokens; by bandwidth, then by dataflow.</param>
/// <param name="Decisions">What was chosen and why.</param>
internal sealed record BoardSimulation(
    Board Board, string Model, string Packing, int ContextTokens, bool IsPicture, long WeightBytes, long KvBytes, long ActivationBytes, IReadOnlyList<SimulatedPhase> Phases, IReadOnlyList<Decision> Decisions)
{
    /// <summary>What the model takes of the board's memory.</summary>
    public long NeededBytes => WeightBytes + KvBytes + ActivationBytes;

    /// <summary>The board has it.</summary>
    public bool Fits => NeededBytes <= Board.BytesOf(MemoryLevel.External);

    public static BoardSimulation Run(SimulatedModel model, Board board, SimulationRequest request)
    {
        var context = model.IsPicture ? model.MostTokens : request.ContextTokens;
        var ways = new List<Way>();
        foreach (var candidate in Candidate.All(model, board))
            ways.Add(new Way(candidate, new Lazy<ModelPlans>(() => candidate.Model.PlansOn(candidate.Board, context, request.Kv, candidate.Dataflow))));
        var bandwidths = request.BandwidthsGbps.Count > 0 ? request.BandwidthsGbps : [BoardVariant.BandwidthGbps(board)];
        var (phases, decisions, used) = (new List<SimulatedPhase>(), new List<Decision>(), new List<ModelPlans>());
        // A picture is a prompt that is as long as it is.
        foreach (var tokens in model.IsPicture ? [model.MostTokens] : request.PromptTokens)
        {
            var accounts = ways.ConvertAll(way => new Lazy<PhaseAccount>(() => PhaseAccount.Prefill(way.Plans.Value.Prefill, way.Candidate.Board, tokens)));
            foreach (var gbps in bandwidths)
            {
                foreach (var dataflow in request.Dataflows)
                    Choose(accounts, way => dataflow is null || way.Dataflow == dataflow, onlyFirst: dataflow is not null, gbps, tokens);
            }
        }
        foreach (var position in model.IsPicture ? [] : request.DecodePositions)
        {
            // One token is carried out alike in both dataflows, whatever a prompt's runs are.
            var accounts = ways.ConvertAll(way => new Lazy<PhaseAccount>(() => PhaseAccount.Decode(way.Plans.Value.Decode, way.Candidate.Board, position)));
            foreach (var gbps in bandwidths)
                Choose(accounts, way => way.Dataflow == DataflowMode.Gemm && way.Board.Devices[0].Tiling == board.Device(way.Board.Devices[0].Name).Tiling, onlyFirst: !request.Dataflows.Contains(null), gbps, 1, position);
        }
        return new BoardSimulation(
            board,
            model.Name,
            model.Packing,
            context,
            model.IsPicture,
            used[0].Prefill.BytesOf(MemoryRegion.Weights),
            used[0].Prefill.BytesOf(MemoryRegion.KvCache),
            used.Max(plans => Math.Max(plans.Prefill.ArenaBytes, plans.Decode.ArenaBytes)),
            phases,
            decisions);

        void Choose(List<Lazy<PhaseAccount>> accounts, Func<Candidate, bool> isAsked, bool onlyFirst, double gbps, int tokens, int? position = null)
        {
            var priced = new List<ComparedWay>();
            (Way Way, SimulatedPhase Phase)? best = null;
            var asked = ways.Zip(accounts).Where(pair => isAsked(pair.First.Candidate)).Take(onlyFirst ? 1 : int.MaxValue).ToList();
            foreach (var (way, account) in asked)
            {
                // What arithmetic alone would take longer is not walked.
                if (best is { } known && LeastSeconds(way.Candidate, tokens) is var least && least > known.Phase.Seconds)
                {
                    priced.Add(new ComparedWay(way.Candidate, least, null));
                    continue;
                }
                // Of those that take as long at least, all are walked or none: side by side.
                if (!account.IsValueCreated)
                    WalkAll([.. asked.Where(other => LeastSeconds(other.First.Candidate, tokens) == LeastSeconds(way.Candidate, tokens)).Select(other => other.Second)]);
                var phase = SimulatedPhase.Of(account.Value, WithBandwidth(way.Candidate.Board, gbps), way.Candidate.Model.Packing);
                priced.Add(new ComparedWay(way.Candidate, phase.Seconds, phase.Traffic.Total));
                if (best is null || phase.Seconds < best.Value.Phase.Seconds)
                    best = (way, phase);
            }
            var chosen = best!.Value;
            phases.Add(chosen.Phase);
            used.Add(chosen.Way.Plans.Value);
            if (priced.Count > 1)
                decisions.Add(new Decision(tokens, position, gbps, [.. priced.OrderByDescending(item => item.Candidate == chosen.Way.Candidate)]));
        }
    }

    /// <summary>As many at a time as there are processors.</summary>
    private static void WalkAll(IReadOnlyList<Lazy<PhaseAccount>> accounts) => Task.WhenAll(accounts.Select(account => Task.Run(() => account.Value))).GetAwaiter().GetResult();

    /// <summary>The layers' products at the rate of the fastest unit of the candidate's board.</summary>
    private static double LeastSeconds(Candidate candidate, int tokens) =>
        tokens * candidate.Model.LayerOperations / candidate.Board.Units.Where(unit => unit.Work == WorkKind.Product).Max(unit => unit.Rate);

    /// <summary>The board itself where the bandwidth is its own: its figure says where it comes from.</summary>
    private static Board WithBandwidth(Board board, double gbps) => gbps == BoardVariant.BandwidthGbps(board) ? board : BoardVariant.WithBandwidth(board, gbps);

    private sealed record Way(Candidate Candidate, Lazy<ModelPlans> Plans);
}
