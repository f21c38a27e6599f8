using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// A token of each of several sequences: up to four meet nibbles that are unpacked once, each in the order of one token, so that its result is the same bit for bit. What belongs to a
/// unit of columns lies together in a stream, [units, tokens, 3 registers]: activations for the low nibbles, for the high ones, and the scale of each lane.
/// </summary>
internal readonly unsafe ref partial struct NibbleDecode<TFloats, TLanes, TVector, TNibbles>
{
    /// <summary>Rows that meet one group of tokens after the other, from the first-level cache.</summary>
    private const int SequenceRows = 8;

    /// <summary>Bytes of a register.</summary>
    private static int UnitBytes => 16 * TLanes.UnitBlocks;

    private static int TokenUnitBytes => 3 * UnitBytes;

    /// <summary>Scratch floats <see cref="MatVecs"/> needs: what <see cref="MatVec"/> takes for each token, and as much for its part of a stream, the last of which may be there twice.</summary>
    public static long SequenceScratchFloats(long columns, int tokens) => (2 * tokens + 1) * ScratchFloats(columns) + 16;

    /// <param name="plain">The rows' bytes.</param>
    /// <param name="x">[tokens] of <see cref="QuantizedRow"/>.</param>
    /// <param name="y">[tokens, yStride], of which the first rows are written.</param>
    public static void MatVecs(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        for (var at = 0; at < Prefetch.AheadBytes; at += 64)
            Sse.Prefetch0(plain + at);
        var tokenFloats = ScratchFloats(weight.Columns);
        var first = new NibbleDecode<TFloats, TLanes, TVector, TNibbles>(weight, new QuantizedRow(x, weight.Columns), scratch);
        var units = (first.blocks + TLanes.UnitBlocks - 1) / TLanes.UnitBlocks;
        var streams = (byte*)(((nuint)(scratch + tokens * tokenFloats) + 63) / 64 * 64);
        var stream = streams;
        for (var token = 0; token < tokens; token += Together(tokens - token))
        {
            var together = Together(tokens - token);
            for (var i = 0; i < together; i++)
            {
                var own = Math.Min(token + i, tokens - 1);
                var decode = own == 0 ? first : new NibbleDecode<TFloats, TLanes, TVector, TNibbles>(weight, new QuantizedRow(x + own * QuantizedRow.Bytes(weight.Columns), weight.Columns), scratch + own * tokenFloats);
                decode.WriteStream(stream + i * TokenUnitBytes, together * TokenUnitBytes, units);
            }
            stream += units * together * TokenUnitBytes;
        }

        var rowBytes = weight.RowBytes;
        var sums = stackalloc float[FourTokens.Count];
        for (var start = 0; start < rows; start += SequenceRows)
        {
            var end = Math.Min(rows, start + SequenceRows);
            stream = streams;
            for (var token = 0; token < tokens; token += Together(tokens - token))
            {
                var together = Together(tokens - token);
                var corrections = first.corrections + token * tokenFloats;
                // The fourth of three is the third again.
                var lastCorrections = first.corrections + Math.Min(token + 3, tokens - 1) * tokenFloats;
                for (var row = start; row < end; row++)
                {
                    var source = plain + row * rowBytes;
                    if (together == 4)
                        first.DotRows<FourTokens>(rowStart + row, source, stream, corrections, tokenFloats, lastCorrections, sums);
                    else if (together == 2)
                        first.DotRows<TwoTokens>(rowStart + row, source, stream, corrections, tokenFloats, lastCorrections, sums);
                    else
                        first.DotRows<OneToken>(rowStart + row, source, stream, corrections, tokenFloats, lastCorrections, sums);
                    for (var i = 0; i < Math.Min(together, tokens - token); i++)
                        y[(token + i) * yStride + row] = bias is null ? sums[i] : sums[i] + bias[rowStart + row];
                }
                stream += units * together * TokenUnitBytes;
            }
        }
    }

    private static int Together(int tokens) => tokens >= 3 ? 4 : tokens;

    private void WriteStream(byte* stream, int stride, long units)
    {
        for (long unit = 0; unit < units; unit += 4)
        {
            // Behind the last block there are zeros.
            var scales = TFloats.Load(blockScales + unit * TLanes.UnitBlocks);
            for (var i = 0; i < Math.Min(4, units - unit); i++, stream += stride)
            {
                TFloats.Store(TFloats.Load((float*)(low + (unit + i) * UnitBytes)), (float*)stream);
                TFloats.Store(TFloats.Load((float*)(high + (unit + i) * UnitBytes)), (float*)(stream + UnitBytes));
                TFloats.Store(TLanes.Spread(scales, i), (float*)(stream + 2 * UnitBytes));
            }
        }
    }

    /// <summary>One row with one, two or four tokens: for each of them the operations of <see cref="DotRow"/>.</summary>
    /// <param name="corrections">Of the first token.</param>
    /// <param name="tokenFloats">From one token's corrections to the next.</param>
    /// <param name="lastCorrections">Of the fourth token.</param>
    private void DotRows<TTokens>(long row, byte* source, byte* stream, float* corrections, long tokenFloats, float* lastCorrections, float* sums)
        where TTokens : struct, ITokens
    {
        if (TNibbles.NibbleOffset == 0 && halves is null)
            ReadGroups(row);
        var n = TFloats.Count;
        TVector even0 = TFloats.Zero, even1 = TFloats.Zero, even2 = TFloats.Zero, even3 = TFloats.Zero;
        TVector odd0 = TFloats.Zero, odd1 = TFloats.Zero, odd2 = TFloats.Zero, odd3 = TFloats.Zero;
        TVector correction0 = TFloats.Zero, correction1 = TFloats.Zero, correction2 = TFloats.Zero, correction3 = TFloats.Zero;
        int unitBytes = TLanes.UnitBlocks * TNibbles.BlockBytes, streamBytes = TTokens.Count * TokenUnitBytes;
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
            correction0 = TFloats.MultiplyAdd(zeroScales, TFloats.Load(corrections + group), correction0);
            if (TTokens.Count > 1)
                correction1 = TFloats.MultiplyAdd(zeroScales, TFloats.Load(corrections + tokenFloats + group), correction1);
            if (TTokens.Count > 2)
            {
                correction2 = TFloats.MultiplyAdd(zeroScales, TFloats.Load(corrections + 2 * tokenFloats + group), correction2);
                correction3 = TFloats.MultiplyAdd(zeroScales, TFloats.Load(lastCorrections + group), correction3);
            }

            var left = (int)(Math.Min(blocks, (group + n) << shift) - (group << shift));
            var first = 0;
            for (; left >= n; left -= n, first += n)
            {
                var own = TNibbles.NibbleOffset == 0 && shift != 0 ? TLanes.Repeat(scales, first, shift) : scales;
                AddUnit<TTokens>(source, TLanes.Spread(own, 0), stream, ref even0, ref even1, ref even2, ref even3);
                AddUnit<TTokens>(source + unitBytes, TLanes.Spread(own, 1), stream + streamBytes, ref odd0, ref odd1, ref odd2, ref odd3);
                AddUnit<TTokens>(source + 2 * unitBytes, TLanes.Spread(own, 2), stream + 2 * streamBytes, ref even0, ref even1, ref even2, ref even3);
                AddUnit<TTokens>(source + 3 * unitBytes, TLanes.Spread(own, 3), stream + 3 * streamBytes, ref odd0, ref odd1, ref odd2, ref odd3);
                source += 4 * unitBytes;
                stream += 4 * streamBytes;
            }
            if (left > 0)
            {
                var own = TNibbles.NibbleOffset == 0 && shift != 0 ? TLanes.Repeat(scales, first, shift) : scales;
                if (left >= TLanes.UnitBlocks)
                    AddUnit<TTokens>(source, TLanes.Spread(own, 0), stream, ref even0, ref even1, ref even2, ref even3);
                if (left >= 2 * TLanes.UnitBlocks)
                    AddUnit<TTokens>(source + unitBytes, TLanes.Spread(own, 1), stream + streamBytes, ref odd0, ref odd1, ref odd2, ref odd3);
                if (left >= 3 * TLanes.UnitBlocks)
                    AddUnit<TTokens>(source + 2 * unitBytes, TLanes.Spread(own, 2), stream + 2 * streamBytes, ref even0, ref even1, ref even2, ref even3);
                var rest = left % TLanes.UnitBlocks;
                var unit = left / TLanes.UnitBlocks;
                if (rest != 0)
                    AddBytes<TTokens>(TLanes.BytesOf<TNibbles>(rest, source + unit * unitBytes), TLanes.Spread(own, unit), stream + unit * streamBytes, ref odd0, ref odd1, ref odd2, ref odd3);
            }
        }
        sums[0] = TFloats.Sum(TFloats.Add(TFloats.Add(even0, odd0), correction0));
        if (TTokens.Count > 1)
            sums[1] = TFloats.Sum(TFloats.Add(TFloats.Add(even1, odd1), correction1));
        if (TTokens.Count > 2)
        {
            sums[2] = TFloats.Sum(TFloats.Add(TFloats.Add(even2, odd2), correction2));
            sums[3] = TFloats.Sum(TFloats.Add(TFloats.Add(even3, odd3), correction3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddUnit<TTokens>(byte* source, TVector scales, byte* stream, ref TVector first, ref TVector second, ref TVector third, ref TVector fourth)
        where TTokens : struct, ITokens
    {
        Sse.Prefetch0(source + Prefetch.AheadBytes);
        AddBytes<TTokens>(TLanes.Bytes<TNibbles>(source), scales, stream, ref first, ref second, ref third, ref fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBytes<TTokens>(TVector bytes, TVector scales, byte* stream, ref TVector first, ref TVector second, ref TVector third, ref TVector fourth)
        where TTokens : struct, ITokens
    {
        TVector lows = TLanes.Low(bytes), highs = TLanes.High(bytes);
        first = AddToken(first, lows, highs, scales, stream);
        if (TTokens.Count > 1)
            second = AddToken(second, lows, highs, scales, stream + TokenUnitBytes);
        if (TTokens.Count > 2)
        {
            third = AddToken(third, lows, highs, scales, stream + 2 * TokenUnitBytes);
            fourth = AddToken(fourth, lows, highs, scales, stream + 3 * TokenUnitBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddToken(TVector total, TVector lows, TVector highs, TVector scales, byte* stream) => TFloats.MultiplyAdd(
        TLanes.Products(lows, highs, (sbyte*)stream, (sbyte*)stream + UnitBytes), TFloats.Multiply(scales, TFloats.Load((float*)(stream + 2 * UnitBytes))), total);
}
