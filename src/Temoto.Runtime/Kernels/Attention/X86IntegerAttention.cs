using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Integers;

namespace Temoto.Kernels.Attention;

/// <summary>
/// Integer attention as x86 has it: rounding eight values at a time, and panels of keys or columns of values by products of unsigned and signed bytes, for which weights are split into a high and
/// a low byte.
/// </summary>
internal abstract unsafe class X86IntegerAttention : IntegerAttention
{
    protected const int PanelPositions = KvHeadView.PanelPositions;

    /// <summary>Columns of a register of sixteen lanes.</summary>
    protected const int RegisterColumns = 16;

    public sealed override void RoundQueries(float* queries, int count, int headDim, byte* rounded)
    {
        for (var first = 0; first < count; first += GroupQueries, rounded += GroupBytes(headDim))
        {
            if (first + GroupQueries > count)
                new Span<byte>(rounded, (int)GroupBytes(headDim)).Clear();
            var scales = (float*)(rounded + GroupQueries * headDim);
            var offsets = (int*)(scales + GroupQueries);
            for (var lane = 0; lane < Math.Min(GroupQueries, count - first); lane++)
                RoundQuery(queries + (long)(first + lane) * headDim, headDim, (int*)rounded + lane, scales + lane, offsets + lane);
        }
    }

    public sealed override void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride)
    {
        for (var position = start; position < end; position += 2 * PanelPositions)
        {
            var panel = keys.Data + (long)position * keys.HeadDim;
            // An odd panel out is multiplied twice.
            var second = position + PanelPositions < end ? PanelPositions : 0;
            for (var i = 0; i < count; i += GroupQueries)
            {
                var group = rounded + i / GroupQueries * GroupBytes(keys.HeadDim);
                ScorePanels(group, Math.Min(GroupQueries, count - i), keys.HeadDim, panel, second * keys.HeadDim, keys.Scales + position, second, scores + i * stride + position - start, stride);
            }
        }
    }

    public sealed override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs)
    {
        for (; start < end; start += TilePositions, weights += TilePositions)
            AddTile(weights, stride, count, values, start, Math.Min(TilePositions, end - start), outputs);
    }

    private void AddTile(float* weights, long stride, int count, KvHeadView values, int start, int positions, float* outputs)
    {
        var high = stackalloc byte[2 * GroupQueries * TilePositions];
        var low = high + GroupQueries * TilePositions;
        var steps = stackalloc float[GroupQueries];
        var quads = (positions + Quad - 1) / Quad;
        var tile = (sbyte*)values.Data + (long)start * values.HeadDim;
        for (var first = 0; first < count; first += GroupQueries)
        {
            var group = Math.Min(GroupQueries, count - first);
            for (var i = 0; i < group; i++)
                steps[i] = RoundWeights(weights + (first + i) * stride, values.Scales + start, positions, high + i * TilePositions, low + i * TilePositions);
            for (var column = 0; column < values.HeadDim; column += 2 * RegisterColumns)
            {
                var second = column + RegisterColumns < values.HeadDim ? RegisterColumns : 0;
                AddColumns(tile + column * Quad, values.HeadDim, second, quads, high, low, steps, group, outputs + (long)first * values.HeadDim + column);
            }
        }
    }

    /// <param name="group">Rounded queries: [HeadDim / 4, 8, 4] integers, [8] scales, [8] offsets.</param>
    /// <param name="panel">Sixteen keys; <paramref name="secondBytes"/> further sixteen more.</param>
    /// <param name="second">Positions from the first panel to the second: 16, or 0 where there is one only; then what is stored last is the first.</param>
    /// <param name="scores">Of the first query and position.</param>
    protected abstract void ScorePanels(byte* group, int count, int headDim, byte* panel, int secondBytes, float* keyScales, int second, float* scores, long stride);

    /// <param name="values">[quads, headDim, 4] from the first column on: sixteen columns and, <paramref name="second"/> columns further, sixteen more.</param>
    /// <param name="high">[8, 64].</param>
    /// <param name="low">[8, 64].</param>
    /// <param name="steps">[8].</param>
    /// <param name="outputs">Of the first query and column; [count, headDim].</param>
    protected abstract void AddColumns(sbyte* values, int headDim, int second, int quads, byte* high, byte* low, float* steps, int count, float* outputs);

    private static void RoundQuery(float* query, int headDim, int* quads, float* scale, int* offset)
    {
        var most = Vector256<uint>.Zero;
        for (var k = 0; k < headDim; k += 8)
            most = Avx2.Max(most, X86Magnitudes.Of(Vector256.Load(query + k)));
        var rounding = new RoundingScale(X86Magnitudes.Largest(most), QuantizedRow.Limit, IntegerDot.Smallest);
        *scale = rounding.Step;
        var inverse = Vector256.Create(rounding.Inverse);
        // Not a number times 0 is not a number, and no integer.
        var keep = Vector256.Create(rounding.Inverse == 0 ? 0 : -1);
        var sums = Vector256<int>.Zero;
        for (var k = 0; k < headDim; k += 16, quads += 4 * GroupQueries)
        {
            var a = Avx.ConvertToVector256Int32(Vector256.Load(query + k) * inverse) & keep;
            var b = Avx.ConvertToVector256Int32(Vector256.Load(query + k + 8) * inverse) & keep;
            sums += a + b;
            // Packing works on 128-bit halves: quads come out as 0 2 | 1 3.
            var words = Avx2.PackSignedSaturate(a, b);
            var bytes = Avx2.PackSignedSaturate(words, words).AsInt32();
            quads[0] = bytes.GetElement(0);
            quads[GroupQueries] = bytes.GetElement(4);
            quads[2 * GroupQueries] = bytes.GetElement(1);
            quads[3 * GroupQueries] = bytes.GetElement(5);
        }
        *offset = -KvHeadView.KeyOffset * Vector256.Sum(sums);
    }

    /// <summary>A tile's weights of one query, times the values' scales, as 15-bit integers in two bytes; zeros behind the last position. Returns what an integer is worth.</summary>
    private static float RoundWeights(float* weights, float* scales, int positions, byte* high, byte* low)
    {
        var most = Vector256<uint>.Zero;
        // What lies behind the last position is undefined.
        for (var p = 0; p < positions; p += 8)
            most = Avx2.Max(most, Weights(weights, scales, p, positions).AsUInt32());
        var scale = new RoundingScale(X86Magnitudes.Largest(most), WeightLimit, Smallest);
        if (scale.Inverse == 0)
        {
            new Span<byte>(high, TilePositions).Clear();
            new Span<byte>(low, TilePositions).Clear();
            return scale.Step;
        }
        var inverse = Vector256.Create(scale.Inverse);
        for (var p = 0; p < positions; p += 32)
        {
            var a = Avx.ConvertToVector256Int32(Weights(weights, scales, p, positions) * inverse);
            var b = Avx.ConvertToVector256Int32(Weights(weights, scales, p + 8, positions) * inverse);
            var c = Avx.ConvertToVector256Int32(Weights(weights, scales, p + 16, positions) * inverse);
            var d = Avx.ConvertToVector256Int32(Weights(weights, scales, p + 24, positions) * inverse);
            // 15 bits fit words; bytes of words are then taken apart.
            var words = Avx2.PackSignedSaturate(a, b);
            var more = Avx2.PackSignedSaturate(c, d);
            var bytes = Vector256.Create((short)0xFF);
            Ordered(Avx2.PackUnsignedSaturate(words & bytes, more & bytes)).Store(low + p);
            Ordered(Avx2.PackUnsignedSaturate(words >> 8, more >> 8)).Store(high + p);
        }
        return scale.Step;

        // Packing works on 128-bit halves: quads come out as 0 2 4 6 | 1 3 5 7.
        static Vector256<byte> Ordered(Vector256<byte> packed) => Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsByte();
    }

    /// <summary>weights[p] * scales[p] for eight positions, 0 from <paramref name="positions"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Weights(float* weights, float* scales, int p, int positions)
    {
        if (p + 8 <= positions)
            return Vector256.Load(weights + p) * Vector256.Load(scales + p);
        if (p >= positions)
            return Vector256<float>.Zero;
        var seen = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(positions - p)).AsSingle();
        return Vector256.Load(weights + p) * Vector256.Load(scales + p) & seen;
    }
}
