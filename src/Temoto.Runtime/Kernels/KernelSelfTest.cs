using Temoto.Kernels.Attention;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Packing;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels;

/// <summary>
/// Small seeded cases that a kernel must solve before it is used: compilers and processors have been seen to get wide instructions wrong, and a fast answer is no proof
/// of a right one. Each takes some ten microseconds beside the compilation of the kernel, which its first use needs anyway.
/// </summary>
internal static unsafe class KernelSelfTest
{
    private const int BlockColumns = QuantizedRow.BlockColumns;

    private static readonly ScalarIntegerDot Specification = new();

    /// <summary>Activations are rounded as the specification rounds them, bit for bit.</summary>
    public static bool Rounds(IntegerDot kernel)
    {
        const int columns = 2 * BlockColumns;
        using var x = RandomFloats(columns, 1);
        var bytes = QuantizedRow.Bytes(columns);
        using var buffer = new NativeBuffer(4 * bytes);
        Specification.Quantize(x.Floats, columns, new QuantizedRow(buffer.Data, columns));
        Specification.QuantizeToGrid(x.Floats, 0.01f, columns, new QuantizedRow(buffer.Data + bytes, columns));
        kernel.Quantize(x.Floats, columns, new QuantizedRow(buffer.Data + 2 * bytes, columns));
        kernel.QuantizeToGrid(x.Floats, 0.01f, columns, new QuantizedRow(buffer.Data + 3 * bytes, columns));
        return new Span<byte>(buffer.Data, (int)(2 * bytes)).SequenceEqual(new Span<byte>(buffer.Data + 2 * bytes, (int)(2 * bytes)));
    }

    /// <summary>
    /// Products with weights of <paramref name="dtype"/> equal the specification bit for bit. Several tokens of one sequence must in any case. One token may add its blocks in another
    /// order (not with weights in panels): there, scales are 1 and 2 (of K types 1), and every partial sum is a whole number below 13 * 32 * 2 * 128 * 127 &lt; 2^24, exact in any order. Packed rows are of every width, with escapes and without.
    /// </summary>
    public static bool Multiplies(IntegerDot kernel, DType dtype, IntegerProducts products)
    {
        var superBlocks = dtype.BlockElements() / BlockColumns;
        if (products == IntegerProducts.Panels)
        {
            foreach (var tokens in (ReadOnlySpan<int>)[1, 2, 7, 9])
            {
                if (!Multiplies(kernel, dtype, products, superBlocks > 1 ? 2 * superBlocks : 3, dtype is DType.I4 or DType.I8 ? 2 : 0, dtype == DType.I4 && tokens != 2, tokens))
                    return false;
            }
            return true;
        }
        if (superBlocks > 1)
            return Multiplies(kernel, dtype, products, products == IntegerProducts.Tokens ? superBlocks : 2 * superBlocks, 0, false);
        if (products == IntegerProducts.Tokens)
            return Multiplies(kernel, dtype, products, 3, dtype == DType.I4 ? 2 : 1, dtype == DType.I4);
        var packed = products == IntegerProducts.OneTokenPacked;
        // Blocks for registers of eight and four and one more; an odd number of units of four, and of two; packed rows are of whole units. Groups that are parts of a unit, a unit, a row; each with zero points, which packed rows have not, and without.
        foreach (var blocks in packed ? (ReadOnlySpan<int>)[12, 8] : [13, 12, 10])
        {
            foreach (var groupBlocks in dtype is DType.I4 or DType.I8 ? (ReadOnlySpan<int>)[1, 2, 4, blocks] : [0])
            {
                if (!Multiplies(kernel, dtype, products, blocks, groupBlocks, false) || (dtype == DType.I4 && !packed && !Multiplies(kernel, dtype, products, blocks, groupBlocks, true)))
                    return false;
            }
        }
        return true;
    }

    private static bool Multiplies(IntegerDot kernel, DType dtype, IntegerProducts products, int blocks, int groupBlocks, bool zeroPoints, int panelTokens = 0)
    {
        // Several tokens: more rows than a panel, more tokens than a tile.
        var oneToken = products is not (IntegerProducts.Tokens or IntegerProducts.Panels);
        var packed = products == IntegerProducts.OneTokenPacked;
        var (rows, tokens) = (packed ? EscapedSample.Kinds + 1 : oneToken ? 3 : 33, packed || products == IntegerProducts.OneToken ? 1 : products == IntegerProducts.Panels ? panelTokens : 7);
        var columns = blocks * BlockColumns;
        using var memory = new NativeBuffer(dtype.RowBytes((long)rows * columns));
        var weight = RandomWeight(dtype, rows, columns, oneToken, groupBlocks * BlockColumns, zeroPoints, memory, out var groups);
        using var groupMemory = groups;
        NativeBuffer? panels = null;
        if (products == IntegerProducts.Panels)
            weight = PanelRows.Lay(weight, out panels);
        using var panelMemory = panels;
        using var sample = packed ? new EscapedSample(rows, (int)weight.RowBytes) : null;
        if (sample is not null)
            weight = new Tensor(weight.Name, dtype, weight.Shape, sample) { Scales = weight.Scales };
        using var values = RandomFloats(tokens * columns, 2);
        using var x = new NativeBuffer(tokens * QuantizedRow.Bytes(columns));
        for (var token = 0; token < tokens; token++)
        {
            var row = new QuantizedRow(x.Data + token * QuantizedRow.Bytes(columns), columns);
            if (oneToken)
                Specification.QuantizeToGrid(values.Floats + token * columns, 1, columns, row);
            else
                Specification.Quantize(values.Floats + token * columns, columns, row);
        }
        using var bias = RandomFloats(rows, 3);
        using var y = new NativeBuffer(2L * tokens * rows * sizeof(float));
        using var scratch = new NativeBuffer(Math.Max(Math.Max(kernel.MatMulScratchFloats(columns, rows), kernel.MatVecsScratchFloats(columns, rows, tokens)), Specification.MatMulScratchFloats(columns, rows)) * sizeof(float));
        Specification.MatMul(weight, 0, rows, bias.Floats, x.Data, tokens, y.Floats, rows, scratch.Floats);
        if (products == IntegerProducts.Sequences)
            kernel.MatVecs(weight, 0, rows, bias.Floats, x.Data, tokens, y.Floats + tokens * rows, rows, scratch.Floats);
        else
            kernel.MatMul(weight, 0, rows, bias.Floats, x.Data, tokens, y.Floats + tokens * rows, rows, scratch.Floats);
        return sample is not { FoundDamaged: true } && new Span<int>(y.Data, tokens * rows).SequenceEqual(new Span<int>(y.Floats + tokens * rows, tokens * rows));
    }

    /// <summary>Products of floats. Whole numbers make them exact in any order, so that the formula is the specification.</summary>
    public static bool Multiplies(KernelSet kernels)
    {
        const int rows = 34, tokens = 49, columns = 71;
        using var memory = RandomFloats(rows * columns, 4);
        using var x = RandomFloats(tokens * columns, 5);
        var weight = new Tensor("self-test", DType.F32, [rows, columns], memory.Data, memory.ByteLength, memory);
        using var scratch = new NativeBuffer(kernels.MatMulScratchFloats(columns, rows) * sizeof(float));
        using var y = new NativeBuffer(2L * tokens * columns * sizeof(float));
        float* expected = y.Floats, actual = y.Floats + tokens * columns;
        for (var token = 0; token < tokens; token++)
        {
            for (var row = 0; row < rows; row++)
            {
                var sum = 0f;
                for (var k = 0; k < columns; k++)
                    sum += x.Floats[token * columns + k] * memory.Floats[row * columns + k];
                expected[token * rows + row] = sum;
            }
        }
        using var sequences = new NativeBuffer(kernels.MatVecsScratchFloats(columns, rows, 5) * sizeof(float));
        kernels.MatVecs(weight, 0, rows, null, x.Floats, 5, actual, rows, sequences.Floats);
        if (!Agree(expected, actual, 5 * rows, 0))
            return false;
        // One token, few, and many are kernels of their own.
        foreach (var count in (ReadOnlySpan<int>)[1, 5, tokens])
        {
            kernels.MatMul(weight, 0, rows, null, x.Floats, count, actual, rows, scratch.Floats);
            if (!Agree(expected, actual, count * rows, 0))
                return false;
        }
        return true;
    }

    /// <summary>
    /// The kernels that every language model runs: norm, SwiGLU, sums, rotation, attention. They may differ from the specification by roundings, for which 1e-4 of the largest value
    /// is generous.
    /// </summary>
    public static bool Computes(KernelSet kernels)
    {
        const int rows = 34, tokens = 49, columns = 71;
        using var memory = RandomFloats(rows * columns, 4);
        using var x = RandomFloats(tokens * columns, 5);
        using var y = new NativeBuffer(2L * tokens * columns * sizeof(float));
        float* expected = y.Floats, actual = y.Floats + tokens * columns;
        var scalar = new ScalarKernelSet();
        scalar.RmsNorm(x.Floats, memory.Floats, 1e-6f, expected, columns);
        kernels.RmsNorm(x.Floats, memory.Floats, 1e-6f, actual, columns);
        if (!Agree(expected, actual, columns, 1e-4f))
            return false;
        Run(scalar, expected);
        Run(kernels, actual);
        return Agree(expected, actual, tokens * columns, 1e-4f) && Attends(kernels, scalar);

        void Run(KernelSet set, float* values)
        {
            Buffer.MemoryCopy(x.Floats, values, tokens * columns * sizeof(float), tokens * columns * sizeof(float));
            set.SiluMultiply(values, memory.Floats, columns);
            set.Add(values, memory.Floats + columns, columns);
            set.Rope(values + columns, memory.Floats, memory.Floats + columns, columns - 1, interleaved: false);
        }
    }

    /// <summary>
    /// Attention over a cache of halves: two tokens of seven heads over a tile, a panel and a part of one; then one token of each number of heads that may be a kernel of its own. Columns for a register and a
    /// half of the widest.
    /// </summary>
    private static bool Attends(KernelSet kernels, KernelSet scalar)
    {
        if (!Attends(kernels, scalar, 2, 7, 85))
            return false;
        for (var heads = 1; heads <= 8; heads++)
        {
            if (!Attends(kernels, scalar, 1, heads, 37))
                return false;
        }
        return true;
    }

    private static bool Attends(KernelSet kernels, KernelSet scalar, int tokens, int heads, int length)
    {
        const int headDim = 48, positions = 96;
        var count = tokens * heads;
        using var source = RandomFloats(Math.Max(count, length) * headDim, 7);
        using var cache = new NativeBuffer(2 * positions * headDim * sizeof(ushort));
        using var state = new NativeBuffer(2L * count * (headDim + 2) * sizeof(float));
        using var scratch = new NativeBuffer(Math.Max(kernels.AttendScratchFloats(count, length, headDim, false), scalar.AttendScratchFloats(count, length, headDim, false)) * sizeof(float));
        kernels.Scale(source.Floats, Math.Max(count, length) * headDim, 0.02f);
        var keys = new KvHeadView(NumberType.Float16, cache.Data, null, headDim);
        var values = new KvHeadView(NumberType.Float16, cache.Data + positions * headDim * sizeof(ushort), null, headDim);
        for (var position = 0; position < length; position++)
        {
            kernels.StoreKey(source.Floats + position * headDim, keys, position);
            kernels.StoreValue(source.Floats + (length - 1 - position) * headDim, values, position);
        }
        float* expected = state.Floats, actual = expected + count * (headDim + 2);
        Attend(scalar, expected);
        Attend(kernels, actual);
        return Agree(expected, actual, count * headDim, 1e-4f);

        void Attend(KernelSet set, float* outputs)
        {
            var tile = new AttentionTile(source.Floats, outputs, outputs + count * headDim, outputs + count * (headDim + 1), tokens, heads, headDim, length - tokens + 1, 1);
            tile.Clear();
            set.Attend(tile, keys, values, 0, length, null, scratch.Floats);
            set.Finish(tile);
        }
    }

    /// <summary>
    /// Attention in integers equals the specification bit for bit: more queries than a group, an odd panel and a part of one, a tile and a part of one, columns for a register and a half; one group of each
    /// number of queries.
    /// </summary>
    public static bool Attends(IntegerAttention kernel)
    {
        const int headDim = 48, length = 85, positions = 96, most = 9;
        using var source = RandomFloats(length * headDim, 8);
        using var cache = new NativeBuffer(2 * positions * (headDim + sizeof(float)));
        var scales = (float*)(cache.Data + 2 * positions * headDim);
        var keys = new KvHeadView(NumberType.Int8, cache.Data, scales, headDim);
        var values = new KvHeadView(NumberType.Int8, cache.Data + positions * headDim, scales + positions, headDim);
        var scalar = new ScalarKernelSet();
        for (var position = 0; position < length; position++)
        {
            keys.StoreKey(source.Floats + position * headDim, position, scalar);
            values.StoreValue(source.Floats + (length - 1 - position) * headDim, position, scalar);
        }
        var queryBytes = (int)IntegerAttention.QueryBytes(most, headDim);
        using var memory = new NativeBuffer(2 * (queryBytes + most * (positions + headDim) * sizeof(float)));
        byte* expected = memory.Data, actual = expected + memory.ByteLength / 2;
        var specification = new ScalarIntegerAttention();
        for (var count = 1; count <= most; count++)
        {
            Attend(specification, expected, count);
            Attend(kernel, actual, count);
            if (!new Span<byte>(expected, (int)memory.ByteLength / 2).SequenceEqual(new Span<byte>(actual, (int)memory.ByteLength / 2)))
                return false;
        }
        return true;

        void Attend(IntegerAttention attention, byte* rounded, int count)
        {
            new Span<byte>(rounded, (int)memory.ByteLength / 2).Clear();
            var scores = (float*)(rounded + queryBytes);
            var outputs = scores + most * positions;
            attention.RoundQueries(source.Floats, count, headDim, rounded);
            attention.Scores(rounded, count, keys, 0, length, scores, positions);
            for (var i = 0; i < count; i++)
            {
                // Beyond the last position scores are undefined. Weights are not negative.
                new Span<float>(scores + i * positions + length, positions - length).Clear();
                for (var p = 0; p < length; p++)
                    scores[i * positions + p] = MathF.Abs(scores[i * positions + p]);
            }
            attention.AddValues(scores, positions, count, values, 0, length, outputs);
        }
    }

    private static bool Agree(float* expected, float* actual, int count, float tolerance)
    {
        var largest = 0f;
        for (var i = 0; i < count; i++)
            largest = Math.Max(largest, Math.Abs(expected[i]));
        for (var i = 0; i < count; i++)
        {
            // Written so that NaN does not pass.
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * largest))
                return false;
        }
        return true;
    }

    /// <summary>Whole numbers from -100 to 100.</summary>
    private static NativeBuffer RandomFloats(int count, int seed)
    {
        var random = new Random(seed);
        var buffer = new NativeBuffer(count * sizeof(float));
        for (var i = 0; i < count; i++)
            buffer.Floats[i] = random.Next(-100, 101);
        return buffer;
    }

    /// <summary>Random integers; scales of 1 and 2, or any of 0.25 to 0.5.</summary>
    private static Tensor RandomWeight(DType dtype, int rows, int columns, bool exactScales, int groupSize, bool zeroPoints, NativeBuffer memory, out NativeBuffer? groups)
    {
        var random = new Random(6);
        random.NextBytes(new Span<byte>(memory.Data, (int)memory.ByteLength));
        groups = null;
        if (dtype.BlockElements() == BlockColumns)
        {
            for (long at = 0; at < memory.ByteLength; at += dtype.BlockBytes())
            {
                *(ushort*)(memory.Data + at) = NextScale();
                if (dtype == DType.Q4_1)
                    *(ushort*)(memory.Data + at + 2) = NextScale();
            }
            return new Tensor("self-test", dtype, [rows, columns], memory.Data, memory.ByteLength, memory);
        }
        if (dtype.BlockElements() == 256)
        {
            for (long at = 0; at < memory.ByteLength; at += dtype.BlockBytes())
                SetScales(memory.Data + at);
            return new Tensor("self-test", dtype, [rows, columns], memory.Data, memory.ByteLength, memory);
        }
        var count = (columns + groupSize - 1) / groupSize;
        var zeroBytes = (count + 1) / 2;
        groups = new NativeBuffer(rows * (sizeof(ushort) * count + zeroBytes));
        random.NextBytes(new Span<byte>(groups.Data, (int)groups.ByteLength));
        for (var i = 0; i < rows * count; i++)
            ((ushort*)groups.Data)[i] = NextScale();
        var scales = new Tensor("self-test.scales", DType.F16, [rows, count], groups.Data, rows * sizeof(ushort) * count, groups);
        var zeros = zeroPoints ? new Tensor("self-test.zeros", DType.U8, [rows, zeroBytes], groups.Data + scales.ByteLength, rows * zeroBytes, groups) : null;
        return new Tensor("self-test", dtype, [rows, columns], memory.Data, memory.ByteLength, memory) { Scales = new GroupScales(dtype, groupSize, scales, zeros) };

        void SetScales(byte* super)
        {
            if (dtype == DType.Q6_K)
            {
                *(ushort*)(super + 208) = exactScales ? (ushort)0x3C00 : NextScale();
                if (exactScales)
                    new Span<byte>(super + 192, 16).Fill(1);
                return;
            }
            *(ushort*)super = exactScales ? (ushort)0x3C00 : NextScale();
            *(ushort*)(super + 2) = exactScales ? (ushort)0x3C00 : NextScale();
            if (exactScales)
            {
                // Scales and minima of 1: six bits of bytes 0 to 7, nibbles of bytes 8 to 11.
                new Span<byte>(super + 4, 8).Fill(1);
                new Span<byte>(super + 12, 4).Fill(0x11);
            }
        }

        // Half floats: 1 is 0x3C00, 2 is 0x4000; 0.25 to 0.5 share the exponent of 0x3400.
        ushort NextScale() => (ushort)(exactScales ? 0x3C00 + 0x400 * random.Next(2) : 0x3400 + random.Next(0x400));
    }
}
