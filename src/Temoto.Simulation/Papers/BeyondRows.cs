using Temoto.Formats.Config;
using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Papers;

/// <summary>What our plans make of the same boards: no paper's figures, but what they are measured against.</summary>
/// <param name="boardOf">A shipped board by name.</param>
internal sealed class BeyondRows(Func<string, ModelConfig> shapes, Func<string, Board> boardOf)
{
    /// <summary>MEADOW's elements, memory and clock, with our plan: activations stay on the chip, memory works behind the units, what a token does not see is not computed.</summary>
    public static Board SameElements(Board meadow)
    {
        var array = meadow.Devices[0];
        return meadow with
        {
            Name = "ZCU102 (MEADOW's elements, our plan)",
            Devices = [array with { Overlap = Overlap.DoubleBuffered, Tiling = array.Tiling with { RunTokens = 512 } }, .. meadow.Devices.Skip(1)],
            Units = [.. meadow.Units.Select(unit => unit with { ComputesUnseen = false }), Nibbles(meadow.Units[0])],
            Storage = meadow.Storage! with { KeepsBetweenSteps = true },
        };
    }

    /// <summary>ZCU102 at 1 Gbit/s against GEMM execution with plain int8 weights and every row's pass, logits included on both sides.</summary>
    public IReadOnlyList<PaperRow> Zcu102()
    {
        var rows = new List<PaperRow>();
        var meadow = boardOf("zcu102-meadow");
        var ours = SameElements(meadow);
        foreach (var shape in new[] { "opt-125m", "opt-1.3b" })
        {
            var baseline = Run(shape, "int8", 1, meadow, [DataflowMode.Gemm]);
            var packed = Run(shape, "int8", MeadowPaper.PackingRatio, ours, [null]);
            var nibbles = Run(shape, "int4", 1, ours, [null]);
            rows.Add(new PaperRow($"{shape}, prompt of 512 tokens, 1 Gbit/s, W8 packed by 1.6", null, Gain(baseline, packed, 0), "x", "against GEMM execution with plain W8; goal: at least 3; of opt-1.3b the inner activations of 512 tokens do not fit the chip"));
            rows.Add(new PaperRow($"{shape}, prompt of 512 tokens, 1 Gbit/s, W4", null, Gain(baseline, nibbles, 0), "x", "the same; groups of 64 with FP16 scales, 4.25 bits"));
            foreach (var (phase, position) in new[] { (1, 64), (2, 512) })
            {
                rows.Add(new PaperRow($"{shape}, a token at {position}, W8 packed by 1.6", null, Gain(baseline, packed, phase), "x", "goal: at least 1.5"));
                rows.Add(new PaperRow($"{shape}, a token at {position}, W4", null, Gain(baseline, nibbles, phase), "x", $"goal: at least 1.7; keys and values are {100 * KvShare(nibbles, phase):0} % of the bytes".ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
        return rows;
    }

    /// <summary>KV260 with the core as designed: Qwen2.5-0.5B, int4 with its whole vocabulary, context 512, DDR4-2400, ports at 300 MHz.</summary>
    public IReadOnlyList<PaperRow> Kv260()
    {
        var run = Run("qwen2.5-0.5b", "awq", 1, boardOf("kv260"), [null]);
        return
        [
            new("Qwen2.5-0.5B, a token at 512", 35.2, run.Phases[2].TokensPerSecond, "tokens/s", "against the best published on this board (PKU, vocabulary cut to a quarter); int4 with all of it, DDR4-2400 at 84.5 %, ports at 300 MHz, assumed until RTL confirms it"),
            new("Qwen2.5-0.5B, prompt of 512 tokens", 288.5, run.Phases[0].TokensPerSecond, "tokens/s", "the same; 8 tokens share a fetch of the weights"),
            new("bytes of a token", null, run.Phases[2].Traffic.Total / 1e6, "MB", "281.2 by hand: 201.3 of layers, 76.6 of logits, 3.2 of keys and values, 0.2 of the rest"),
            new("energy of a token", null, 1e3 * run.Phases[2].Joules, "mJ", "3.5 W at rest, DDR4 at 150 pJ a byte, 2 pJ an operation: all assumed"),
            new("power while generating", 6.57, run.Phases[2].Joules / run.Phases[2].Seconds, "W", "against what Li et al. report for their design on this board; assumed as above"),
        ];
    }

    private BoardSimulation Run(string shape, string weights, double ratio, Board board, IReadOnlyList<DataflowMode?> dataflows)
    {
        var config = shapes(shape);
        var (graph, described) = SimulatedWeights.Of(config, weights, ratio);
        var gbps = BoardVariant.Elements(board) is null ? [] : new[] { 1.0 };
        return BoardSimulation.Run(new SimulatedModel(shape, graph, described, config.MaxPositionEmbeddings, IsPicture: false), board, new SimulationRequest(gbps, [512], [64, 512], dataflows, null));
    }

    private static BoardUnit Nibbles(BoardUnit bytes) => bytes with { Operands = [NumberType.Int4], GroupMultiple = 32, TakesZeroPoints = true };

    private static double Gain(BoardSimulation baseline, BoardSimulation ours, int phase) => baseline.Phases[phase].Seconds / ours.Phases[phase].Seconds;

    private static double KvShare(BoardSimulation simulation, int phase) => simulation.Phases[phase].Traffic.Kv / (double)simulation.Phases[phase].Traffic.Total;
}
