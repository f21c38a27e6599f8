using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Attention;

public unsafe class AttentionKernelTests
{
    private const float UnitRoundoff = 1 / 16777216f;

    public static TheoryData<string> Sets => [.. KernelChooser.Available];

    /// <summary>One position, a tail, a panel and one more, several tiles; one head, groups that fill a register tile and groups that do not; widths no register divides.</summary>
    private static readonly (int HeadDim, int Length, int Tokens, int GroupHeads)[] Sizes =
        [(8, 1, 1, 1), (64, 17, 1, 1), (80, 5, 3, 1), (16, 256, 1, 2), (6, 33, 4, 3), (64, 130, 4, 7), (96, 65, 2, 2), (64, 300, 13, 5), (20, 64, 9, 1)];

    /// <summary>Online softmax over tiles, in one go and in two pieces that are merged, against the textbook's softmax in float64.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void AttendEqualsTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var type in new[] { NumberType.Float32, NumberType.Float16, NumberType.Int8 })
        {
            foreach (var size in Sizes)
            {
                foreach (var causal in new[] { true, false })
                {
                    using var problem = new Problem(type, size, causal, kernels);
                    var expected = problem.Specification();
                    var actual = problem.Attend(kernels);
                    AssertClose(expected, actual, size, $"{type} {size} causal {causal}");
                }
            }
        }
    }

    /// <summary>Scores, softmax and weighted values by themselves, as GEMM mode runs them.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void ThreeStepsEqualTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var type in new[] { NumberType.Float32, NumberType.Float16, NumberType.Int8 })
        {
            foreach (var size in Sizes)
            {
                using var problem = new Problem(type, size, true, kernels);
                AssertClose(problem.Specification(), problem.ThreeSteps(kernels), size, $"{type} {size}");
            }
        }
    }

    /// <summary>A score that stands for no position, below all others, among them and above: in one softmax and in the three steps; where a tile begins with it, later tiles do not count it again.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void SinksAreInTheSumAlone(string name)
    {
        var kernels = KernelChooser.Choose(name);
        float[] sinks = [1.5f, -30, 40, 0, 3];
        foreach (var size in Sizes.Where(size => size.GroupHeads <= sinks.Length))
        {
            using var problem = new Problem(NumberType.Float32, size, true, kernels) { Sinks = sinks };
            var expected = problem.Specification();
            AssertClose(expected, problem.Attend(kernels), size, $"{size}, in tiles");
            AssertClose(expected, problem.ThreeSteps(kernels), size, $"{size}, in steps");
        }
    }

    /// <summary>All 65,536 halves come back as they were; what lies between two goes to the nearer, ties to even, as .NET's own conversion rounds.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void HalvesAreRoundedAsTheStandardSays(string name)
    {
        var kernels = KernelChooser.Choose(name);
        var values = new List<float>();
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            values.Add(value);
            // The middle to the next half, and its neighbours: ties and what lies just beside them.
            var middle = BitConverter.SingleToUInt32Bits(value) + 0x1000;
            values.AddRange([BitConverter.UInt32BitsToSingle(middle - 1), BitConverter.UInt32BitsToSingle(middle), BitConverter.UInt32BitsToSingle(middle + 1)]);
        }
        values.AddRange([65519.996f, 65520, -65520, 1e30f, float.MaxValue, float.Epsilon, 2.98e-8f, 2.99e-8f, 5.96e-8f, float.PositiveInfinity, float.NegativeInfinity, float.NaN]);
        var source = values.ToArray();
        var halves = new ushort[source.Length];
        fixed (float* from = source)
        fixed (ushort* to = halves)
            kernels.RoundToHalf(from, to, source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            var expected = (Half)source[i];
            var actual = BitConverter.UInt16BitsToHalf(halves[i]);
            Assert.True(Half.IsNaN(expected) ? Half.IsNaN(actual) : BitConverter.HalfToUInt16Bits(expected) == halves[i], $"{source[i]:R}: {expected} but {actual}");
        }
    }

    private static void AssertClose(double[] expected, float[] actual, (int HeadDim, int Length, int Tokens, int GroupHeads) size, string what)
    {
        // Scores are sums of headDim products below 9 and pass through exp: relative error of a weight about 9 * headDim * u, and a few u for each time a tile
        // shrinks what was summed before; the output is a mean of values below 3.
        var bound = 3 * (9 * size.HeadDim + size.Length + 16) * UnitRoundoff;
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"{what}, element {i}: {expected[i]} but {actual[i]}");
    }

    /// <summary>Random queries, keys and values in a cache of one head.</summary>
    private sealed class Problem : IDisposable
    {
        private const float Factor = 0.3f;

        private readonly (int HeadDim, int Length, int Tokens, int GroupHeads) size;
        private readonly bool causal;
        private readonly NativeBuffer queries;
        private readonly NativeBuffer keys;
        private readonly NativeBuffer values;
        private readonly NativeBuffer scales;
        private readonly KvHeadView keyView;
        private readonly KvHeadView valueView;

        public Problem(NumberType type, (int HeadDim, int Length, int Tokens, int GroupHeads) size, bool causal, KernelSet kernels)
        {
            this.size = size;
            this.causal = causal;
            var positions = (size.Length + 15) / 16 * 16;
            queries = KernelSetTests.RandomFloats(size.Tokens * size.GroupHeads * size.HeadDim, 6);
            for (var i = 0; i < size.Tokens * size.GroupHeads * size.HeadDim; i++)
                queries.Floats[i] *= Factor;
            using var source = KernelSetTests.RandomFloats(size.HeadDim * size.Length, 7);
            keys = new NativeBuffer(positions * size.HeadDim * 4L);
            values = new NativeBuffer(positions * size.HeadDim * 4L);
            scales = new NativeBuffer(2 * positions * 4L);
            keyView = new KvHeadView(type, keys.Data, scales.Floats, size.HeadDim);
            valueView = new KvHeadView(type, values.Data, scales.Floats + positions, size.HeadDim);
            for (var position = 0; position < size.Length; position++)
            {
                keyView.StoreKey(source.Floats + position * size.HeadDim, position, kernels);
                valueView.StoreValue(source.Floats + (size.Length - 1 - position) * size.HeadDim, position, kernels);
            }
        }

        /// <summary>Of the heads of a group; null for none.</summary>
        public float[]? Sinks { get; init; }

        private int Count => size.Tokens * size.GroupHeads;

        private int LengthOf(int query) => causal ? size.Length - size.Tokens + 1 + query / size.GroupHeads : size.Length;

        public double[] Specification()
        {
            var outputs = new double[Count * size.HeadDim];
            for (var i = 0; i < Count; i++)
            {
                var scores = new double[LengthOf(i)];
                for (var p = 0; p < scores.Length; p++)
                {
                    for (var k = 0; k < size.HeadDim; k++)
                        scores[p] += (double)queries.Floats[i * size.HeadDim + k] * keyView.Key(p, k);
                }
                var sink = Sinks?[i % size.GroupHeads] ?? double.NegativeInfinity;
                var largest = Math.Max(sink, scores.Max());
                var total = Math.Exp(sink - largest) + scores.Sum(score => Math.Exp(score - largest));
                for (var k = 0; k < size.HeadDim; k++)
                {
                    for (var p = 0; p < scores.Length; p++)
                        outputs[i * size.HeadDim + k] += Math.Exp(scores[p] - largest) / total * valueView.Value(p, k);
                }
            }
            return outputs;
        }

        public float[] Attend(KernelSet kernels)
        {
            using var state = new NativeBuffer(Count * (size.HeadDim + 2L) * 4);
            using var scratch = new NativeBuffer(kernels.AttendScratchFloats(Count, size.Length, size.HeadDim, false) * 4);
            var sums = state.Floats;
            var tile = new AttentionTile(
                queries.Floats, sums, sums + Count * size.HeadDim, sums + Count * (size.HeadDim + 1), size.Tokens, size.GroupHeads, size.HeadDim, LengthOf(0), causal ? 1 : 0);
            fixed (float* sinks = Sinks)
                tile.Clear(sinks);
            Assert.Equal(size.Length, tile.MaxLength);
            kernels.Attend(tile, keyView, valueView, 0, size.Length, null, scratch.Floats);
            kernels.Finish(tile);
            return new ReadOnlySpan<float>(sums, Count * size.HeadDim).ToArray();
        }

        public float[] ThreeSteps(KernelSet kernels)
        {
            var stride = (size.Length + 15) / 16 * 16;
            using var scores = new NativeBuffer((long)Count * stride * 4);
            using var outputs = new NativeBuffer(Count * size.HeadDim * 4L);
            using var scratch = new NativeBuffer(kernels.KvScratchFloats(size.HeadDim) * 4);
            kernels.Scores(queries.Floats, Count, keyView, 0, size.Length, scores.Floats, stride, scratch.Floats);
            for (var i = 0; i < Count; i++)
            {
                if (Sinks is null)
                    kernels.Softmax(scores.Floats + i * stride, LengthOf(i), size.Length);
                else
                    kernels.Softmax(scores.Floats + i * stride, LengthOf(i), size.Length, Sinks[i % size.GroupHeads]);
            }
            kernels.AddValues(scores.Floats, stride, Count, valueView, 0, size.Length, outputs.Floats, scratch.Floats);
            return new ReadOnlySpan<float>(outputs.Floats, Count * size.HeadDim).ToArray();
        }

        public void Dispose()
        {
            queries.Dispose();
            keys.Dispose();
            values.Dispose();
            scales.Dispose();
        }
    }
}
