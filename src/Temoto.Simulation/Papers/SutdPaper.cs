using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Simulation.Papers;

/// <summary>
/// SUTD, "On-Device Qwen2.5" (arXiv 2504.17376) and its public contest submission (AICAS 2025 Grand Challenge, Track 2): sizes and cycles exactly, speeds from parts.
/// </summary>
internal sealed class SutdPaper(ModelConfig qwen, Board board)
{
    private const int GroupColumns = 64, CallOutputs = 32;

    /// <summary>Bytes of the header of the safetensors file whose size the paper quotes.</summary>
    private const long HeaderBytes = 68_688;

    /// <summary>The baseline: 494,032,768 parameters of 2 bytes and a header of 32,288.</summary>
    private const long BaselineBytes = 988_097_824;

    private const double LaunchSeconds = 0.12e-3;

    /// <summary>Table I, one layer on the four Cortex-A53, microseconds: all rows, then those of products.</summary>
    private static readonly double[] LayerMicroseconds = [32, 1815, 35, 839, 42, 8148, 4651, 87, 25, 278], ProductMicroseconds = [1815, 839, 8148, 4651];

    private IReadOnlyList<(long Rows, long Columns)> Projections { get; } = ProjectionsOf(qwen);

    /// <summary>The macro unit of the synthesis that the paper publishes.</summary>
    private BoardUnit Unit => board.Units.First(unit => unit.Tile is not null);

    private int Layers => qwen.NumHiddenLayers;

    /// <summary>Calls of the unit for a token: one for 32 outputs.</summary>
    public long Calls => Layers * Projections.Sum(matrix => matrix.Rows / CallOutputs);

    /// <summary>Macro rows of 64 inputs by 32 outputs for a token.</summary>
    public long RowSteps => Layers * Projections.Sum(matrix => matrix.Rows / CallOutputs * (matrix.Columns / GroupColumns));

    /// <summary>Exact figures.</summary>
    public IReadOnlyList<PaperRow> Exact()
    {
        var bytes = FileBytes();
        return
        [
            new("cycles of a call of 14 macro rows, Vitis HLS 2024.2", 2742, CallCycles(Unit.Tile!.Cycles.Value, Unit.Tile.CallCycles!.Value), "cycles", "195 for each row and 12 for the call"),
            new("the same, 2023.1", 3724, CallCycles(265, 14), "cycles", "265 and 14"),
            new("calls for a token", null, Calls, "calls", "32 outputs each; 396 in a layer"),
            new("macro rows for a token", null, RowSteps, "rows", "64 inputs by 32 outputs; 7,280 in a layer"),
            new("size of the file", 465_371_984, bytes, "B", "AutoAWQ in groups of 64: nibbles, FP16 scales, zero points of 4 bits, embedding in FP16, a header of 68,688 B"),
            new("smaller, as the paper reads it", 55.1, 100 * (1 - bytes / 1048576.0 / 988), "%", "MiB of the file against decimal MB of the baseline"),
            new("smaller, like for like", 52.90, 100 * (1 - bytes / (double)BaselineBytes), "%", "what the authors' own comp_rate.json says"),
            new("Table I, one layer", 15_952, LayerMicroseconds.Sum(), "us", "its ten rows added"),
        ];
    }

    /// <summary>Speeds from parts.</summary>
    public IReadOnlyList<PaperRow> Speeds()
    {
        var paper = MacSeconds(Unit.Tile!.Cycles.Value, Unit.Tile.CallCycles!.Value, Unit.ClockHz!.Value);
        var submitted = MacSeconds(265, 14, 125e6);
        var processor = Layers * LayerMicroseconds.Sum() / 1e6;
        var others = Layers * (LayerMicroseconds.Sum() - ProductMicroseconds.Sum()) / 1e6;
        var head = 2.0 * qwen.VocabSize * qwen.HiddenSize / board.UnitFor("cpu", WorkKind.Product, Format.Single, qwen.HiddenSize, Format.Single, oneToken: true)!.Rate;
        return
        [
            new("processor alone", 2.80, 1 / processor, "tokens/s", "24 times Table I, which leaves out the table of logits"),
            new("processor alone with logits", 2.80, 1 / (processor + head), "tokens/s", "logits at Table I's rate of products: the baseline must have done them faster, or Table I is of a longer context"),
            new("unit, multiplications alone", null, 1 / paper, "tokens/s", "174,720 rows and 9,504 calls at 200 MHz"),
            new("unit and the rest of Table I", 5.10, 1 / (paper + others), "tokens/s", "neither launches nor logits: what 5.1, a co-simulation, can hold"),
            new("the same with logits on the processor", 5.10, 1 / (paper + others + head), "tokens/s", "so logits lie outside the published figure"),
            new("the same with a launch for each matrix", null, 1 / (paper + others + head + 7 * Layers * LaunchSeconds), "tokens/s", "0.12 ms each, as HUST_Ody of the same contest measured"),
            new("the same with a launch for each call", null, 1 / (paper + others + head + Calls * LaunchSeconds), "tokens/s", "what the kernel as submitted asks for"),
            new("submitted decode", 2.3154, 1 / (submitted + others), "tokens/s", "the 2023.1 build at 125 MHz without launches and logits; the shared objects of the submission link no FPGA library, so it may be the processor alone"),
            new("submitted prefill", 2.4319, 1 / submitted, "tokens/s", "token by token: multiplications alone"),
        ];
    }

    private static double CallCycles(double rowCycles, double callCycles) => 14 * rowCycles + callCycles;

    private double MacSeconds(double rowCycles, double callCycles, double clockHz) => (RowSteps * rowCycles + Calls * callCycles) / clockHz;

    private long FileBytes()
    {
        var weights = Layers * Projections.Sum(matrix => matrix.Rows * matrix.Columns);
        var quantized = weights / 2 + weights / GroupColumns * sizeof(short) + weights / GroupColumns / 2;
        var embedding = (long)qwen.VocabSize * qwen.HiddenSize * sizeof(short);
        var norms = (2L * Layers + 1) * qwen.HiddenSize * sizeof(short);
        var biases = Layers * (qwen.NumAttentionHeads + 2L * qwen.NumKeyValueHeads) * qwen.HeadDim * sizeof(short);
        return quantized + embedding + norms + biases + HeaderBytes;
    }

    private static IReadOnlyList<(long, long)> ProjectionsOf(ModelConfig config)
    {
        var (hidden, wide) = (config.HiddenSize, config.IntermediateSize);
        var (query, kv) = (config.NumAttentionHeads * config.HeadDim, config.NumKeyValueHeads * config.HeadDim);
        return [(query, hidden), (kv, hidden), (kv, hidden), (hidden, query), (wide, hidden), (wide, hidden), (hidden, wide)];
    }
}
