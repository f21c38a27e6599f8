using Temoto.Plans;
using static Temoto.Plans.FigureCheck;

namespace Temoto.Simulation.Exploration;

/// <summary>What files of costs and devices may say beyond their form: names that differ, figures in reach.</summary>
internal static class CostCheck
{
    private const double Most = 1e8;

    /// <exception cref="FormatException">"place: found ..., expected ...".</exception>
    public static void Check(UnitCosts costs)
    {
        Text(costs.Name, "name");
        if (costs.Blocks.Count == 0)
            throw Wrong("blocks", "none", "at least one");
        foreach (var (index, block) in costs.Blocks.Index())
            Check(costs.Blocks, block, $"blocks[{index}]");
        Check(costs.Memory);
    }

    /// <exception cref="FormatException">"place: found ..., expected ...".</exception>
    public static void Check(DeviceResources device)
    {
        Text(device.Name, "name");
        foreach (var (index, board) in device.Boards.Index())
            Text(board, $"boards[{index}]");
        Whole(device.Lut, "lut", "LUT", 1);
        Whole(device.Ff, "ff", "FF", 1);
        Whole(device.Dsp, "dsp", "DSP", 1);
        Whole(device.Bram36, "bram36", "BRAM36", 1);
        Whole(device.Uram, "uram", "URAM", 0);
    }

    private static void Check(IReadOnlyList<BlockCost> all, BlockCost? block, string place)
    {
        if (block is null)
            throw Wrong(place, "null", "a block");
        Text(block.Name, $"{place}.name");
        if (all.Count(other => other?.Name == block.Name) > 1)
            throw Wrong($"{place}.name", $"'{block.Name}' twice", "names that differ");
        Number(block.Count, $"{place}.count", "1", 0, 1000);
        Whole(block.Lut, $"{place}.lut", "LUT", 0);
        Whole(block.Ff, $"{place}.ff", "FF", 0);
        Whole(block.Dsp, $"{place}.dsp", "DSP", 0);
    }

    private static void Check(MemoryCosts memory)
    {
        FigureCheck.Whole(memory.ResidualBits, "memory.residual_bits", "bit", 1, 64);
        FigureCheck.Whole(memory.InputBits, "memory.input_bits", "bit", 1, 64);
        FigureCheck.Whole(memory.InputFeatures, "memory.input_features", "1", 1, 1024);
        FigureCheck.Whole(memory.ExponentBits, "memory.exponent_bits", "bit", 0, 64);
        FigureCheck.Whole(memory.ScoreBits, "memory.score_bits", "bit", 1, 64);
        FigureCheck.Whole(memory.ScorePositions, "memory.score_positions", "1", 1, 1 << 20);
        FigureCheck.Whole(memory.FifoWords, "memory.fifo_words", "1", 1, 1 << 20);
        FigureCheck.Whole(memory.FifoBits, "memory.fifo_bits", "bit", 1, 4096);
        Number(memory.ExpTablesPerLane, "memory.exp_tables_per_lane", "BRAM36", 0, 1000);
        FigureCheck.Whole(memory.FunctionTables, "memory.function_tables", "BRAM36", 0, 1e5);
        FigureCheck.Whole(memory.ParameterRows, "memory.parameter_rows", "BRAM36", 0, 1e5);
        FigureCheck.Whole(memory.TokenKv, "memory.token_kv", "BRAM36", 0, 1e5);
    }

    private static void Whole(Figure figure, string place, string unit, double least) => FigureCheck.Whole(figure, place, unit, least, Most);
}
