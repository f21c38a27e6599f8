using System.Numerics;
using System.Runtime.Intrinsics;
using Temoto.Kernels.Integers;
using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Emitted;

/// <summary>One token with weights in panels, by <see cref="EmittedPanels"/>: what its activations give to each block is written down once per call.</summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    private readonly delegate* unmanaged<EmittedPanels.Job*, void> panelsOfOneToken = EmittedPanels.Load();

    /// <summary>Starts, two of a block at most, factors of minima, and sums of all rows of the panels.</summary>
    private static long LaidOneTokenBytes(long blocks, int rows) => sizeof(float) * (3 * blocks + rows + 2 * PanelLayout.Rows);

    private void MatVecLaid<TKind>(PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, float* y, float* scratch)
        where TKind : struct, IPanelKind
    {
        if (rowStart == rowEnd)
            return;
        var blocks = laid.Layout.Blocks;
        var activations = new QuantizedRow(x, blocks * BlockColumns);
        // Panels begin at whole panels of 16 rows.
        var first = rowStart / PanelLayout.Rows * PanelLayout.Rows;
        var job = new EmittedPanels.Job
        {
            Number = EmittedPanels.NumberOf<TKind>(laid.Layout.GroupBlocks == 1, laid.PastCaches),
            Panels = laid.Panel(first),
            Count = (rowEnd - first + PanelLayout.Rows - 1) / PanelLayout.Rows,
            Blocks = blocks,
            GroupBlocks = laid.Layout.GroupBlocks,
            Scales = activations.Scales,
            Integers = activations.Integers,
            Starts = TKind.Bits == 8 ? activations.Offsets : (int*)scratch,
            MinimumFactors = scratch + 2 * blocks,
            Output = scratch + 3 * blocks,
        };
        if (TKind.Bits == 6)
            HalfSums.Write(activations, -TKind.Zero, job.Starts, 2, 1);
        else if (TKind.HasMinima)
            WriteMinimumFactors<TKind>(activations, job.MinimumFactors, 1);
        else if (TKind.Bits != 8)
            WriteStarts(activations, TKind.HasZeros ? 7 : 7 - BitOperations.Log2((uint)TKind.Zero), job.Starts);
        panelsOfOneToken(&job);
        Store(job.Output + (rowStart - first), (int)(rowEnd - rowStart), bias is null ? null : bias + rowStart, 1, y, 0);
    }

    /// <summary>What stands for zero times the sum of a block's activations: its offset, which is -128 times that sum, with fewer of the seven bits; without all of them, what zero points are multiplied with.</summary>
    private static void WriteStarts(QuantizedRow x, int shift, int* starts)
    {
        long block = 0;
        for (; block + Vector512<int>.Count <= x.Blocks; block += Vector512<int>.Count)
            (Vector512.Load(x.Offsets + block) >> shift).Store(starts + block);
        for (; block < x.Blocks; block++)
            starts[block] = x.Offsets[block] >> shift;
    }
}
