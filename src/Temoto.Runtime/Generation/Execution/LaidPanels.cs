using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Generation.Execution;

/// <summary>Lays the rows of a weight out in panels, on all threads.</summary>
internal sealed unsafe class LaidPanels : IParallelWork
{
    /// <summary>Least rows of a chunk: enough to outweigh its atomic increment.</summary>
    private const int LeastChunkRows = 4 * PanelLayout.Rows;

    private readonly Tensor rows;
    private readonly PanelLayout layout;
    private readonly byte* panels;

    /// <summary>Whole panels, and of encoded rows whole blocks, so that none is decoded twice.</summary>
    private readonly long chunkRows;

    private volatile bool isRaised = true;

    private LaidPanels(Tensor rows, PanelLayout layout, byte* panels)
    {
        this.rows = rows;
        this.layout = layout;
        this.panels = panels;
        chunkRows = (Math.Max(LeastChunkRows, rows.Encoded?.BlockRows ?? 0) + PanelLayout.Rows - 1) / PanelLayout.Rows * PanelLayout.Rows;
    }

    /// <summary>Whether weights that meet these kernels are laid out at all.</summary>
    /// <param name="integers">Null where activations stay floats.</param>
    public static bool AreWanted(ModelOptions options, IntegerDot? integers) => AreAllowed(options) && integers is { MultipliesPanels: true };

    /// <summary>Whether float weights are laid out that no run meets with one token alone: a single token is as fast over rows, which stay mapped.</summary>
    /// <param name="generates">One token after the other is computed.</param>
    public static bool AreWanted(ModelOptions options, KernelSet kernels, bool generates) => AreAllowed(options) && kernels.MultipliesFloatPanels && !generates;

    private static bool AreAllowed(ModelOptions options) => options.Repack != RepackChoice.Never && options.Load != ModelLoad.Copy;

    /// <returns>The weight in panels; null where a scale is too large for panels (<see cref="RaisedHalf"/>), as no trained model's is: their memory is then lost.</returns>
    /// <param name="rows">One that <see cref="PanelLayout.Of"/> has a layout for.</param>
    /// <param name="memory">Gives room for <see cref="BytesOf"/>.</param>
    public static Tensor? Run(Tensor rows, WorkerPool pool, TensorMemory memory)
    {
        var layout = LayoutOf(rows);
        var panels = memory.Take(layout.Bytes(rows.Rows), out var owner);
        var work = new LaidPanels(rows, layout, panels);
        pool.Run(work, (int)((rows.Rows + work.chunkRows - 1) / work.chunkRows));
        return work.isRaised ? PanelRows.Of(rows, layout, panels, owner) : null;
    }

    /// <summary>What <paramref name="rows"/> take in panels.</summary>
    public static long BytesOf(Tensor rows) => LayoutOf(rows).Bytes(rows.Rows);

    private static PanelLayout LayoutOf(Tensor rows) => PanelLayout.Of(rows) ?? throw new ArgumentException($"{rows} has no panels", nameof(rows));

    public void Execute(int chunk, int worker)
    {
        var start = chunk * chunkRows;
        var end = Math.Min(start + chunkRows, rows.Rows);
        if (rows.Encoded is null)
        {
            Write(start, end, rows.Row(start));
            return;
        }
        using var plain = new NativeBuffer((end - start) * rows.RowBytes);
        Write(start, end, rows.PlainRows(start, end, plain.Data));
    }

    private void Write(long start, long end, byte* plain)
    {
        PanelRows.Write(rows, layout, start, end, plain, panels);
        for (var row = start; row < end; row += PanelLayout.Rows)
        {
            if (!PanelRows.IsRaised(layout, panels + row / PanelLayout.Rows * layout.PanelBytes))
                isRaised = false;
        }
    }
}
