using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A model on a board. Simulated.</summary>
/// <param name="WeightBytes">As they lie.</param>
/// <param name="KvBytes">Of one sequence with the context that was asked for.</param>
/// <param name="ActivationBytes">Of the larger plan.</param>
/// <param name="Phases">Prompts, then tokens; by bandwidth, then by dataflow.</param>
/// <param name="Decisions">What was chosen and why, a line each.</param>
internal sealed record BoardSimulation(
    Board Board, string Model, string Packing, int ContextTokens, bool IsPicture, long WeightBytes, long KvBytes, long ActivationBytes, IReadOnlyList<SimulatedPhase> Phases, IReadOnlyList<string> Decisions)
{
    /// <summary>What the model needs, and whether the board has it.</summary>
    public bool Fits => WeightBytes + KvBytes + ActivationBytes <= Board.BytesOf(MemoryLevel.External);

    public static BoardSimulation Run(SimulatedModel model, Board board, SimulationRequest request)
    {
        var context = model.IsPicture ? model.MostTokens : request.ContextTokens;
        var plans = new[] { DataflowMode.Gemm, DataflowMode.Tphs }.ToDictionary(mode => mode, mode => new Lazy<ModelPlans>(() => model.PlansOn(board, context, request.Kv, mode)));
        var decisions = new List<string>();
        var phases = new List<SimulatedPhase>();
        // A picture is a prompt that is as long as it is.
        foreach (var tokens in model.IsPicture ? [model.MostTokens] : request.PromptTokens)
        {
            var accounts = plans.ToDictionary(item => item.Key, item => new Lazy<PhaseAccount>(() => PhaseAccount.Prefill(item.Value.Value.Prefill, board, tokens)));
            foreach (var gbps in Bandwidths(board, request))
            {
                foreach (var dataflow in request.Dataflows)
                    phases.Add(dataflow is { } mode ? Price(accounts[mode].Value, gbps) : Faster(accounts, gbps, tokens));
            }
        }
        var decode = plans[DataflowMode.Gemm].Value.Decode;
        foreach (var position in model.IsPicture ? [] : request.DecodePositions)
        {
            var account = PhaseAccount.Decode(decode, board, position);
            foreach (var gbps in Bandwidths(board, request))
                phases.Add(Price(account, gbps));
        }
        var used = plans.Values.Where(item => item.IsValueCreated).Select(item => item.Value).ToList();
        return new BoardSimulation(
            board,
            model.Name,
            model.Packing,
            context,
            model.IsPicture,
            used[0].Prefill.BytesOf(MemoryRegion.Weights),
            used[0].Prefill.BytesOf(MemoryRegion.KvCache),
            used.Max(item => Math.Max(item.Prefill.ArenaBytes, item.Decode.ArenaBytes)),
            phases,
            decisions);

        SimulatedPhase Price(PhaseAccount account, double gbps) => SimulatedPhase.Of(account, WithBandwidth(board, gbps), model.Packing);

        SimulatedPhase Faster(Dictionary<DataflowMode, Lazy<PhaseAccount>> accounts, double gbps, int tokens)
        {
            var (gemm, tphs) = (Price(accounts[DataflowMode.Gemm].Value, gbps), Price(accounts[DataflowMode.Tphs].Value, gbps));
            var faster = tphs.Seconds <= gemm.Seconds ? tphs : gemm;
            decisions.Add(FormattableString.Invariant(
                $"{faster.Dataflow.ToString().ToLowerInvariant()} for {tokens} tokens at {gbps:0.###} Gbit/s: gemm {gemm.Seconds * 1e3:0.000} ms and {gemm.Traffic.Total / 1e6:0.000} MB, tphs {tphs.Seconds * 1e3:0.000} ms and {tphs.Traffic.Total / 1e6:0.000} MB"));
            return faster;
        }
    }

    private static IReadOnlyList<double> Bandwidths(Board board, SimulationRequest request) => request.BandwidthsGbps.Count > 0 ? request.BandwidthsGbps : [BoardVariant.BandwidthGbps(board)];

    /// <summary>The board itself where the bandwidth is its own: its figure says where it comes from.</summary>
    private static Board WithBandwidth(Board board, double gbps) => gbps == BoardVariant.BandwidthGbps(board) ? board : BoardVariant.WithBandwidth(board, gbps);
}
