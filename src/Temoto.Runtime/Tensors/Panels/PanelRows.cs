namespace Temoto.Tensors.Panels;

/// <summary>A matrix laid out in panels in memory: kernels that know panels multiply them as they lie, for all others rows come out as they were.</summary>
/// <param name="layout">How.</param>
/// <param name="data">The panels, at a multiple of 32 bytes.</param>
/// <param name="rows">Of the matrix.</param>
/// <param name="owner">Keeps the bytes alive.</param>
internal sealed unsafe class PanelRows(PanelLayout layout, byte* data, long rows, object owner) : EncodedRows
{
    public PanelLayout Layout => layout;

    /// <summary>Whether one token asks for lines past all caches but the core's first: for what no cache holds until it is read again. Results do not depend on it.</summary>
    public bool PastCaches { get; set; }

    /// <summary>A small weight in panels: for tests of kernels. (Models' are laid out on all threads.)</summary>
    /// <param name="memory">Holds the panels.</param>
    public static Tensor Lay(Tensor rows, out NativeBuffer memory)
    {
        var layout = PanelLayout.Of(rows) ?? throw new ArgumentException($"{rows} has no panels", nameof(rows));
        memory = new NativeBuffer(layout.Bytes(rows.Rows));
        using var plain = new NativeBuffer(rows.Rows * rows.RowBytes);
        Write(rows, layout, 0, rows.Rows, rows.PlainRows(0, rows.Rows, plain.Data), memory.Data);
        return Of(rows, layout, memory.Data, memory);
    }

    /// <summary>A weight whose panels are at <paramref name="panels"/>.</summary>
    /// <param name="owner">Keeps them alive.</param>
    public static Tensor Of(Tensor rows, PanelLayout layout, byte* panels, object owner) =>
        new(rows.Name, rows.DType, rows.Shape, new PanelRows(layout, panels, rows.Rows, owner)) { Scales = rows.Scales, InputGrid = rows.InputGrid };

    /// <summary>Lays rows [start, end) out.</summary>
    /// <param name="plain">Their plain bytes.</param>
    /// <param name="panels">All of the weight.</param>
    public static void Write(Tensor rows, PanelLayout layout, long start, long end, byte* plain, byte* panels)
    {
        for (var row = start; row < end; row++, plain += rows.RowBytes)
            PanelRow.Write(rows, layout, row, plain, panels + row / PanelLayout.Rows * layout.PanelBytes, (int)(row % PanelLayout.Rows));
    }

    public override byte* Data => data;

    public override object? Owner => owner;

    public override long ByteLength => layout.Bytes(rows);

    public override int BlockRows => PanelLayout.Rows;

    public override PanelRows? Panels => this;

    /// <summary>Whether all float16 scales of a panel, or elements, could be raised (<see cref="RaisedHalf"/>); a matrix with others stays as it is.</summary>
    public static bool IsRaised(PanelLayout layout, byte* panel)
    {
        if (layout.DType == DType.F16)
            return !new ReadOnlySpan<ushort>(panel, checked((int)(layout.PanelBytes / sizeof(ushort)))).Contains(RaisedHalf.TooLarge);
        for (long block = 0; block < layout.Blocks; block += layout.GroupBlocks, panel += layout.HeaderBytes + layout.GroupBlocks * layout.BlockBytes)
        {
            foreach (var half in new ReadOnlySpan<ushort>(panel, layout.HeaderHalves))
            {
                if (half == RaisedHalf.TooLarge)
                    return false;
            }
        }
        return true;
    }

    /// <summary>The panel that has a row.</summary>
    public byte* Panel(long row) => data + row / PanelLayout.Rows * layout.PanelBytes;

    public override void DecodeRows(long start, long end, byte* destination)
    {
        var rowBytes = layout.DType.RowBytes(layout.Blocks * PanelLayout.BlockColumns);
        for (var row = start; row < end; row++, destination += rowBytes)
            PanelRow.Read(layout, Panel(row), (int)(row % PanelLayout.Rows), destination);
    }
}
