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

    private void MatVecLaid(PanelRows laid, long rowStart, long rowEnd, float* bias, byte* x, float* y, float* scratch)
    {
        if (rowStart == rowEnd)
            return;
        var form = PanelForm.Of(laid.Layout);
        var blocks = laid.Layout.Blocks;
        var activations = new QuantizedRow(x, blocks * BlockColumns);
        // Panels begin at whole panels of 16 rows.
        var first = rowStart / PanelLayout.Rows * PanelLayout.Rows;
        var job = new EmittedPanels.Job
        {
            Number = EmittedPanels.NumberOf(form, laid.PastCaches),
            Panels = laid.Panel(first),
            Count = (rowEnd - first + PanelLayout.Rows - 1) / PanelLayout.Rows,
            Blocks = blocks,
            GroupBlocks = laid.Layout.GroupBlocks,
            Scales = activations.Scales,
            Integers = activations.Integers,
            Starts = form.Bits == 8 ? activations.Offsets : (int*)scratch,
            MinimumFactors = scratch + 2 * blocks,
            Output = scratch + 3 * blocks,
        };
        if (form.Numbers == PanelNumbers.HalfBlocks)
            WriteHalfStarts(activations, job.Starts);
        else if (form.HasMinima)
            WriteMinimumFactors(activations, form.Numbers == PanelNumbers.Blocks ? 1 : -1, job.MinimumFactors);
        else if (form.Bits != 8)
            WriteStarts(activations, form.OffsetShift, job.Starts);
        panelsOfOneToken(&job);
        Store(job.Output + (rowStart - first), (int)(rowEnd - rowStart), bias is null ? null : bias + rowStart, 1, y, 0);
    }

    /// <summary><see cref="PanelForm.OffsetShift"/>.</summary>
    private static void WriteStarts(QuantizedRow x, int shift, int* starts)
    {
        long block = 0;
        for (; block + Vector512<int>.Count <= x.Blocks; block += Vector512<int>.Count)
            (Vector512.Load(x.Offsets + block) >> shift).Store(starts + block);
        for (; block < x.Blocks; block++)
            starts[block] = x.Offsets[block] >> shift;
    }

    /// <summary>Six bits: -32 times the sum of each 16 activations.</summary>
    private static void WriteHalfStarts(QuantizedRow x, int* starts)
    {
        for (long block = 0; block < x.Blocks; block++)
        {
            var (first, second) = Avx2Products.HalfSums(x.Integers + block * BlockColumns);
            (starts[2 * block], starts[2 * block + 1]) = (-Q6KPanel.ZeroPoint * first, -Q6KPanel.ZeroPoint * second);
        }
    }

    /// <summary>Activation scale times the sum of a block's activations, or that taken off (<paramref name="sign"/> 1 since offsets are negative).</summary>
    private static void WriteMinimumFactors(QuantizedRow x, int sign, float* factors)
    {
        for (long block = 0; block < x.Blocks; block++)
            factors[block] = x.Scales[block] * (sign * (x.Offsets[block] >> 7));
    }
}
