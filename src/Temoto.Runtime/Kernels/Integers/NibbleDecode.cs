using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// One token times weights of four bits, multiplied as they lie: activations are put into the nibbles' order once, so that unpacking is a mask and a shift, and each
/// lane keeps a float32 sum of its own, so that lanes are added up once per row and not once per block. Zero points never touch the weights: with
/// c[g] = - sum over blocks b of group g of (sum of integers of b) * activationScale[b], computed once,
/// y = sum over g of weightScale[g] * zero[g] * c[g] + sum over b of (sum over k in b of q[k] * integer[k]) * (weightScale[b] * activationScale[b]).
/// Where blocks hold minima, these take the place of weightScale * zero, and c has the other sign.
/// Order: a block has four lanes, each with the exact sum of eight products; lane l of a register of n adds its part of blocks l / 4, l / 4 + n / 4, ... ; the lanes and
/// the corrections, summed the same way over groups, are added last.
/// </summary>
/// <typeparam name="TFloats">The width.</typeparam>
/// <typeparam name="TLanes">Nibbles in it, and their products.</typeparam>
/// <typeparam name="TVector">A register of floats.</typeparam>
/// <typeparam name="TNibbles">How weights lie.</typeparam>
internal readonly unsafe ref partial struct NibbleDecode<TFloats, TLanes, TVector, TNibbles>
    where TFloats : struct, ILanes<TVector>
    where TLanes : struct, INibbleLanes<TVector>
    where TVector : struct
    where TNibbles : struct, INibbles
{
    private const int BlockColumns = QuantizedRow.BlockColumns;

    private readonly Tensor weight;
    private readonly long blocks;

    /// <summary>Activations in the nibbles' order, 16 per block, zeros up to a whole unit.</summary>
    private readonly sbyte* low;
    private readonly sbyte* high;

    /// <summary>Scales of activations, one per block, zeros up to a whole register.</summary>
    private readonly float* blockScales;

    /// <summary>c, times the zero point where it is the same everywhere, times -1 where there are minima; one per group, zeros up to a whole register.</summary>
    private readonly float* corrections;

    /// <summary>Scales and zero points of the row at hand, one per block, where <see cref="halves"/> is null and a block does not hold its scale.</summary>
    private readonly float* rowScales;
    private readonly float* blockZeros;

    /// <summary>Half floats [rows, groups], where groups are a power of two of blocks: block b belongs to group b >> <see cref="shift"/>.</summary>
    private readonly ushort* halves;
    private readonly int shift;
    private readonly long groups;

    private readonly bool storesZeros;
    private readonly byte* zeros;
    private readonly long zeroRowBytes;

    private NibbleDecode(Tensor weight, QuantizedRow x, float* scratch)
    {
        this.weight = weight;
        blocks = x.Blocks;
        var padded = blocks + TFloats.Count;
        low = (sbyte*)scratch;
        high = low + 16 * padded;
        blockScales = scratch + 8 * padded;
        corrections = blockScales + padded;
        rowScales = corrections + padded;
        blockZeros = rowScales + padded;
        groups = blocks;
        if (weight.Scales is { } scales)
        {
            storesZeros = scales.Zeros is not null;
            var groupBlocks = scales.PerTensor || scales.GroupSize >= weight.Columns ? blocks : scales.GroupSize / BlockColumns;
            if (!scales.PerTensor && scales.Scales.DType == DType.F16 && (groupBlocks == blocks || long.IsPow2(groupBlocks)))
            {
                halves = (ushort*)scales.Scales.Data;
                shift = groupBlocks == blocks ? 31 : (int)long.Log2(groupBlocks);
                groups = (blocks + groupBlocks - 1) / groupBlocks;
                zeros = storesZeros ? scales.Zeros!.Data : null;
                zeroRowBytes = scales.Zeros?.Columns ?? 0;
            }
        }

        for (long block = 0; block < blocks; block++)
        {
            var ordered = TNibbles.Order(x.Integers + block * BlockColumns);
            ordered.GetLower().Store(low + 16 * block);
            ordered.GetUpper().Store(high + 16 * block);
        }
        WriteCorrections(x);
        new Span<float>(blockScales + blocks, TFloats.Count).Clear();
        new Span<float>(corrections + groups, TFloats.Count).Clear();
        new Span<sbyte>(low + 16 * blocks, 16 * TLanes.UnitBlocks).Clear();
        new Span<sbyte>(high + 16 * blocks, 16 * TLanes.UnitBlocks).Clear();
    }

    private void WriteCorrections(QuantizedRow x)
    {
        // Per block, offsets being -128 times the sum; then the blocks of a group are added up, in place.
        var zero = TNibbles.HoldsMinimum ? -1f : storesZeros ? 1f : GroupScales.NibbleZero;
        long block = 0;
        for (; block + 8 <= blocks; block += 8)
        {
            var scales = Vector256.Load(x.Scales + block);
            scales.Store(blockScales + block);
            (scales * (Vector256.ConvertToSingle(Vector256.Load(x.Offsets + block) >> 7) * Vector256.Create(zero))).Store(corrections + block);
        }
        for (; block < blocks; block++)
        {
            blockScales[block] = x.Scales[block];
            corrections[block] = x.Scales[block] * ((x.Offsets[block] >> 7) * zero);
        }
        if (shift == 0)
            return;
        block = 0;
        for (long group = 0; group < groups; group++)
        {
            var sum = 0f;
            for (var end = Math.Min(block + Math.Min(1L << shift, blocks), blocks); block < end; block++)
                sum += corrections[block];
            corrections[group] = sum;
        }
    }

    /// <summary>Scratch floats <see cref="MatVec"/> needs.</summary>
    public static long ScratchFloats(long columns) => 12 * (columns / BlockColumns + 16);

    /// <param name="plain">The rows' bytes.</param>
    /// <param name="x">The token's <see cref="QuantizedRow"/>.</param>
    /// <param name="y">[rows].</param>
    public static void MatVec(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, float* y, float* scratch)
    {
        // The first page is asked for while activations are put in order; from then on each unit asks for the one a page ahead.
        for (var at = 0; at < Prefetch.AheadBytes; at += 64)
            Sse.Prefetch0(plain + at);
        var decode = new NibbleDecode<TFloats, TLanes, TVector, TNibbles>(weight, new QuantizedRow(x, weight.Columns), scratch);
        var rowBytes = weight.RowBytes;
        for (var row = 0; row < rows; row++)
        {
            var sum = decode.DotRow(rowStart + row, plain + row * rowBytes);
            y[row] = bias is null ? sum : sum + bias[rowStart + row];
        }
    }

    private float DotRow(long row, byte* source)
    {
        if (TNibbles.NibbleOffset == 0 && halves is null)
            ReadGroups(row);
        var n = TFloats.Count;
        TVector even = TFloats.Zero, odd = TFloats.Zero, correction = TFloats.Zero;
        sbyte* x = low, y = high;
        var activationScales = blockScales;
        var rowHalves = halves + row * groups;
        var rowZeros = zeros + row * zeroRowBytes;
        for (long group = 0; group < groups; group += n)
        {
            var count = (int)Math.Min(n, groups - group);
            var scales = TNibbles.NibbleOffset != 0 ? TLanes.BlockScales<TNibbles>(source, count)
                : halves is null ? TFloats.Load(rowScales + group)
                : TLanes.Halves(rowHalves + group, count);
            var zeroScales = scales;
            if (TNibbles.NibbleOffset == 0 && storesZeros)
                zeroScales = TFloats.Multiply(scales, halves is null ? TFloats.Load(blockZeros + group) : TLanes.Nibbles(rowZeros + group / 2, count));
            if (TNibbles.HoldsMinimum)
                zeroScales = TLanes.BlockScales<TNibbles>(source + sizeof(ushort), count);
            correction = TFloats.MultiplyAdd(zeroScales, TFloats.Load(corrections + group), correction);

            var left = (int)(Math.Min(blocks, (group + n) << shift) - (group << shift));
            var first = 0;
            for (; left >= n; left -= n, first += n)
            {
                var products = TNibbles.NibbleOffset == 0 && shift != 0 ? TLanes.Repeat(scales, first, shift) : scales;
                products = TFloats.Multiply(products, TFloats.Load(activationScales));
                even = AddUnit(even, source, x, y, products, 0);
                odd = AddUnit(odd, source, x, y, products, 1);
                even = AddUnit(even, source, x, y, products, 2);
                odd = AddUnit(odd, source, x, y, products, 3);
                source += n * TNibbles.BlockBytes;
                x += 16 * n;
                y += 16 * n;
                activationScales += n;
            }
            if (left > 0)
            {
                var products = TFloats.Multiply(TNibbles.NibbleOffset == 0 && shift != 0 ? TLanes.Repeat(scales, first, shift) : scales, TFloats.Load(activationScales));
                if (left >= TLanes.UnitBlocks)
                    even = AddUnit(even, source, x, y, products, 0);
                if (left >= 2 * TLanes.UnitBlocks)
                    odd = AddUnit(odd, source, x, y, products, 1);
                if (left >= 3 * TLanes.UnitBlocks)
                    even = AddUnit(even, source, x, y, products, 2);
                var rest = left % TLanes.UnitBlocks;
                var at = left - rest;
                if (rest != 0)
                    odd = Add(odd, TLanes.BytesOf<TNibbles>(rest, source + at * TNibbles.BlockBytes), x + 16 * at, y + 16 * at, TLanes.Spread(products, at / TLanes.UnitBlocks));
            }
        }
        return TFloats.Sum(TFloats.Add(TFloats.Add(even, odd), correction));
    }

    /// <param name="unit">0 to 3, counted from the pointers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddUnit(TVector total, byte* source, sbyte* x, sbyte* y, TVector scales, int unit)
    {
        source += unit * TLanes.UnitBlocks * TNibbles.BlockBytes;
        Sse.Prefetch0(source + Prefetch.AheadBytes);
        return Add(total, TLanes.Bytes<TNibbles>(source), x + 16 * TLanes.UnitBlocks * unit, y + 16 * TLanes.UnitBlocks * unit, TLanes.Spread(scales, unit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector total, TVector bytes, sbyte* x, sbyte* y, TVector scales) =>
        TFloats.MultiplyAdd(TLanes.Products(TLanes.Low(bytes), TLanes.High(bytes), x, y), scales, total);

    /// <summary>Groups that are no power of two of blocks, and scales of other types: an entry per block.</summary>
    private void ReadGroups(long row)
    {
        var scales = weight.Scales!;
        for (long block = 0; block < blocks; block++)
        {
            var group = block * BlockColumns / scales.GroupSize;
            rowScales[block] = scales.Scale(row, group);
            blockZeros[block] = scales.Zero(row, group);
        }
        for (var block = blocks; block < blocks + TFloats.Count; block++)
            rowScales[block] = blockZeros[block] = 0;
    }
}
