using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

/// <summary>Simulations that the tests of the report share; each is run once.</summary>
internal static class ReportSamples
{
    private static readonly Lazy<BoardSimulation> LazyKv260 = new(() => Run("kv260", Qwen, []));
    private static readonly Lazy<BoardSimulation> LazySweptKv260 = new(() => Run("kv260", Qwen, [12, 25, 51, 102, 129.792]));
    private static readonly Lazy<BoardSimulation> LazyHost = new(() => Run("kv260-a53", Qwen, []));
    private static readonly Lazy<BoardSimulation> LazyMeadow = new(() => Run("zcu102-meadow", Opt, [1, 12]));
    private static readonly Lazy<Sweep> LazySweep = new(() => Sweep.Run(Opt(), BoardChoice.Read("zcu102-meadow"), 512, [24, 48, 96, 192], [1, 6, 12, 25, 51, 204, 819], null));

    /// <summary>One bandwidth, which is the board's own.</summary>
    public static BoardSimulation Kv260 => LazyKv260.Value;

    /// <summary>Five bandwidths, of which the last is the board's own.</summary>
    public static BoardSimulation SweptKv260 => LazySweptKv260.Value;

    /// <summary>Another model on another board.</summary>
    public static BoardSimulation Meadow => LazyMeadow.Value;

    /// <summary>Processors alone, as a host.</summary>
    public static BoardSimulation Host => LazyHost.Value;

    public static Sweep Sweep => LazySweep.Value;

    /// <summary>Invented seconds: TPHS is faster at low bandwidths, GEMM at high ones, with 24 elements GEMM everywhere, with 192 TPHS everywhere.</summary>
    public static Sweep CrossingSweep { get; } = Crossing([24, 48, 96, 192], [1, 2, 6, 12, 25, 51]);

    /// <summary>The report that has everything.</summary>
    public static string Full(ReportLanguage language) => HtmlReport.Write(
        [SweptKv260, Meadow], CrossingSweep, new ReportSettings { Language = language, Host = Host, SweepBoard = Meadow.Board.Name });

    /// <summary>One board and nothing else.</summary>
    public static string Single(ReportLanguage language, BoardSimulation? host = null) => HtmlReport.Write([Kv260], null, new ReportSettings { Language = language, Host = host });

    private static Sweep Crossing(IReadOnlyList<int?> elements, IReadOnlyList<double> bandwidths) => new(
        512,
        elements,
        bandwidths,
        [.. elements.SelectMany((count, i) => bandwidths.Select((gbps, j) => new SweepCell(count, gbps, 1, i switch { 0 => 1.3 + j * 0.3, 1 => 0.7 + j * 0.2, 2 => 0.5 + j * 0.11, _ => 0.4 + j * 0.1 })))]);

    private static BoardSimulation Run(string board, Func<SimulatedModel> model, IReadOnlyList<double> bandwidths) =>
        BoardSimulation.Run(model(), BoardChoice.Read(board), new SimulationRequest(bandwidths, [64, 512], [512], [null, DataflowMode.Gemm, DataflowMode.Tphs], null));

    private static SimulatedModel Qwen() => Model("qwen2.5-0.5b", "awq");

    private static SimulatedModel Opt() => Model("opt-125m", "int8");

    private static SimulatedModel Model(string name, string type)
    {
        var config = ModelShapes.All.First(shape => shape.Name == name).Config;
        var (graph, weights) = SimulatedWeights.Of(config, type, 1);
        return new SimulatedModel(name, graph, weights, 2048, IsPicture: false);
    }
}
