using System.Text.Json.Serialization;
using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What a block is there for once.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BlockScope>))]
internal enum BlockScope
{
    Core,
    Port,
    Lane,

    /// <summary>A lane of a port.</summary>
    Element,
}

/// <summary>What a block of the core takes.</summary>
/// <param name="Count">How many for each of <paramref name="Per"/>; all together are rounded up.</param>
internal sealed record BlockCost(string Name, BlockScope Per, Figure Count, Figure Lut, Figure Ff, Figure Dsp)
{
    /// <summary>How many a design has.</summary>
    public int In(CoreParameters parameters) => (int)Math.Ceiling(Count.Value * Per switch
    {
        BlockScope.Core => 1,
        BlockScope.Port => parameters.Ports,
        BlockScope.Lane => parameters.Lanes,
        _ => parameters.Elements,
    });
}

/// <summary>What the core's memories hold: widths, words, and block RAMs of what does not grow.</summary>
internal sealed record MemoryCosts(
    Figure ResidualBits,
    Figure InputBits,
    Figure InputFeatures,
    Figure ExponentBits,
    Figure ScoreBits,
    Figure ScorePositions,
    Figure FifoWords,
    Figure FifoBits,
    Figure ExpTablesPerLane,
    Figure FunctionTables,
    Figure ParameterRows,
    Figure TokenKv);

/// <summary>What the core takes, block by block: one strict JSON file.</summary>
internal sealed record UnitCosts(string Name, string Description, IReadOnlyList<BlockCost> Blocks, MemoryCosts Memory)
{
    /// <summary>The file that ships.</summary>
    public static UnitCosts Shipped { get; } = FromJson(CostFile.Resource("boards/costs/temoto-core.json"));

    /// <summary>Reads costs. Unknown, missing and duplicate members are refused, and figures that cannot be.</summary>
    /// <exception cref="FormatException">The message says where and why.</exception>
    public static UnitCosts FromJson(string json)
    {
        var costs = CostJson.ReadCosts(json);
        CostCheck.Check(costs);
        return costs;
    }

    /// <summary>All that a design takes of a device.</summary>
    public ResourceUse Of(CoreParameters parameters, CoreShape shape, ResourceUse device)
    {
        var (bram36, uram) = CoreMemory.Blocks(parameters, shape, Memory, device.Uram);
        return new ResourceUse(Sum(block => block.Lut), Sum(block => block.Ff), Sum(block => block.Dsp), bram36, uram);

        int Sum(Func<BlockCost, Figure> figure) => Blocks.Sum(block => block.In(parameters) * (int)figure(block).Value);
    }
}
