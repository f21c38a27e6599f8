using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>One way to run a model on a board: what the planner compares.</summary>
/// <param name="Label">What sets it apart, in words.</param>
/// <param name="Board">With the devices and sizes of this way.</param>
/// <param name="Model">With the weights as they lie in this way.</param>
internal sealed record Candidate(string Label, DataflowMode Dataflow, Board Board, SimulatedModel Model)
{
    /// <summary>Fewer tokens in one run are not worth fetching the weights again.</summary>
    private const int LeastRunTokens = 64;

    /// <summary>
    /// All ways: with the accelerator or on the processor alone, weights packed or plain, a prompt in runs of as many tokens as the board takes or of half as many, both dataflows.
    /// </summary>
    public static IReadOnlyList<Candidate> All(SimulatedModel model, Board board)
    {
        var candidates = new List<Candidate>();
        foreach (var (placement, on) in Placements(board))
        {
            foreach (var (packing, weights) in Packings(model))
            {
                foreach (var (tokens, cut) in RunTokens(on))
                {
                    foreach (var dataflow in model.HasAttention ? new[] { DataflowMode.Gemm, DataflowMode.Tphs } : [DataflowMode.Gemm])
                        candidates.Add(new Candidate(string.Join(", ", new[] { dataflow.ToString().ToLowerInvariant(), placement, packing, tokens }.Where(part => part.Length > 0)), dataflow, cut, weights));
                }
            }
        }
        return candidates;
    }

    private static IEnumerable<(string, Board)> Placements(Board board)
    {
        yield return ("", board);
        if (board.Devices.Count == 1)
            yield break;
        var last = board.LastDevice;
        yield return ($"{last.Name} alone", board with { Devices = [last], Units = [.. board.Units.Where(unit => unit.Device == last.Name)] });
    }

    private static IEnumerable<(string, SimulatedModel)> Packings(SimulatedModel model)
    {
        if (!model.HasPackedWeights)
        {
            yield return ("", model);
            yield break;
        }
        yield return ("packed", model);
        yield return ("plain", model.Plain);
    }

    private static IEnumerable<(string, Board)> RunTokens(Board board)
    {
        yield return ("", board);
        var device = board.Devices[0];
        if (board.Host is null && device.Tiling.RunTokens / 2 is var half and >= LeastRunTokens)
            yield return ($"{half} tokens a run", board with { Devices = [device with { Tiling = device.Tiling with { RunTokens = half } }, .. board.Devices.Skip(1)] });
    }
}
