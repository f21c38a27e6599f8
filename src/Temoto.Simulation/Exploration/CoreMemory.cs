namespace Temoto.Simulation.Exploration;

/// <summary>What the core keeps on the chip, and the memories it takes.</summary>
internal static class CoreMemory
{
    private const int SpareWordBits = 64;

    /// <summary>Everything that grows with the design or the model.</summary>
    public static IReadOnlyList<MemoryContent> Contents(CoreParameters parameters, CoreShape shape, MemoryCosts costs)
    {
        var activations = Activations(parameters, shape, costs);
        // Keys and values have an exponent each; words of eight are read together.
        var exponents = 2L * shape.AttentionLayers * shape.KvHeads * shape.ContextTokens;
        var spareBytes = Math.Max(0, parameters.BufferBytes - activations.Sum(content => content.Bytes));
        return
        [
            .. activations,
            new MemoryContent("exponents of keys and values", 1, 8 * (long)costs.ExponentBits.Value, Up(exponents, 8), IsLarge: true),
            new MemoryContent("weights that wait", parameters.Ports, (long)costs.FifoBits.Value, (long)costs.FifoWords.Value, IsLarge: false),
            new MemoryContent("the rest of the buffer", 1, SpareWordBits, Up(spareBytes, SpareWordBits / 8), IsLarge: true),
        ];
    }

    /// <summary>Block RAM and ultra RAM: what belongs into ultra RAM lies in block RAM where there is no room left.</summary>
    public static (int Bram36, int Uram) Blocks(CoreParameters parameters, CoreShape shape, MemoryCosts costs, int deviceUram)
    {
        var (blocks, ultra) = (0, 0);
        foreach (var content in Contents(parameters, shape, costs))
        {
            var (bram36, uram) = content.Split(deviceUram - ultra);
            (blocks, ultra) = (blocks + bram36, ultra + uram);
        }
        var tables = (int)Math.Ceiling(costs.ExpTablesPerLane.Value * parameters.Lanes);
        return (blocks + tables + (int)(costs.FunctionTables.Value + costs.ParameterRows.Value + costs.TokenKv.Value), ultra);
    }

    private static MemoryContent[] Activations(CoreParameters parameters, CoreShape shape, MemoryCosts costs)
    {
        var features = (long)costs.InputFeatures.Value;
        var inputWords = Up(shape.Width, features) + Up(shape.AttentionWidth, features) + Up(shape.WidestInput, features);
        return
        [
            // An element for each port's output unit at a time.
            new MemoryContent("residual", 1, parameters.Ports * (long)costs.ResidualBits.Value, Up((long)shape.Width * parameters.Lanes, parameters.Ports), IsLarge: true),
            // Normalised, attended and gated values of all lanes; all ports read the same.
            new MemoryContent("input of the array", 1, features * parameters.Lanes * (long)costs.InputBits.Value, inputWords, IsLarge: true),
            new MemoryContent("scores", parameters.Lanes, (long)costs.ScoreBits.Value, Math.Min(shape.ContextTokens, (long)costs.ScorePositions.Value), IsLarge: false),
        ];
    }

    private static long Up(long all, long part) => (all + part - 1) / part;
}
