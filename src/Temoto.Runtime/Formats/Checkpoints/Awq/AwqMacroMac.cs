namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// The arithmetic of the KV260 design's MAC unit, rounding by rounding in float32: the specification that a simulator and RTL are compared with, bit for bit.
/// <code>
/// per macro:  acc[lane][c] = 0;  for i = 0 .. 63:  acc[i mod 8][c] += (x[i] * s[c]) * float(q[i][c] - z[c])
/// per macro:  sum[c] += ((acc0 + acc1) + (acc2 + acc3)) + ((acc4 + acc5) + (acc6 + acc7))
/// </code>
/// Every product and every sum is rounded once; nothing is fused.
/// </summary>
internal static class AwqMacroMac
{
    public const int Lanes = 8;

    /// <summary>Sums of one tile: eight output channels over all inputs.</summary>
    /// <param name="column">The tile's macros in load order, one for each 64 inputs.</param>
    /// <param name="x">[64 x macros]</param>
    /// <param name="sums">[8], overwritten.</param>
    public static void Tile(ReadOnlySpan<byte> column, ReadOnlySpan<float> x, bool paperExact, Span<float> sums)
    {
        sums[..AwqMacro.Channels].Clear();
        Span<float> accumulators = stackalloc float[Lanes];
        for (var row = 0; row < column.Length / AwqMacro.Bytes; row++)
        {
            var macro = column.Slice(row * AwqMacro.Bytes, AwqMacro.Bytes);
            var inputs = x.Slice(row * AwqMacro.Inputs, AwqMacro.Inputs);
            for (var c = 0; c < AwqMacro.Channels; c++)
            {
                var scale = AwqMacro.Scale(AwqMacro.ScaleBits(macro, c), paperExact);
                var zero = AwqMacro.Zero(macro, c);
                accumulators.Clear();
                for (var i = 0; i < AwqMacro.Inputs; i++)
                {
                    var scaled = inputs[i] * scale;
                    var product = scaled * (AwqMacro.Integer(macro, i, c) - zero);
                    accumulators[i % Lanes] += product;
                }
                var low = (accumulators[0] + accumulators[1]) + (accumulators[2] + accumulators[3]);
                var high = (accumulators[4] + accumulators[5]) + (accumulators[6] + accumulators[7]);
                sums[c] += low + high;
            }
        }
    }

    /// <summary>The 32 sums of one call of the kernel: four neighbouring tiles, one for each port.</summary>
    /// <param name="columns">The tiles' macros in load order [4, rows].</param>
    public static void Quad(ReadOnlySpan<byte> columns, ReadOnlySpan<float> x, bool paperExact, Span<float> sums)
    {
        var tileBytes = columns.Length / AwqMacro.Ports;
        for (var port = 0; port < AwqMacro.Ports; port++)
            Tile(columns.Slice(port * tileBytes, tileBytes), x, paperExact, sums[(port * AwqMacro.Channels)..]);
    }
}
