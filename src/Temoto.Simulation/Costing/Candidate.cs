using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>One way to run a model on a board: what the planner compares.</summary>
/// <param name="Board">With the devices and sizes of this way.</param>
/// <param name="Model">With the weights as they lie in this way.</param>
internal sealed record Candidate(DataflowMode Dataflow, Board Board, SimulatedModel Model)
{
    /// <summary>The device that does everything, where the board has others.</summary>
    public string? OnlyDevice { get; init; }

    /// <summary>Whether weights that can be packed are; null where there are none.</summary>
    public bool? Packed { get; init; }

    /// <summary>Tokens of a prompt in one run, where they are fewer than the board takes.</summary>
    public int? RunTokens { get; init; }

    /// <summary>Fewer tokens in one run are not worth fetching the weights again.</summary>
    private const int LeastRunTokens = 64;

    /// <summary>
    /// All ways: with the accelerator or on the processor alone, weights packed or plain, a prompt in runs of as many tokens as the board takes or of half as many, both dataflows.
    /// </summary>
    public static IReadOnlyList<Candidate> All(SimulatedModel model, Board board)
    {
        var candidates = new List<Candidate>();
        foreach (var (only, on) in Placements(board))
        {
            foreach (var (packed, weights) in Packings(model))
            {
                foreach (var (tokens, cut) in Runs(on))
                {
                    foreach (var dataflow in model.HasAttention ? new[] { DataflowMode.Gemm, DataflowMode.Tphs } : [DataflowMode.Gemm])
                        candidates.Add(new Candidate(dataflow, cut, weights) { OnlyDevice = only, Packed = packed, RunTokens = tokens });
                }
            }
        }
        return candidates;
    }

    private static IEnumerable<(string?, Board)> Placements(Board board)
    {
        yield return (null, board);
        if (board.Devices.Count == 1)
            yield break;
        var last = board.LastDevice;
        yield return (last.Name, board with { Devices = [last], Units = [.. board.Units.Where(unit => unit.Device == last.Name)] });
    }

    private static IEnumerable<(bool?, SimulatedModel)> Packings(SimulatedModel model)
    {
        if (!model.HasPackedWeights)
        {
            yield return (null, model);
            yield break;
        }
        yield return (true, model);
        yield return (false, model.Plain);
    }

    private static IEnumerable<(int?, Board)> Runs(Board board)
    {
        yield return (null, board);
        var device = board.Devices[0];
        if (board.Host is null && device.Tiling.RunTokens / 2 is var half and >= LeastRunTokens)
            yield return (half, board with { Devices = [device with { Tiling = device.Tiling with { RunTokens = half } }, .. board.Devices.Skip(1)] });
    }
}
