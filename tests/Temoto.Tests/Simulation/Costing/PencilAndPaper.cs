using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Tests.Simulation.Costing;

/// <summary>A board whose figures are round, for sums that can be done by hand.</summary>
internal static class PencilAndPaper
{
    /// <summary>1 GB/s, 100 MHz, 4 rows x 8 columns of weights for 2 tokens in 1 cycle; no launch, nothing kept between steps unless asked.</summary>
    public static Board Board(Overlap overlap, bool keeps = false, double launchSeconds = 0) => new(
        "paper",
        "round figures",
        [
            new BoardDevice("array", One(1), Figure(launchSeconds, "s"), Tiling) { Overlap = overlap, ClockHz = Figure(1e8, "Hz"), Pipeline = new BoardPipeline(One(6), One(2)) },
            new BoardDevice("cpu", One(1), Figure(0, "s"), Tiling),
        ],
        [
            new BoardMemory("buffers", MemoryLevel.OnChip, Figure(1 << 20, "B"), Figure(1e12, "B/s")),
            new BoardMemory("dram", MemoryLevel.External, Figure(1 << 30, "B"), Figure(1e9, "B/s")),
        ],
        [
            new BoardUnit("array", WorkKind.Product, [NumberType.Int8], [new Format(NumberType.Int8, 8)], TokenCount.Any) { Tile = new UnitTile(4, 8, 2, Figure(1, "cycles")) { CallCycles = Figure(3, "cycles") }, ClockHz = Figure(1e8, "Hz") },
            new BoardUnit("array", WorkKind.Attention, [NumberType.Int8], [new Format(NumberType.Int8, 8)], TokenCount.Any) { ProcessingElements = One(8), LanesPerElement = One(16), ClockHz = Figure(1e8, "Hz"), ComputesUnseen = true },
            new BoardUnit("array", WorkKind.Softmax, [], [], TokenCount.Any) { OperationsPerSecond = Figure(2e8, "op/s") },
            new BoardUnit("array", WorkKind.Norm, [], [], TokenCount.Any) { OperationsPerSecond = Figure(1e8, "op/s") },
            new BoardUnit("array", WorkKind.Elementwise, [], [], TokenCount.Any) { OperationsPerSecond = Figure(1e9, "op/s") },
            new BoardUnit("array", WorkKind.Unpack, [], [], TokenCount.Any) { OperationsPerSecond = Figure(1e8, "B/s"), InStream = true },
            new BoardUnit("cpu", WorkKind.Product, [], [], TokenCount.Any) { OperationsPerSecond = Figure(1e6, "op/s") },
            new BoardUnit("cpu", WorkKind.Attention, [], [], TokenCount.Any) { OperationsPerSecond = Figure(1e6, "op/s") },
        ])
    {
        Storage = new BoardStorage(new Format(NumberType.Int8, 8), new Format(NumberType.Int8, 8), keeps),
        Power = new BoardPower(Figure(2, "W"), Figure(1e-9, "J/op"), Figure(1e-8, "J/B")) { JoulesPerOnChipByte = Figure(1e-9, "J/B") },
    };

    /// <summary>tiny-opt: two layers of 64 columns, 4 heads of 16, 160 inside, 256 positions, 320 words.</summary>
    public static SimulatedModel Model(string weights = "int8", double ratio = 1)
    {
        var (graph, described) = SimulatedWeights.Of(ModelShapes.Get("tiny-opt"), weights, ratio);
        return new SimulatedModel("tiny-opt", graph, described, 256, IsPicture: false);
    }

    /// <summary>The operations of a prompt of <paramref name="tokens"/>, both layers together, by name; all rows go through both.</summary>
    public static Dictionary<string, SimulatedOperation> Prompt(Board board, int tokens, DataflowMode dataflow, SimulatedModel? model = null) =>
        PhaseAccount.Prefill((model ?? Model()).PlansOn(board, 128, null, dataflow, keepsAllRows: true).Prefill, board, tokens, withLogits: false).Price(board)
            .ToDictionary(operation => operation.Name);

    private static Tiling Tiling { get; } = new(1 << 20, 1 << 20, 4, 1, 128, 128, 128, 128, 128, 128);

    private static Figure One(double value) => Figure(value, "1");

    private static Figure Figure(double value, string unit) => new(value, unit, Evidence.Assumed, "round");
}
