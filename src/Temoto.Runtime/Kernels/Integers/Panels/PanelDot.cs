using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>
/// Integer products with weights in panels, by AVX2 or AVX-VNNI: a register of weights is eight rows times four columns, which meet four activations that are the same for all rows. Blocks are added in the order of the specification, for one token as
/// for many: each result is the specification's, bit for bit, whatever was computed together.
/// </summary>
/// <typeparam name="TKind">What the integers stand for.</typeparam>
/// <typeparam name="TProducts">Of bytes.</typeparam>
internal static unsafe partial class PanelDot<TKind, TProducts>
    where TKind : struct, IPanelKind
    where TProducts : struct, IByteProducts
{
    private const int Rows = PanelLayout.Rows;
    private const int BlockColumns = PanelLayout.BlockColumns;
    private const int TileTokens = 4;

    /// <summary>Tokens whose sums of 16 activations are kept at a time, where groups have as many columns.</summary>
    private const int CorrectedTokens = 64;

    /// <summary>What is taken off of each 16 activations (<see cref="WriteCorrections"/>), a panel's headers (<see cref="ReadHeaders"/>), at most two numbers of each of 16 rows for 32 columns, and its integers (<see cref="SpreadIntegers"/>).</summary>
    public static long ScratchFloats(long columns) => CorrectionFloats(columns) + columns + (IsSpread ? Rows * columns / sizeof(float) : 0);

    private static long CorrectionFloats(long columns) => TKind.Bits == 6 ? CorrectedTokens * (columns / 16) : 0;

    /// <inheritdoc cref="IntegerDot.MatMul"/>
    /// <param name="panels">The weight.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/>.</param>
    public static void MatMul(PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        var blocks = panels.Layout.Blocks;
        var headers = scratch + CorrectionFloats(blocks * BlockColumns);
        if (TKind.Bits != 6)
        {
            MatMul(panels, rowStart, rowEnd, bias, x, tokens, null, headers, y, yStride);
            return;
        }
        for (var token = 0; token < tokens; token += CorrectedTokens)
        {
            var together = Math.Min(CorrectedTokens, tokens - token);
            var first = x + token * QuantizedRow.Bytes(blocks * BlockColumns);
            WriteCorrections(blocks, first, together, (int*)scratch);
            MatMul(panels, rowStart, rowEnd, bias, first, together, (int*)scratch, headers, y + token * yStride, yStride);
        }
    }

    private static void MatMul(PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, int* corrections, float* headers, float* y, long yStride)
    {
        var layout = panels.Layout;
        var rowBytes = QuantizedRow.Bytes(layout.Blocks * BlockColumns);
        var memory = stackalloc float[TileTokens * Rows + 8];
        var tile = (float*)(((nuint)memory + 31) / 32 * 32);
        var spread = (byte*)(headers + layout.Blocks * BlockColumns);
        for (var row = rowStart; row < rowEnd;)
        {
            var lane = (int)(row % Rows);
            var count = (int)Math.Min(Rows - lane, rowEnd - row);
            var panel = panels.Panel(row);
            if (tokens > 1)
                ReadHeaders(layout, panel, headers);
            if (tokens > 1 && IsSpread)
                SpreadIntegers(layout, panel, spread);
            for (var token = 0; token < tokens; token += TileTokens)
            {
                var together = Math.Min(TileTokens, tokens - token);
                Multiply(layout, panel, panels.PastCaches, IsSpread ? spread : panel, headers, x + token * rowBytes, together, corrections + token * 2 * layout.Blocks, tile);
                Store(tile + lane, count, bias is null ? null : bias + row, together, y + token * yStride + (row - rowStart), yStride);
            }
            row += count;
        }
    }

    private static void Multiply(in PanelLayout layout, byte* panel, bool pastCaches, byte* spread, float* headers, byte* x, int tokens, int* corrections, float* tile)
    {
        switch (tokens)
        {
            case 1 when pastCaches:
                MultiplyOne<PastCaches>(layout, panel, x, corrections, tile);
                break;
            case 1:
                MultiplyOne<IntoCaches>(layout, panel, x, corrections, tile);
                break;
            case 2:
                MultiplyMany<TwoTokens>(layout, spread, headers, x, tokens, corrections, tile);
                break;
            default:
                MultiplyMany<FourTokens>(layout, spread, headers, x, tokens, corrections, tile);
                break;
        }
    }

    /// <summary>-Zero times the sum of each 16 activations: [tokens, blocks, 2].</summary>
    private static void WriteCorrections(long blocks, byte* x, int tokens, int* corrections)
    {
        var columns = blocks * BlockColumns;
        for (var token = 0; token < tokens; token++)
            HalfSums.Write(new QuantizedRow(x + token * QuantizedRow.Bytes(columns), columns), -TKind.Zero, corrections + token * 2 * blocks, 2, 1);
    }

    /// <summary>Adds the bias and stores as many rows and tokens of a tile as there are.</summary>
    private static void Store(float* tile, int rows, float* bias, int tokens, float* y, long yStride)
    {
        for (var token = 0; token < tokens; token++, tile += Rows, y += yStride)
        {
            var row = 0;
            for (; row + 8 <= rows; row += 8)
                (bias is null ? Vector256.Load(tile + row) : Vector256.Load(tile + row) + Vector256.Load(bias + row)).Store(y + row);
            for (; row < rows; row++)
                y[row] = bias is null ? tile[row] : tile[row] + bias[row];
        }
    }

    /// <summary>Of quad <paramref name="k"/> (low nibbles) or k + 4 (high nibbles): the integers, from nibbles and, of five or six bits, what lies behind them.</summary>
    /// <param name="more">Of five bits the fifth of these rows; of six, the upper two of the quads 0 to 3, or 4 to 7 for high nibbles.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Integers(Vector256<byte> nibbles, Vector256<byte> more, int k, bool high)
    {
        var mask = Vector256.Create((byte)0xF);
        var low = (high ? (nibbles.AsUInt16() >> 4).AsByte() : nibbles) & mask;
        if (TKind.Bits == 4)
            return low;
        var up = 4 - (TKind.Bits == 5 ? (high ? k + 4 : k) : 2 * k);
        var moved = up >= 0 ? more.AsUInt16() << up : more.AsUInt16() >> -up;
        return low | moved.AsByte() & Vector256.Create((byte)(TKind.Bits == 5 ? 0x10 : 0x30));
    }

    /// <summary>Zero times the sum of a block's activations, taken off a sum of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> LessZeros(Vector256<int> sum, Vector256<int> zeros, int offset)
    {
        if (TKind.HasZeros)
            return sum + Avx2.MultiplyAddAdjacent(zeros.AsInt16(), Vector256.Create(offset >> 7).AsInt16());
        if (TKind.Bits == 8)
            return TProducts.HasRaised ? sum + Vector256.Create(offset) : sum;
        // The sum times -128, shifted by less: Zero is 8 or 16.
        return TKind.Zero == 0 ? sum : sum + (Vector256.Create(offset) >> (TKind.Zero == 8 ? 4 : 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddBlock(Vector256<float> total, Vector256<int> sum, Vector256<float> scales, Vector256<float> activationScale) =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum), scales * activationScale, total);

    /// <summary>What a block's minima are multiplied with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MinimumFactor(float activationScale, int offset) => Vector256.Create(activationScale * (-TKind.MinimumSign * (offset >> 7)));
}
