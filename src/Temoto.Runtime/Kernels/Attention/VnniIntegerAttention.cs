using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Attention;

/// <summary>Integer attention in 256-bit AVX-VNNI: four queries times two registers of eight lanes, so that eight sums cover the latency of the products.</summary>
internal sealed unsafe class VnniIntegerAttention : X86IntegerAttention
{
    private const int Rows = 4;

    /// <summary>Lanes of a register.</summary>
    private const int Lanes = 8;

    protected override void ScorePanels(byte* group, int count, int headDim, byte* panel, int secondBytes, float* keyScales, int second, float* scores, long stride)
    {
        for (var i = 0; i < count; i += Rows)
        {
            if (second > 0)
                ScorePanel(group, i, Math.Min(Rows, count - i), headDim, panel + secondBytes, keyScales + second, scores + i * stride + second, stride);
            ScorePanel(group, i, Math.Min(Rows, count - i), headDim, panel, keyScales, scores + i * stride, stride);
        }
    }

    protected override void AddColumns(sbyte* values, int headDim, int second, int quads, byte* high, byte* low, float* steps, int count, float* outputs)
    {
        for (var i = 0; i < count; i += Rows)
        {
            var rows = Math.Min(Rows, count - i);
            var at = i * TilePositions;
            var target = outputs + i * headDim;
            if (second > 0)
                AddRegisters(values + second * Quad, headDim, quads, high + at, low + at, steps + i, rows, target + second);
            AddRegisters(values, headDim, quads, high + at, low + at, steps + i, rows, target);
        }
    }

    /// <summary>Rows that are missing are computed as well, from the zeros that fill up a group, and not stored.</summary>
    private static void ScorePanel(byte* group, int first, int rows, int headDim, byte* panel, float* keyScales, float* scores, long stride)
    {
        var queryScales = (float*)(group + GroupQueries * headDim) + first;
        var offsets = (int*)queryScales + GroupQueries;
        var queries = (int*)group + first;
        Vector256<int> a0 = Vector256.Create(offsets[0]), a1 = Vector256.Create(offsets[1]), a2 = Vector256.Create(offsets[2]), a3 = Vector256.Create(offsets[3]);
        Vector256<int> b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (var k = 0; k < headDim; k += Quad, queries += GroupQueries, panel += PanelPositions * Quad)
        {
            var low = Vector256.Load(panel);
            var high = Vector256.Load(panel + Lanes * Quad);
            var query = Vector256.Create(queries[0]).AsSByte();
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, low, query);
            b0 = AvxVnni.MultiplyWideningAndAdd(b0, high, query);
            query = Vector256.Create(queries[1]).AsSByte();
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, low, query);
            b1 = AvxVnni.MultiplyWideningAndAdd(b1, high, query);
            query = Vector256.Create(queries[2]).AsSByte();
            a2 = AvxVnni.MultiplyWideningAndAdd(a2, low, query);
            b2 = AvxVnni.MultiplyWideningAndAdd(b2, high, query);
            query = Vector256.Create(queries[3]).AsSByte();
            a3 = AvxVnni.MultiplyWideningAndAdd(a3, low, query);
            b3 = AvxVnni.MultiplyWideningAndAdd(b3, high, query);
        }
        var s = Vector256.Load(keyScales);
        var t = Vector256.Load(keyScales + Lanes);
        StoreScores(a0, b0, s, t, queryScales[0], scores);
        if (rows > 1)
            StoreScores(a1, b1, s, t, queryScales[1], scores + stride);
        if (rows > 2)
            StoreScores(a2, b2, s, t, queryScales[2], scores + 2 * stride);
        if (rows > 3)
            StoreScores(a3, b3, s, t, queryScales[3], scores + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreScores(Vector256<int> a, Vector256<int> b, Vector256<float> s, Vector256<float> t, float queryScale, float* scores)
    {
        var scale = Vector256.Create(queryScale);
        (Vector256.ConvertToSingle(a) * (s * scale)).Store(scores);
        (Vector256.ConvertToSingle(b) * (t * scale)).Store(scores + Lanes);
    }

    /// <summary>Sixteen columns. Rows that are missing repeat the first.</summary>
    private static void AddRegisters(sbyte* values, int headDim, int quads, byte* high, byte* low, float* steps, int rows, float* outputs)
    {
        int w1 = rows > 1 ? TilePositions / Quad : 0, w2 = rows > 2 ? 2 * TilePositions / Quad : 0, w3 = rows > 3 ? 3 * TilePositions / Quad : 0;
        Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        for (var pass = 0; pass < 2; pass++)
        {
            var weights = (int*)(pass == 0 ? high : low);
            var source = values;
            for (var quad = 0; quad < quads; quad++, weights++, source += Quad * headDim)
            {
                var u = Vector256.Load(source);
                var v = Vector256.Load(source + Lanes * Quad);
                var weight = Vector256.Create(weights[0]).AsByte();
                a0 = AvxVnni.MultiplyWideningAndAdd(a0, weight, u);
                b0 = AvxVnni.MultiplyWideningAndAdd(b0, weight, v);
                weight = Vector256.Create(weights[w1]).AsByte();
                a1 = AvxVnni.MultiplyWideningAndAdd(a1, weight, u);
                b1 = AvxVnni.MultiplyWideningAndAdd(b1, weight, v);
                weight = Vector256.Create(weights[w2]).AsByte();
                a2 = AvxVnni.MultiplyWideningAndAdd(a2, weight, u);
                b2 = AvxVnni.MultiplyWideningAndAdd(b2, weight, v);
                weight = Vector256.Create(weights[w3]).AsByte();
                a3 = AvxVnni.MultiplyWideningAndAdd(a3, weight, u);
                b3 = AvxVnni.MultiplyWideningAndAdd(b3, weight, v);
            }
            if (pass == 0)
            {
                // High bytes are worth 256.
                a0 <<= 8;
                a1 <<= 8;
                a2 <<= 8;
                a3 <<= 8;
                b0 <<= 8;
                b1 <<= 8;
                b2 <<= 8;
                b3 <<= 8;
            }
        }
        Add(a0, b0, steps[0], outputs);
        if (rows > 1)
            Add(a1, b1, steps[1], outputs + headDim);
        if (rows > 2)
            Add(a2, b2, steps[2], outputs + 2 * headDim);
        if (rows > 3)
            Add(a3, b3, steps[3], outputs + 3 * headDim);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<int> a, Vector256<int> b, float step, float* outputs)
    {
        var factor = Vector256.Create(step);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a), factor, Vector256.Load(outputs)).Store(outputs);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b), factor, Vector256.Load(outputs + Lanes)).Store(outputs + Lanes);
    }
}
