using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A prompt with some number of processing elements at some bandwidth, in both dataflows. Simulated.</summary>
/// <param name="Elements">Null on a board whose elements form no pipelines.</param>
internal sealed record SweepCell(int? Elements, double BandwidthGbps, double GemmSeconds, double TphsSeconds)
{
    public DataflowMode Faster => TphsSeconds <= GemmSeconds ? DataflowMode.Tphs : DataflowMode.Gemm;
}

/// <summary>Both dataflows over bandwidths and numbers of elements: where one overtakes the other.</summary>
/// <param name="Cells">By elements, then by bandwidth.</param>
internal sealed record Sweep(int PromptTokens, IReadOnlyList<int?> Elements, IReadOnlyList<double> BandwidthsGbps, IReadOnlyList<SweepCell> Cells)
{
    /// <param name="elements">Null alone for the board as it is.</param>
    public static Sweep Run(SimulatedModel model, Board board, int promptTokens, IReadOnlyList<int?> elements, IReadOnlyList<double> bandwidthsGbps, NumberType? kv)
    {
        var (gemm, tphs) = (Account(DataflowMode.Gemm), Account(DataflowMode.Tphs));
        var cells = new List<SweepCell>();
        foreach (var count in elements)
        {
            var array = count is { } asked ? BoardVariant.WithElements(board, asked) : board;
            foreach (var gbps in bandwidthsGbps)
            {
                var own = BoardVariant.WithBandwidth(array, gbps);
                cells.Add(new SweepCell(count, gbps, Seconds(gemm, own), Seconds(tphs, own)));
            }
        }
        return new Sweep(promptTokens, elements, bandwidthsGbps, cells);

        // How bytes are fetched depends on buffers, not on the number of elements.
        PhaseAccount Account(DataflowMode mode) => PhaseAccount.Prefill(model.PlansOn(board, promptTokens + 1, kv, mode).Prefill, board, promptTokens);

        static double Seconds(PhaseAccount account, Board own) => account.Price(own).Sum(operation => operation.Seconds);
    }

    /// <summary>
    /// For each number of elements the bandwidth from which on GEMM mode is faster, between two of the sweep by straight lines; infinite where TPHS is at all of them, 0 where GEMM is.
    /// </summary>
    public IReadOnlyList<(int? Elements, double BandwidthGbps)> Crossover => [.. Elements.Select(count => (count, Crossing([.. Cells.Where(cell => cell.Elements == count)])))];

    private static double Crossing(IReadOnlyList<SweepCell> row)
    {
        for (var i = row.Count - 1; i >= 0; i--)
        {
            if (row[i].Faster != DataflowMode.Tphs)
                continue;
            if (i == row.Count - 1)
                return double.PositiveInfinity;
            var (below, above) = (row[i].GemmSeconds - row[i].TphsSeconds, row[i + 1].GemmSeconds - row[i + 1].TphsSeconds);
            return row[i].BandwidthGbps + (row[i + 1].BandwidthGbps - row[i].BandwidthGbps) * below / (below - above);
        }
        return 0;
    }
}
