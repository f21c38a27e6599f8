using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Exploration;

/// <summary>
/// What a prompt and a token move and do in designs with the same lanes and buffers: one account serves every number of ports and every clock, which change how long it takes and not what is
/// moved. (Chunks of rows are those of the most ports.)
/// </summary>
internal sealed class DesignAccounts
{
    private readonly string packing;
    private readonly PhaseAccount decode;
    private readonly PhaseAccount[] prefills;

    public DesignAccounts(SimulatedModel model, Board board, ExplorationSettings settings)
    {
        packing = model.Packing;
        var gemm = model.PlansOn(board, settings.CacheTokens, null, DataflowMode.Gemm);
        var tphs = model.PlansOn(board, settings.CacheTokens, null, DataflowMode.Tphs);
        decode = PhaseAccount.Decode(gemm.Decode, board, settings.ContextTokens);
        prefills = [.. new[] { gemm, tphs }.Select(plans => PhaseAccount.Prefill(plans.Prefill, board, settings.PromptTokens))];
    }

    /// <summary>A token.</summary>
    public SimulatedPhase Decode(Board board) => SimulatedPhase.Of(decode, board, packing);

    /// <summary>A prompt, in the dataflow that is faster on this board.</summary>
    public SimulatedPhase Prefill(Board board) => prefills.Select(account => SimulatedPhase.Of(account, board, packing)).MinBy(phase => phase.Seconds)!;
}
