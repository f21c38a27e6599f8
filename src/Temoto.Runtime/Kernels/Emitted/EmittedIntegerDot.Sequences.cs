using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Kernels.Emitted;

/// <summary>A token of each of several sequences, four, two or one at a time, each as <see cref="EmittedRows"/> computes it alone.</summary>
internal sealed unsafe partial class EmittedIntegerDot
{
    /// <summary>Bytes of the rows that meet one group of tokens after the other, from the first-level cache.</summary>
    private const int SequenceRowBytes = 16 * 1024;

    /// <summary>Activations of four tokens that stay there too. Longer rows take tokens one by one: measured, faster (bytes of 4864 columns).</summary>
    private const int SequenceActivationBytes = 40 * 1024;

    private readonly delegate* unmanaged<EmittedRows.Job*, void> rowsOfSequences = EmittedSequences.Load();

    public override long MatVecsScratchFloats(long columns, int rows, int tokens) =>
        Math.Max(
            Math.Max(tokens * columns / BlockColumns * 2 * RegisterBytes + PlainBytes(columns, rows) + Alignment, LaidScratchBytes(columns, rows)) / sizeof(float),
            single.MatVecsScratchFloats(columns, rows, tokens));

    public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        // In panels a token is added up alone as with others.
        if (weight.Encoded?.Panels is not null)
        {
            MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        if (OneTokenLayout(weight) is not { } layout)
        {
            single.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        var ordered = Aligned(scratch);
        var tokenBytes = weight.Columns / BlockColumns / layout.UnitBlocks() * layout.ActivationBytes();
        for (var token = 0; token < tokens; token += Together(tokens - token, tokenBytes))
        {
            var together = Together(tokens - token, tokenBytes);
            for (var i = 0; i < together; i++)
            {
                var row = new QuantizedRow(x + (token + i) * QuantizedRow.Bytes(weight.Columns), weight.Columns);
                Order(row, weight, layout, ordered + token * tokenBytes + i * layout.ActivationBytes(), together * layout.ActivationBytes());
            }
        }
        var source = weight.PlainRows(rowStart, rowEnd, ordered + tokens * tokenBytes);
        // One by one, each token's activations stay in the first-level cache, and the rows in the second.
        var rows = 4 * tokenBytes > SequenceActivationBytes ? rowEnd - rowStart : Math.Max(4, SequenceRowBytes / weight.RowBytes);
        for (var start = rowStart; start < rowEnd; start += rows)
            Multiply(weight, layout, start, Math.Min(rowEnd, start + rows), source + (start - rowStart) * weight.RowBytes, ordered, tokenBytes, tokens, y + (start - rowStart), yStride);
        if (bias is null)
            return;
        for (var token = 0; token < tokens; token++)
            for (var row = rowStart; row < rowEnd; row++)
                y[token * yStride + row - rowStart] += bias[row];
    }

    /// <summary>Some rows with all tokens.</summary>
    private void Multiply(
        Tensor weight, RowsLayout layout, long rowStart, long rowEnd, byte* source, byte* ordered, long tokenBytes, int tokens, float* y, long yStride)
    {
        for (var token = 0; token < tokens; token += Together(tokens - token, tokenBytes))
        {
            // The code moves some of its operands on: a job each.
            var job = NewJob(weight, layout, rowStart, rowEnd, source);
            job.Activations = ordered + token * tokenBytes;
            job.Output = y + token * yStride;
            job.Tokens = Together(tokens - token, tokenBytes);
            job.OutputTokenBytes = yStride * sizeof(float);
            if (job.Tokens == 1)
                rowsOfOneToken(&job);
            else
                rowsOfSequences(&job);
        }
    }

    private static int Together(int tokens, long tokenBytes) => 4 * tokenBytes > SequenceActivationBytes ? 1 : tokens >= 4 ? 4 : Math.Min(2, tokens);
}
