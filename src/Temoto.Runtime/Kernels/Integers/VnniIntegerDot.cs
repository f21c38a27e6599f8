using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Integer products by AVX-VNNI: one instruction multiplies 32 unsigned weights with 32 signed activations and adds them up four by four in int32, without
/// saturation. Weights are made unsigned (nibbles as they are stored, bytes raised by 128); the offset times the block's sum of activations makes up for it,
/// so that every block sum is the specification's.
/// </summary>
/// <param name="wideNibbles">Whether the processor has 512-bit byte multiplication (AVX-512BW), which is faster for nibbles and several tokens.</param>
internal sealed unsafe partial class VnniIntegerDot(bool wideNibbles) : X86IntegerDot<VnniProducts>(wideNibbles)
{
    /// <summary>
    /// Prompt: panels of rounded-up rows as bytes with their scales and zero points or minima, and encoded rows laid out plain. One token: the plain rows, and less than the panels.
    /// </summary>
    public override long MatMulScratchFloats(long columns, int rows)
    {
        var padded = Padded(rows, NibblePanelRows);
        return DecodeFloats(columns) + 2 * padded * (columns / BlockColumns) + (padded * columns + PlainBytes(columns, rows)) / sizeof(float) + 1;
    }

    private protected override void MatMulPanels<TBlock>(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var rows = (int)(rowEnd - rowStart);
        var groups = new RowGroups(weight, scratch);
        scratch += RowGroups.ScratchFloats(weight.Columns);
        var blocks = weight.Columns / BlockColumns;
        if (!TBlock.IsNibbles || !WideNibbles)
        {
            var padded = Padded(rows, PanelRows);
            var minima = TBlock.HoldsMinimum ? scratch + padded * blocks : null;
            var panels = (byte*)(scratch + (TBlock.HoldsMinimum ? 2 : 1) * padded * blocks);
            var plain = weight.PlainRows(rowStart, rowEnd, panels + padded * weight.Columns);
            PackPanels<TBlock>(weight, rowStart, rows, plain, groups, PanelRows, scratch, null, minima, panels);
            MultiplyPanels(weight.Columns, rows, scratch, minima, panels, bias is null ? null : bias + rowStart, x, tokens, y, yStride);
        }
        else
        {
            var padded = Padded(rows, NibblePanelRows);
            var zeros = (int*)(scratch + padded * blocks);
            var panels = (byte*)(zeros + padded * blocks);
            var plain = weight.PlainRows(rowStart, rowEnd, panels + padded * weight.Columns);
            PackPanels<TBlock>(weight, rowStart, rows, plain, groups, NibblePanelRows, scratch, zeros, (float*)zeros, panels);
            MultiplyNibblePanels<TBlock>(weight.Columns, rows, scratch, zeros, panels, bias is null ? null : bias + rowStart, x, tokens, y, yStride);
        }
    }

    /// <summary>Rows rounded up to whole panels.</summary>
    private static long Padded(int rows, int panelRows) => (rows + panelRows - 1) / panelRows * panelRows;
}
