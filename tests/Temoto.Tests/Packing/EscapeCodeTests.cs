using Temoto.Kernels.Emitted;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Packing;
using Temoto.Tensors;
using Temoto.Tests.Kernels;
using Temoto.Tests.Kernels.Integers;

namespace Temoto.Tests.Packing;

/// <summary>The escape code by its specification and by shuffles, and products with rows that stay in it.</summary>
public unsafe class EscapeCodeTests
{
    private static readonly ScalarIntegerDot Specification = new();

    /// <summary>
    /// So many distinct bytes, each as often as the others or the frequent ones far more often, in rows of every sort of length: all come back along both paths, and take no more than their IDs,
    /// heads and tables.
    /// </summary>
    [Fact]
    public void DistinctBytesTakeAsManyBitsAsTheyNeed()
    {
        foreach (var uniques in new[] { 1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256 })
        {
            foreach (var rowBytes in new[] { 1, 63, 64, 65, 127, 128, 191, 256, 500, 8191, 8192 })
            {
                const int rows = 19;
                foreach (var skewed in new[] { false, true })
                {
                    var random = new Random(uniques + rowBytes);
                    var values = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
                    random.Shuffle(values);
                    var matrix = new byte[rows * rowBytes];
                    for (var i = 0; i < matrix.Length; i++)
                        matrix[i] = values[skewed && random.Next(50) > 0 ? random.Next(Math.Min(3, uniques)) : random.Next(uniques)];
                    var statistics = PackingCheck.RoundTrip(matrix, rows, rowBytes, new PackingSettings { Mode = PackingMode.Escape });
                    var bits = Math.Max(1, (int)Math.Ceiling(Math.Log2(matrix.Distinct().Count())));
                    if (statistics.Mode == PackingMode.Escape)
                        Assert.True(statistics.PackedBytes <= rows * ((rowBytes * bits + 7L) / 8) + statistics.TableBytes, $"{uniques} bytes, rows of {rowBytes}: {statistics.PackedBytes}");
                    else
                        Assert.True(bits == 8 || rowBytes <= 128, $"{uniques} bytes, rows of {rowBytes}: plain");
                }
            }
        }
    }

    /// <summary>Shuffles against the specification: every width, with and without escapes, every length up to a few units; nothing is written behind the row.</summary>
    [Fact]
    public void ShufflesEqualTheSpecification()
    {
        Assert.SkipUnless(EscapeShuffle.IsUsable, "a processor without AVX512-VBMI");
        for (var rowBytes = 1; rowBytes <= 260; rowBytes++)
        {
            using var sample = new EscapedSample(EscapedSample.Kinds, rowBytes);
            var expected = new byte[rowBytes];
            var actual = new byte[rowBytes + 64];
            EscapedRow located;
            for (var row = 0; row < EscapedSample.Kinds; row++)
            {
                Array.Fill(actual, (byte)0xA5);
                sample.Escaped.Locate(row, row + 1, &located);
                fixed (byte* left = expected, right = actual)
                {
                    sample.DecodeRows(row, row + 1, left);
                    Assert.True(EscapeShuffle.Decode(located, sample.Escaped, right));
                    Assert.Equal(expected, actual[..rowBytes]);
                    Assert.All(actual[rowBytes..], value => Assert.Equal(0xA5, value));
                    // One escape fewer than there are is found, whatever it turns the row into.
                    if (located.Escapes != located.EscapesEnd && located.EscapesEnd - located.Escapes > 1)
                    {
                        located.EscapesEnd--;
                        Assert.False(EscapeShuffle.Decode(located, sample.Escaped, right));
                    }
                }
            }
        }
    }

    /// <summary>
    /// One token with rows in the escape code gives what the same kernel gives with the same rows plain, bit for bit; and where the kernel multiplies them as they lie, no row is laid out.
    /// </summary>
    [Theory]
    [MemberData(nameof(IntegerDotTests.Kernels), MemberType = typeof(IntegerDotTests))]
    public void PackedAndPlainProductsAreTheSame(string name)
    {
        var kernel = IntegerDotTests.Choose(name);
        foreach (var (dtype, columns, groupSize) in new[]
        {
            (DType.I8, 64, 64), (DType.I8, 128, 128), (DType.I8, 320, 32), (DType.I8, 896, 896), (DType.I8, 896, 64), (DType.I8, 96, 96), (DType.I4, 128, 128), (DType.I4, 384, 32), (DType.I4, 512, 64), (DType.I4, 512, 128), (DType.I4, 896, 896),
        })
        {
            foreach (var rows in new[] { 1, 2, 27, 60 })
            {
                using var weight = new IntegerWeights(dtype, rows, columns, groupSize, zeroPoints: false, perTensor: false, seed: rows);
                weight.Sample.DecodeRows(0, rows, weight.Tensor.Data);
                weight.Sample.RowsLaidOut = 0;
                using var values = KernelSetTests.RandomFloats(columns, 7);
                using var x = new NativeBuffer(QuantizedRow.Bytes(columns));
                Specification.Quantize(values.Floats, columns, new QuantizedRow(x.Data, columns));
                // All rows, and a part that starts and ends inside.
                foreach (var (start, end) in new[] { (0, rows), (rows / 3, rows - rows / 4) })
                {
                    var plain = new float[end - start];
                    var packed = new float[end - start];
                    using var scratch = new NativeBuffer(kernel.MatMulScratchFloats(columns, rows) * sizeof(float));
                    fixed (float* left = plain, right = packed)
                    {
                        kernel.MatMul(weight.Tensor, start, end, null, x.Data, 1, left, rows, scratch.Floats);
                        kernel.MatMul(weight.Escaped, start, end, null, x.Data, 1, right, rows, scratch.Floats);
                    }
                    Assert.Equal(plain, packed);
                }
                if (name == "emitted" && Processor.HasByteShuffles && columns != 96)
                    Assert.Equal(0, weight.Sample.RowsLaidOut);
            }
        }
    }

    /// <summary>A row whose IDs hold more escapes than its head says is found by the product too.</summary>
    [Fact]
    public void ProductsFindDamagedRows()
    {
        Assert.SkipUnless(Processor.HasAvx512Vnni && Processor.RunsEmittedCode && Processor.HasByteShuffles, "a processor without AVX512-VNNI and VBMI");
        const int rows = 40, columns = 256;
        var random = new Random(4);
        var matrix = Array.ConvertAll(new byte[rows * columns], _ => (byte)(random.Next(30) == 0 ? random.Next(256) : random.Next(3)));
        var (stream, statistics) = PackingCheck.Pack(matrix, rows, columns, new PackingSettings { Mode = PackingMode.Escape });
        using (stream)
        {
            Assert.Equal(PackingMode.Escape, statistics.Mode);
            var damaged = PackingCheck.ToArray(stream);
            // IDs of nothing but escapes, in front of the zeros that end the stream.
            damaged.AsSpan(damaged.Length - columns - 64 - 40, 40).Clear();
            using var scales = new NativeBuffer(rows * sizeof(ushort));
            var weight = new Tensor("w", DType.I8, [rows, columns], PackingCheck.Open(damaged))
            {
                Scales = new GroupScales(DType.I8, columns, new Tensor("s", DType.F16, [rows, 1], scales.Data, scales.ByteLength, scales), null),
            };
            var kernel = new EmittedIntegerDot(Specification);
            using var x = new NativeBuffer(QuantizedRow.Bytes(columns));
            using var y = new NativeBuffer(rows * sizeof(float));
            using var scratch = new NativeBuffer(kernel.MatMulScratchFloats(columns, rows) * sizeof(float));
            Assert.Throws<InputException>(() => kernel.MatMul(weight, 0, rows, null, x.Data, 1, y.Floats, rows, scratch.Floats));
        }
    }
}
