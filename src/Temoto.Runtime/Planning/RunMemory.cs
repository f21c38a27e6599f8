using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What a run is given or works out before its first step: token ids, cosines and sines of its positions, pixels. One after the other in a memory of their own.</summary>
internal sealed class RunMemory
{
    private readonly IReadOnlyList<RotaryTable> tables;
    private readonly int maxTokens;
    private readonly long[] tableOffsets;
    private readonly long pixelOffset;
    private long pixelBytes;

    public RunMemory(IReadOnlyList<RotaryTable> tables, int maxTokens)
    {
        this.tables = tables;
        this.maxTokens = maxTokens;
        var offset = Placement.Align((long)maxTokens * sizeof(int));
        tableOffsets = new long[tables.Count];
        for (var i = 0; i < tableOffsets.Length; i++)
        {
            tableOffsets[i] = offset;
            offset += 2 * PlaneBytes(tables[i]);
        }
        pixelOffset = offset;
    }

    /// <summary>All of it; pixels only once a step reads them.</summary>
    public long Bytes => pixelOffset + pixelBytes;

    /// <summary>[tokens] int32.</summary>
    public Operand TokenIds => new(
        OperandRole.TokenIds,
        "",
        MemoryRegion.Run,
        new Format(NumberType.Int32, 32),
        [maxTokens, 1],
        [new Part(PartKind.Elements, 0, 0, sizeof(int), (long)maxTokens * sizeof(int), [new Axis(Dimension.Tokens, maxTokens, sizeof(int))])]);

    /// <summary>[3, height, width] floats.</summary>
    public Operand Pixels(PatchGrid grid)
    {
        var count = (long)VisionConfig.Channels * grid.GridHeight * grid.GridWidth * grid.PatchSize * grid.PatchSize;
        pixelBytes = count * sizeof(float);
        // As many tokens as there are patches read one each, wherever its lines lie.
        var patches = grid.GridHeight * grid.GridWidth;
        var patch = pixelBytes / patches;
        return new Operand(
            OperandRole.Pixels,
            "",
            MemoryRegion.Run,
            Format.Single,
            [VisionConfig.Channels, count / VisionConfig.Channels],
            [new Part(PartKind.Elements, pixelOffset, 0, patch, pixelBytes, [new Axis(Dimension.Tokens, patches, patch)])]);
    }

    /// <summary>Cosines, then sines, [tokens, HeadDim / 2] floats each.</summary>
    public Operand Rotary(OperandRole role, string table)
    {
        var index = 0;
        while (tables[index].Name != table)
            index++;
        var row = tables[index].HeadDim / 2L * sizeof(float);
        var plane = PlaneBytes(tables[index]);
        return new Operand(role, table, MemoryRegion.Run, Format.Single, [maxTokens, tables[index].HeadDim],
            [Plane(tableOffsets[index]), Plane(tableOffsets[index] + plane)]);

        Part Plane(long offset) => new(PartKind.Elements, offset, 0, row, maxTokens * row, [new Axis(Dimension.Tokens, maxTokens, row)]);
    }

    private long PlaneBytes(RotaryTable table) => Placement.Align(maxTokens * (table.HeadDim / 2L) * sizeof(float));
}
