using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// K types times integer activations, from the blocks as they lie in the file: y = sum over groups g of (sum over k in g of q[k] * integer[k]) * (s[g] * activationScale)
/// + m[g] * c[g], c[g] = - activationScale * (sum of integers of g).
/// </summary>
/// <typeparam name="TProducts">Products of bytes.</typeparam>
/// <typeparam name="TBlock">How super-blocks lie.</typeparam>
internal static unsafe class KQuantDot<TProducts, TBlock>
    where TProducts : struct, IByteProducts
    where TBlock : struct, IKBlock
{
    private const int BlockColumns = QuantizedRow.BlockColumns;
    private const int SuperBlocks = 8;

    /// <summary>Rows of a panel, two registers of eight int32 sums. A block of it lies as [8 column quads, 16 rows, 4 columns].</summary>
    private const int PanelRows = 16;

    private const int TileTokens = 4;

    /// <summary>Groups of a block.</summary>
    private static int BlockGroups => BlockColumns / TBlock.GroupColumns;

    /// <summary>Scratch floats of both methods: a token's scales and corrections per group; a panel's scales, minima and bytes.</summary>
    public static long ScratchFloats(long columns) => PanelRows * (3 * (columns / BlockColumns) + columns / sizeof(float));

    /// <summary>
    /// One token. Order: the eight products of columns that share four bytes in two registers make one lane, and each lane adds its blocks in turn; lane i of the
    /// corrections adds groups i, i + 8, ... ; both are added across at the end.
    /// </summary>
    /// <param name="plain">The rows' bytes.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/>.</param>
    public static void MatVec(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, float* y, float* scratch)
    {
        var activations = new QuantizedRow(x, weight.Columns);
        var groups = activations.Blocks * BlockGroups;
        float* groupScales = scratch, corrections = scratch + groups;
        for (long block = 0; block < activations.Blocks; block++)
        {
            var scale = activations.Scales[block];
            if (TBlock.GroupColumns == 32)
            {
                groupScales[block] = scale;
                corrections[block] = Correction(scale, activations.Offsets[block]);
                continue;
            }
            var sums = TProducts.Small(Vector256.Create((byte)1), Vector256.Load(activations.Integers + block * BlockColumns));
            groupScales[2 * block] = groupScales[2 * block + 1] = scale;
            corrections[2 * block] = scale * (-TBlock.Zero * Vector128.Sum(sums.GetLower()));
            corrections[2 * block + 1] = scale * (-TBlock.Zero * Vector128.Sum(sums.GetUpper()));
        }
        var rowBytes = weight.RowBytes;
        for (var row = 0; row < rows; row++, plain += rowBytes)
        {
            var sum = DotRow(plain, activations, groupScales, corrections);
            y[row] = bias is null ? sum : sum + bias[rowStart + row];
        }
    }

    /// <summary>What a minimum meets: an offset is -128 times the sum of integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Correction(float scale, int offset) => scale * (offset >> 7);

    private static float DotRow(byte* super, QuantizedRow x, float* scales, float* corrections)
    {
        Vector256<float> even = default, odd = default, correction = default;
        var integers = x.Integers;
        for (long block = 0; block < x.Blocks; block += SuperBlocks, super += TBlock.Bytes, integers += SuperBlocks * BlockColumns)
        {
            Sse.Prefetch0(super + Prefetch.AheadBytes);
            Sse.Prefetch0(super + Prefetch.AheadBytes + 64);
            Sse.Prefetch0(super + Prefetch.AheadBytes + 128);
            if (TBlock.Bytes > 192)
                Sse.Prefetch0(super + Prefetch.AheadBytes + 192);
            var products = TBlock.Scales(super, 0);
            correction = Vector256.FusedMultiplyAdd(TBlock.Zero == 0 ? TBlock.Minima(super) : products, Vector256.Load(corrections), correction);
            products *= Vector256.Load(scales);
            even = Add(even, super, integers, products, 0);
            odd = Add(odd, super, integers, products, 1);
            even = Add(even, super, integers, products, 2);
            odd = Add(odd, super, integers, products, 3);
            scales += 8;
            corrections += 8;
            if (TBlock.GroupColumns == 16)
            {
                products = TBlock.Scales(super, 1);
                correction = Vector256.FusedMultiplyAdd(products, Vector256.Load(corrections), correction);
                products *= Vector256.Load(scales);
                scales += 8;
                corrections += 8;
            }
            even = Add(even, super, integers, products, 4);
            odd = Add(odd, super, integers, products, 5);
            even = Add(even, super, integers, products, 6);
            odd = Add(odd, super, integers, products, 7);
        }
        return Vector256.Sum(even + odd + correction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> total, byte* super, sbyte* integers, Vector256<float> scales, int block)
    {
        var lanes = TBlock.GroupColumns == 32
            ? Vector256.Create(block)
            : Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1) + Vector256.Create(2 * (block % 4));
        var sums = TProducts.Small(TBlock.Load(super, block), Vector256.Load(integers + block * BlockColumns));
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sums), Avx2.PermuteVar8x32(scales, lanes), total);
    }

    /// <summary>
    /// Several tokens: sixteen rows are unpacked into a panel whose lanes are rows, and four tokens at a time meet it. The order of the specification, and its bits.
    /// </summary>
    /// <param name="plain">The rows' bytes.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/>.</param>
    public static void MatMul(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var columns = weight.Columns;
        var blocks = columns / BlockColumns;
        var minima = scratch + PanelRows * blocks * 2;
        var panel = (byte*)(minima + PanelRows * blocks);
        var tile = stackalloc float[TileTokens * PanelRows];
        for (var row = 0; row < rows; row += PanelRows, plain += PanelRows * weight.RowBytes)
        {
            var panelRows = Math.Min(PanelRows, rows - row);
            PackPanel(weight, panelRows, plain, scratch, minima, panel);
            for (var token = 0; token < tokens; token += TileTokens)
            {
                var tileTokens = Math.Min(TileTokens, tokens - token);
                MultiplyPanel(panel, scratch, minima, x + token * QuantizedRow.Bytes(columns), tileTokens, columns, tile);
                for (var t = 0; t < tileTokens; t++)
                    for (var r = 0; r < panelRows; r++)
                        y[(token + t) * yStride + row + r] = bias is null ? tile[t * PanelRows + r] : tile[t * PanelRows + r] + bias[rowStart + row + r];
            }
        }
    }

    /// <summary>Integers (q - <see cref="IKBlock.Zero"/>), scales [groups, rows], minima [blocks, rows]. What rows that are missing hold is not used.</summary>
    private static void PackPanel(Tensor weight, int rows, byte* plain, float* scales, float* minima, byte* panel)
    {
        var blocks = weight.Columns / BlockColumns;
        for (var row = 0; row < PanelRows; row++)
        {
            // Missing rows repeat the last one.
            var super = plain + Math.Min(row, rows - 1) * weight.RowBytes;
            for (long block = 0; block < blocks; block += SuperBlocks, super += TBlock.Bytes)
            {
                for (var part = 0; part < BlockGroups; part++)
                {
                    var values = TBlock.Scales(super, part);
                    for (var i = 0; i < 8; i++)
                        scales[(block * BlockGroups + 8 * part + i) * PanelRows + row] = values.GetElement(i);
                }
                if (TBlock.Zero == 0)
                {
                    var values = TBlock.Minima(super);
                    for (var i = 0; i < 8; i++)
                        minima[(block + i) * PanelRows + row] = values.GetElement(i);
                }
                var quads = (int*)(panel + block * BlockColumns * PanelRows) + row;
                Store(TBlock.Load(super, 0), quads);
                Store(TBlock.Load(super, 1), quads + 8 * PanelRows);
                Store(TBlock.Load(super, 2), quads + 16 * PanelRows);
                Store(TBlock.Load(super, 3), quads + 24 * PanelRows);
                Store(TBlock.Load(super, 4), quads + 32 * PanelRows);
                Store(TBlock.Load(super, 5), quads + 40 * PanelRows);
                Store(TBlock.Load(super, 6), quads + 48 * PanelRows);
                Store(TBlock.Load(super, 7), quads + 56 * PanelRows);
            }
        }

        static void Store(Vector256<byte> bytes, int* quads)
        {
            var values = (bytes - Vector256.Create((byte)TBlock.Zero)).AsInt32();
            for (var i = 0; i < 8; i++)
                quads[i * PanelRows] = values.GetElement(i);
        }
    }

    /// <summary>A panel times up to four tokens into <paramref name="tile"/> [4, 16]; tokens that are missing repeat the first. Float sums stay in memory, where a group ends.</summary>
    private static void MultiplyPanel(byte* panel, float* scales, float* minima, byte* x, int tokens, long columns, float* tile)
    {
        var rowBytes = QuantizedRow.Bytes(columns);
        var blocks = columns / BlockColumns;
        byte* x0 = x, x1 = tokens > 1 ? x + rowBytes : x, x2 = tokens > 2 ? x + 2 * rowBytes : x, x3 = tokens > 3 ? x + 3 * rowBytes : x;
        new Span<float>(tile, TileTokens * PanelRows).Clear();
        var integers = 2 * sizeof(float) * blocks;
        for (long group = 0; group < blocks * BlockGroups; group++, scales += PanelRows)
        {
            Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            var end = integers + TBlock.GroupColumns;
            for (; integers < end; integers += 4, panel += 4 * PanelRows)
            {
                var low = Vector256.Load(panel);
                var high = Vector256.Load(panel + 32);
                var quad = Vector256.Create(*(int*)(x0 + integers)).AsSByte();
                a0 += Products(low, quad);
                b0 += Products(high, quad);
                quad = Vector256.Create(*(int*)(x1 + integers)).AsSByte();
                a1 += Products(low, quad);
                b1 += Products(high, quad);
                quad = Vector256.Create(*(int*)(x2 + integers)).AsSByte();
                a2 += Products(low, quad);
                b2 += Products(high, quad);
                quad = Vector256.Create(*(int*)(x3 + integers)).AsSByte();
                a3 += Products(low, quad);
                b3 += Products(high, quad);
            }
            var block = group / BlockGroups;
            var blockMinima = minima + block * PanelRows;
            AddGroup(tile, a0, b0, scales, blockMinima, x0, block, blocks);
            AddGroup(tile + PanelRows, a1, b1, scales, blockMinima, x1, block, blocks);
            AddGroup(tile + 2 * PanelRows, a2, b2, scales, blockMinima, x2, block, blocks);
            AddGroup(tile + 3 * PanelRows, a3, b3, scales, blockMinima, x3, block, blocks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<byte> weights, Vector256<sbyte> x) =>
        TBlock.Zero == 0 ? TProducts.Small(weights, x) : TProducts.Signed(weights.AsSByte(), x);

    /// <summary>A group's sums of sixteen rows, and its minima, onto a token's floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddGroup(float* total, Vector256<int> low, Vector256<int> high, float* scales, float* minima, byte* x, long block, long blocks)
    {
        var scale = Vector256.Create(((float*)x)[block]);
        var first = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(low), Vector256.Load(scales) * scale, Vector256.Load(total));
        var second = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high), Vector256.Load(scales + 8) * scale, Vector256.Load(total + 8));
        if (TBlock.Zero == 0)
        {
            var correction = Vector256.Create(Correction(((float*)x)[block], ((int*)x)[blocks + block]));
            first = Vector256.FusedMultiplyAdd(Vector256.Load(minima), correction, first);
            second = Vector256.FusedMultiplyAdd(Vector256.Load(minima + 8), correction, second);
        }
        first.Store(total);
        second.Store(total + 8);
    }
}
