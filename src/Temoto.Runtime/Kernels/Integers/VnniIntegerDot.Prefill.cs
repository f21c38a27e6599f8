using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// Several tokens: 16 rows are unpacked once into a panel whose lanes are rows, so that no sum goes across lanes, and all tokens use it from the core's cache.
/// Blocks are added in the order of the specification: the result is the same bit for bit.
/// </summary>
internal sealed unsafe partial class VnniIntegerDot
{
    /// <summary>Rows of a panel, two registers of eight int32 sums. A block of it lies as [8 column quads, 16 rows, 4 columns].</summary>
    private const int PanelRows = 16;

    /// <summary>Tokens of a tile: 2 x 4 int32 sums and as many float sums stay in registers.</summary>
    private const int TileTokens = 4;

    /// <summary>
    /// Weights as unsigned bytes with their scales, [panels, blocks, rows]. Where <paramref name="zeros"/> is null, bytes are q - zero + 128; else they are q, and zero
    /// goes there. Minima go to <paramref name="minima"/>, where blocks hold them (the memory of <paramref name="zeros"/> serves: these have none). Rows that fill up
    /// the last panel have the scale 0.
    /// </summary>
    private static void PackPanels<TBlock>(Tensor weight, long rowStart, int rows, byte* plain, RowGroups groups, int panelRows, float* scales, int* zeros, float* minima, byte* panels)
        where TBlock : struct, IWeightBlock
    {
        var blocks = weight.Columns / BlockColumns;
        var rowBytes = weight.RowBytes;
        for (var row = 0; row < Padded(rows, panelRows); row++)
        {
            var first = row / panelRows * blocks * panelRows + row % panelRows;
            if (row >= rows)
            {
                for (long block = 0; block < blocks; block++)
                    scales[first + block * panelRows] = 0;
                continue;
            }
            if (!TBlock.HoldsScale)
                groups.Read(rowStart + row);
            var source = plain + row * rowBytes;
            var quads = (int*)(panels + row / panelRows * blocks * panelRows * BlockColumns) + row % panelRows;
            for (long block = 0; block < blocks; block++, source += TBlock.Bytes)
            {
                var entry = block >> groups.Shift;
                scales[first + block * panelRows] = TBlock.HoldsScale ? HalfFloat.ToSingle(*(ushort*)source) : groups.Scales[entry];
                var zero = !TBlock.HoldsScale && groups.Zeros is not null ? groups.Zeros[entry] : TBlock.Zero;
                var bytes = TBlock.Load(source);
                if (zeros is null)
                    bytes += Vector256.Create((byte)(QuantizedRow.WeightOffset - zero));
                else if (!TBlock.HoldsMinimum)
                    zeros[first + block * panelRows] = zero;
                if (TBlock.HoldsMinimum)
                    minima[first + block * panelRows] = HalfFloat.ToSingle(*(ushort*)(source + sizeof(ushort)));
                var values = bytes.AsInt32();
                for (var quad = 0; quad < 8; quad++, quads += panelRows)
                    *quads = values.GetElement(quad);
            }
        }
    }

    /// <summary>Adds the bias [panelRows or fewer] and stores as many rows of each token.</summary>
    private static void StoreTile(float* tile, int panelRows, int rows, float* bias, int tokens, float* y, long yStride)
    {
        for (var t = 0; t < tokens; t++, tile += panelRows, y += yStride)
        {
            var r = 0;
            for (; r + 8 <= rows; r += 8)
                (bias is null ? Vector256.Load(tile + r) : Vector256.Load(tile + r) + Vector256.Load(bias + r)).Store(y + r);
            for (; r < rows; r++)
                y[r] = bias is null ? tile[r] : tile[r] + bias[r];
        }
    }

    /// <param name="minima">Laid out as scales, or null.</param>
    /// <param name="bias">Of the first row, or null.</param>
    /// <param name="y">Of the first row and token.</param>
    /// <param name="stride">Floats from one token of y to the next.</param>
    private static void MultiplyPanels(long columns, int rows, float* scales, float* minima, byte* panels, float* bias, byte* x, int tokens, float* y, long stride)
    {
        var blocks = columns / BlockColumns;
        var tile = stackalloc float[TileTokens * PanelRows];
        for (var token = 0; token < tokens; token += TileTokens)
        {
            var tileTokens = Math.Min(TileTokens, tokens - token);
            var first = x + token * QuantizedRow.Bytes(columns);
            for (var row = 0; row < rows; row += PanelRows)
            {
                MultiplyTile(panels + row * columns, scales + row * blocks, minima is null ? null : minima + row * blocks, first, tileTokens, columns, tile);
                StoreTile(tile, PanelRows, Math.Min(PanelRows, rows - row), bias is null ? null : bias + row, tileTokens, y + token * stride + row, stride);
            }
        }
    }

    /// <summary>A panel times up to four tokens into <paramref name="tile"/> [4, 16]. Tokens that are missing repeat the first.</summary>
    private static void MultiplyTile(byte* panel, float* scales, float* minima, byte* x, int tokens, long columns, float* tile)
    {
        var rowBytes = QuantizedRow.Bytes(columns);
        var blocks = columns / BlockColumns;
        byte* x0 = x, x1 = tokens > 1 ? x + rowBytes : x, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        Vector256<float> f0 = default, f1 = default, f2 = default, f3 = default, g0 = default, g1 = default, g2 = default, g3 = default;
        var integers = 2 * sizeof(float) * blocks;
        for (long block = 0; block < blocks; block++, scales += PanelRows)
        {
            // An offset starts each sum: what raised weights have too much.
            var offset = sizeof(float) * (blocks + block);
            var a0 = Vector256.Create(*(int*)(x0 + offset));
            var a1 = Vector256.Create(*(int*)(x1 + offset));
            var a2 = Vector256.Create(*(int*)(x2 + offset));
            var a3 = Vector256.Create(*(int*)(x3 + offset));
            Vector256<int> b0 = a0, b1 = a1, b2 = a2, b3 = a3;
            var end = integers + BlockColumns;
            for (; integers < end; integers += 4, panel += 4 * PanelRows)
            {
                var low = Vector256.Load(panel);
                var high = Vector256.Load(panel + 32);
                var quad = Vector256.Create(*(int*)(x0 + integers)).AsSByte();
                a0 = AvxVnni.MultiplyWideningAndAdd(a0, low, quad);
                b0 = AvxVnni.MultiplyWideningAndAdd(b0, high, quad);
                quad = Vector256.Create(*(int*)(x1 + integers)).AsSByte();
                a1 = AvxVnni.MultiplyWideningAndAdd(a1, low, quad);
                b1 = AvxVnni.MultiplyWideningAndAdd(b1, high, quad);
                quad = Vector256.Create(*(int*)(x2 + integers)).AsSByte();
                a2 = AvxVnni.MultiplyWideningAndAdd(a2, low, quad);
                b2 = AvxVnni.MultiplyWideningAndAdd(b2, high, quad);
                quad = Vector256.Create(*(int*)(x3 + integers)).AsSByte();
                a3 = AvxVnni.MultiplyWideningAndAdd(a3, low, quad);
                b3 = AvxVnni.MultiplyWideningAndAdd(b3, high, quad);
            }
            var s = Vector256.Load(scales);
            var t = Vector256.Load(scales + 8);
            var at = sizeof(float) * block;
            var d = Vector256.Create(*(float*)(x0 + at));
            f0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a0), s * d, f0);
            g0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b0), t * d, g0);
            d = Vector256.Create(*(float*)(x1 + at));
            f1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a1), s * d, f1);
            g1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b1), t * d, g1);
            d = Vector256.Create(*(float*)(x2 + at));
            f2 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a2), s * d, f2);
            g2 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b2), t * d, g2);
            d = Vector256.Create(*(float*)(x3 + at));
            f3 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a3), s * d, f3);
            g3 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b3), t * d, g3);
            if (minima is null)
                continue;
            s = Vector256.Load(minima);
            t = Vector256.Load(minima + 8);
            minima += PanelRows;
            d = SumOf(x0, block, blocks);
            f0 = Vector256.FusedMultiplyAdd(s, d, f0);
            g0 = Vector256.FusedMultiplyAdd(t, d, g0);
            d = SumOf(x1, block, blocks);
            f1 = Vector256.FusedMultiplyAdd(s, d, f1);
            g1 = Vector256.FusedMultiplyAdd(t, d, g1);
            d = SumOf(x2, block, blocks);
            f2 = Vector256.FusedMultiplyAdd(s, d, f2);
            g2 = Vector256.FusedMultiplyAdd(t, d, g2);
            d = SumOf(x3, block, blocks);
            f3 = Vector256.FusedMultiplyAdd(s, d, f3);
            g3 = Vector256.FusedMultiplyAdd(t, d, g3);
        }
        f0.Store(tile);
        g0.Store(tile + 8);
        f1.Store(tile + 16);
        g1.Store(tile + 24);
        f2.Store(tile + 32);
        g2.Store(tile + 40);
        f3.Store(tile + 48);
        g3.Store(tile + 56);
    }

    /// <summary>The sum of a block's activations, which minima meet: an offset is -128 times the sum of integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SumOf(byte* x, long block, long blocks) => Vector256.Create(((float*)x)[block] * -(((int*)x)[blocks + block] >> 7));
}
