namespace Temoto.Tensors.Panels;

/// <summary>One row of floats on its way into a panel, [columns][16 rows], and out of it. Half floats lie there as <see cref="RaisedHalf"/>.</summary>
internal static unsafe class FloatRow
{
    /// <param name="lane">Its place in the panel.</param>
    public static void Write(PanelLayout layout, byte* source, byte* panel, int lane)
    {
        var columns = layout.Blocks * PanelLayout.BlockColumns;
        if (layout.Bits == 32)
            Spread((uint*)source, (uint*)panel + lane, columns);
        else if (layout.DType == DType.BF16)
            Spread((ushort*)source, (ushort*)panel + lane, columns);
        else
            Raise((ushort*)source, (ushort*)panel + lane, columns);
    }

    /// <inheritdoc cref="Write"/>
    public static void Read(PanelLayout layout, byte* panel, int lane, byte* destination)
    {
        var columns = layout.Blocks * PanelLayout.BlockColumns;
        if (layout.Bits == 32)
            Collect((uint*)panel + lane, (uint*)destination, columns);
        else if (layout.DType == DType.BF16)
            Collect((ushort*)panel + lane, (ushort*)destination, columns);
        else
            Lower((ushort*)panel + lane, (ushort*)destination, columns);
    }

    private static void Raise(ushort* row, ushort* panel, long columns)
    {
        for (long column = 0; column < columns; column++)
            panel[column * PanelLayout.Rows] = RaisedHalf.Of(row[column]);
    }

    private static void Lower(ushort* panel, ushort* row, long columns)
    {
        for (long column = 0; column < columns; column++)
            row[column] = RaisedHalf.Lowered(panel[column * PanelLayout.Rows]);
    }

    private static void Spread<T>(T* row, T* panel, long columns)
        where T : unmanaged
    {
        for (long column = 0; column < columns; column++)
            panel[column * PanelLayout.Rows] = row[column];
    }

    private static void Collect<T>(T* panel, T* row, long columns)
        where T : unmanaged
    {
        for (long column = 0; column < columns; column++)
            row[column] = panel[column * PanelLayout.Rows];
    }
}
