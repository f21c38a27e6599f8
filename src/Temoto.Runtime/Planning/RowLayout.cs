using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>How rows of activations lie: floats one after the other; integers as [groups] scales, [groups] sums where there are some, then [columns] integers.</summary>
internal static class RowLayout
{
    /// <summary>Columns that are rounded together: those whose scale is worked out from them, or that share a sum; 1 where each goes by itself.</summary>
    public static int RoundedTogether(Format format) => format is { Grid.StaticScale: not null, HasBlockSums: false } ? 1 : Math.Max(1, format.Group);

    /// <param name="columns">How columns are counted, in columns.</param>
    public static Items<Part> Parts(Format format, int width, long offset, Axis rows, ReadOnlySpan<Axis> columns)
    {
        if (format.Group == 0)
            return [PartOf(PartKind.Elements, offset, format.Bits / 8, rows, columns, 1)];
        var groups = (width + format.Group - 1L) / format.Group;
        var sums = offset + groups * format.ScaleBytes;
        var elements = sums + (format.HasBlockSums ? groups * sizeof(int) : 0);
        // Numbers that fill no whole bytes are counted by the group.
        var numbers = format.Bits % 8 == 0
            ? PartOf(PartKind.Elements, elements, format.Bits / 8, rows, columns, 1)
            : PartOf(PartKind.Elements, elements, format.Group * format.Bits / 8, rows, columns, format.Group);
        var scales = PartOf(PartKind.Scales, offset, format.ScaleBytes, rows, columns, format.Group);
        return format.HasBlockSums ? [numbers, scales, PartOf(PartKind.BlockSums, sums, sizeof(int), rows, columns, format.Group)] : [numbers, scales];
    }

    /// <param name="unitBytes">Of one number, or of what a group has one of.</param>
    /// <param name="group">Columns that share it.</param>
    private static Part PartOf(PartKind kind, long offset, int unitBytes, Axis rows, ReadOnlySpan<Axis> columns, int group)
    {
        var axes = new List<Axis> { rows };
        var count = 1L;
        foreach (var axis in columns)
        {
            count *= axis.Extent;
            axes.Add(group == 1 ? axis with { StrideBytes = axis.StrideBytes * unitBytes }
                : axis.StrideBytes % group == 0 ? axis with { StrideBytes = axis.StrideBytes / group * unitBytes }
                : axis with { StrideBytes = 0, Tile = group, TileStrideBytes = unitBytes });
        }
        return new Part(kind, offset, 0, unitBytes, rows.Extent * ((count + group - 1) / group) * unitBytes, [.. axes]);
    }
}
