using System.Runtime.Intrinsics.X86;
using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Emitted;
using Temoto.Kernels.Floats;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Attention;

public unsafe class IntegerAttentionTests
{
    public enum Fault
    {
        None,
        Rounding,
        LastScore,
        LastOutput,
    }

    /// <summary>One position, a tail, a panel and one more, a tile and one more, several; every number of queries of a group, and more; heads of whole registers and of a half.</summary>
    private static readonly (int HeadDim, int Length, int Tokens, int GroupHeads)[] Sizes =
        [(16, 1, 1, 1), (64, 17, 1, 2), (80, 16, 1, 3), (32, 33, 1, 4), (48, 64, 1, 5), (64, 65, 1, 6), (64, 300, 1, 7), (128, 130, 1, 8), (64, 129, 3, 3), (96, 200, 13, 5)];

    public static TheoryData<string> Implementations => ["scalar", "avxvnni", "avx512vnni", "checked"];

    [Theory]
    [MemberData(nameof(Implementations))]
    public void EachStepEqualsTheSpecificationBitForBit(string name)
    {
        var kernel = Implementation(name);
        foreach (var size in Sizes)
        {
            using var problem = new Problem(size);
            Assert.Equal(problem.Steps(new ScalarIntegerAttention()), problem.Steps(kernel));
        }
    }

    /// <summary>The whole of attention against float64 on what lies in the cache: only queries and weights are rounded.</summary>
    [Theory]
    [MemberData(nameof(Implementations))]
    public void AttentionIsCloseToFloat64(string name)
    {
        var kernel = Implementation(name);
        foreach (var size in Sizes)
        {
            using var problem = new Problem(size);
            problem.AssertClose(problem.Attend(kernel));
        }
    }

    /// <summary>A score of infinity, or a cache that holds one, shows in the outputs: nothing damaged becomes a plausible number.</summary>
    [Theory]
    [MemberData(nameof(Implementations))]
    public void DamageShows(string name)
    {
        var kernel = Implementation(name);
        using var problem = new Problem((64, 20, 1, 2));
        problem.Queries[3] = float.NaN;
        var outputs = problem.Attend(kernel);
        Assert.All(outputs[..64], value => Assert.True(float.IsNaN(value)));
        Assert.All(outputs[64..], value => Assert.True(float.IsFinite(value)));
        using var other = new Problem((64, 20, 1, 2));
        other.DamageValue(7);
        Assert.All(other.Attend(kernel), value => Assert.True(float.IsNaN(value)));
    }

    /// <summary>Queries of zeros see every position alike.</summary>
    [Theory]
    [MemberData(nameof(Implementations))]
    public void QueriesOfZerosTakeTheMean(string name)
    {
        using var problem = new Problem((32, 70, 1, 3));
        problem.Queries.Clear();
        problem.AssertClose(problem.Attend(Implementation(name)));
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Rounding)]
    [InlineData(Fault.LastScore)]
    [InlineData(Fault.LastOutput)]
    public void WhatFailsTheSelfTestIsNotUsed(Fault fault)
    {
        var lines = new List<string>();
        var kernel = new CheckedIntegerAttention("broken", new Broken(fault), new ScalarIntegerAttention(), lines.Add);
        using var problem = new Problem((48, 85, 3, 3));
        Assert.Equal(problem.Steps(new ScalarIntegerAttention()), problem.Steps(kernel));
        if (fault == Fault.None)
            Assert.Empty(lines);
        else
            Assert.Contains("kernels broken", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static IntegerAttention Implementation(string name)
    {
        switch (name)
        {
            case "avxvnni":
                Assert.SkipUnless(AvxVnni.IsSupported, "needs AVX-VNNI");
                return new VnniIntegerAttention();
            case "avx512vnni":
                Assert.SkipUnless(Processor.HasAvx512Vnni && Processor.RunsEmittedCode && Avx2.IsSupported, "needs AVX512-VNNI and Linux on x86-64");
                return new EmittedIntegerAttention();
            case "checked":
                return KernelChooser.Choose(null).IntegerAttention ?? new ScalarIntegerAttention();
            default:
                return new ScalarIntegerAttention();
        }
    }

    private sealed class Problem : IDisposable
    {
        private readonly (int HeadDim, int Length, int Tokens, int GroupHeads) size;
        private readonly NativeBuffer queries;
        private readonly NativeBuffer cache;
        private readonly KvHeadView keys;
        private readonly KvHeadView values;

        public Problem((int HeadDim, int Length, int Tokens, int GroupHeads) size)
        {
            this.size = size;
            queries = KernelSetTests.RandomFloats(Count * size.HeadDim, 6);
            using var source = KernelSetTests.RandomFloats(size.HeadDim * size.Length, 7);
            cache = new NativeBuffer(2 * Positions * (size.HeadDim + 4L));
            // What lies behind the last position must not count.
            new Span<byte>(cache.Data, (int)cache.ByteLength).Fill(0xFF);
            var scales = (float*)(cache.Data + 2 * Positions * size.HeadDim);
            keys = new KvHeadView(NumberType.Int8, cache.Data, scales, size.HeadDim);
            values = new KvHeadView(NumberType.Int8, cache.Data + Positions * size.HeadDim, scales + Positions, size.HeadDim);
            var kernels = new ScalarKernelSet();
            for (var position = 0; position < size.Length; position++)
            {
                keys.StoreKey(source.Floats + position * size.HeadDim, position, kernels);
                values.StoreValue(source.Floats + (size.Length - 1 - position) * size.HeadDim, position, kernels);
            }
        }

        public Span<float> Queries => new(queries.Data, Count * size.HeadDim);

        private int Count => size.Tokens * size.GroupHeads;

        private int Positions => (size.Length + 15) / 16 * 16;

        private int FirstLength => size.Length - size.Tokens + 1;

        public void DamageValue(int position) => values.Scales[position] = float.NaN;

        /// <summary>Rounded queries, then scores and outputs as bits.</summary>
        public byte[] Steps(IntegerAttention kernel)
        {
            var queryBytes = (int)IntegerAttention.QueryBytes(Count, size.HeadDim);
            using var memory = new NativeBuffer(queryBytes + Count * (Positions + size.HeadDim) * 4L);
            var scores = (float*)(memory.Data + queryBytes);
            var outputs = scores + Count * Positions;
            kernel.RoundQueries(queries.Floats, Count, size.HeadDim, memory.Data);
            kernel.Scores(memory.Data, Count, keys, 0, size.Length, scores, Positions);
            for (var i = 0; i < Count; i++)
            {
                new Span<float>(scores + i * Positions + size.Length, Positions - size.Length).Clear();
                // Weights are not negative; some are much smaller than others, and some are 0.
                for (var p = 0; p < size.Length; p++)
                    scores[i * Positions + p] = p % 5 == 0 ? 0 : MathF.Exp(scores[i * Positions + p] * 0.1f);
            }
            kernel.AddValues(scores, Positions, Count, values, 0, size.Length, outputs);
            Assert.Contains(new Span<float>(outputs, Count * size.HeadDim).ToArray(), value => value != 0 || size.Length == 1);
            return new Span<byte>(memory.Data, (int)memory.ByteLength).ToArray();
        }

        public float[] Attend(IntegerAttention kernel)
        {
            var kernels = KernelChooser.Choose(null);
            using var state = new NativeBuffer(Count * (size.HeadDim + 2L) * 4);
            using var scratch = new NativeBuffer(kernels.AttendScratchFloats(Count, size.Length, size.HeadDim, true) * 4);
            var sums = state.Floats;
            var tile = new AttentionTile(queries.Floats, sums, sums + Count * size.HeadDim, sums + Count * (size.HeadDim + 1), size.Tokens, size.GroupHeads, size.HeadDim, FirstLength, 1);
            tile.Clear();
            kernels.Attend(tile, keys, values, 0, size.Length, kernel, scratch.Floats);
            kernels.Finish(tile);
            return new ReadOnlySpan<float>(sums, Count * size.HeadDim).ToArray();
        }

        /// <summary>
        /// A rounded query is off by at most half a step in each element: a score by scale / 2 * sum |k|, call it e. Weights are then off by a factor of at most exp(2e), and by half of 1/32767 of the
        /// tile's largest, times value and its scale; float32 adds little. Values are below <c>v</c>: the mean moves by at most v * (exp(2e) - 1 + positions / 32767 * the largest share).
        /// </summary>
        public void AssertClose(float[] actual)
        {
            var largestValue = 0d;
            for (var p = 0; p < size.Length; p++)
            {
                for (var k = 0; k < size.HeadDim; k++)
                    largestValue = Math.Max(largestValue, Math.Abs(values.Value(p, k)));
            }
            for (var i = 0; i < Count; i++)
            {
                var length = FirstLength + i / size.GroupHeads;
                var query = Queries.Slice(i * size.HeadDim, size.HeadDim).ToArray();
                var step = query.Max(Math.Abs) / 127;
                var scores = new double[length];
                var error = 0d;
                for (var p = 0; p < length; p++)
                {
                    var sum = 0d;
                    for (var k = 0; k < size.HeadDim; k++)
                    {
                        scores[p] += (double)query[k] * keys.Key(p, k);
                        sum += Math.Abs(keys.Key(p, k));
                    }
                    error = Math.Max(error, step / 2 * sum);
                }
                var largest = scores.Max();
                var total = scores.Sum(score => Math.Exp(score - largest));
                var bound = largestValue * (Math.Exp(2 * error) - 1 + length / 32767d + 1e-5);
                for (var k = 0; k < size.HeadDim; k++)
                {
                    var expected = 0d;
                    for (var p = 0; p < length; p++)
                        expected += Math.Exp(scores[p] - largest) / total * values.Value(p, k);
                    Assert.True(Math.Abs(expected - actual[i * size.HeadDim + k]) <= bound, $"{size}, query {i}, column {k}: {expected} but {actual[i * size.HeadDim + k]}, bound {bound:g3}");
                }
            }
        }

        public void Dispose()
        {
            queries.Dispose();
            cache.Dispose();
        }
    }

    /// <summary>The specification but for one value, off by one unit in the last place, or one integer.</summary>
    private sealed class Broken(Fault fault) : IntegerAttention
    {
        private readonly ScalarIntegerAttention right = new();

        public override void RoundQueries(float* queries, int count, int headDim, byte* rounded)
        {
            right.RoundQueries(queries, count, headDim, rounded);
            if (fault == Fault.Rounding && count == GroupQueries)
                rounded[headDim * GroupQueries - 1]++;
        }

        public override void Scores(byte* rounded, int count, KvHeadView keys, int start, int end, float* scores, long stride)
        {
            right.Scores(rounded, count, keys, start, end, scores, stride);
            if (fault == Fault.LastScore)
                scores[(count - 1) * stride + end - start - 1] = MathF.BitIncrement(scores[(count - 1) * stride + end - start - 1]);
        }

        public override void AddValues(float* weights, long stride, int count, KvHeadView values, int start, int end, float* outputs)
        {
            right.AddValues(weights, stride, count, values, start, end, outputs);
            if (fault == Fault.LastOutput && count > GroupQueries)
                outputs[count * values.HeadDim - 1] = MathF.BitIncrement(outputs[count * values.HeadDim - 1]);
        }
    }
}
