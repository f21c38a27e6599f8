using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Temoto.Kernels.Codebooks;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Turns a row of any element type into float32: the specification that faster decoders are tested against, bit for bit. Block types follow the
/// layouts of the GGUF format (tables in docs/formats.md); products are taken in the order written here, each rounded to float32.
/// </summary>
internal static unsafe class BlockDecoder
{
    private const int LegacyBlock = 32;

    /// <summary>A row of this thread.</summary>
    [ThreadStatic]
    private static NativeBuffer? superBlocks;

    /// <summary>One row of a tensor, whatever its form. Integers with scales: (q - zero) * scale, the difference exact, the product rounded once.</summary>
    /// <param name="destination">[Columns]; its last quarter also serves as the place where an encoded row is laid out first.</param>
    public static void DecodeRow(Tensor weight, long row, float* destination)
    {
        var source = PlainRow(weight, row, destination);
        if (weight.Scales is { } scales)
            DecodeIntegers(weight, scales, row, source, destination);
        else
            DecodeRow(weight.DType, source, destination, weight.Columns);
    }

    /// <summary>
    /// Where the plain bytes of a row lie. An encoded row is decoded to the end of <paramref name="destination"/>: turning integers of at most one byte into
    /// floats from the front never overtakes what is still to be read, since float k ends at byte 4k + 4 and integer k + 1 begins at or behind 3 Columns + k + 1; of blocks of 32 with scales in front likewise.
    /// K types keep scales and bits of a whole super-block together, which its first floats would overtake: their rows have a place of their own.
    /// </summary>
    public static byte* PlainRow(Tensor weight, long row, float* destination)
    {
        if (weight.Encoded is null || weight.DType.BlockElements() <= LegacyBlock)
            return weight.PlainRows(row, row + 1, (byte*)(destination + weight.Columns) - weight.RowBytes);
        if (!(superBlocks?.ByteLength >= weight.RowBytes))
            superBlocks = new NativeBuffer(weight.RowBytes);
        return weight.PlainRows(row, row + 1, superBlocks.Data);
    }

    private static void DecodeIntegers(Tensor weight, GroupScales scales, long row, byte* source, float* destination)
    {
        var columns = weight.Columns;
        for (long start = 0, group = 0; start < columns; start += scales.GroupSize, group++)
        {
            var end = Math.Min(columns, start + scales.GroupSize);
            var scale = scales.Scale(row, group);
            var zero = scales.Zero(row, group);
            for (var k = start; k < end; k++)
            {
                var q = weight.DType == DType.I8 ? (sbyte)source[k] : source[k / 2] >> (int)(k % 2 * 4) & 0xF;
                destination[k] = (q - zero) * scale;
            }
        }
    }

    /// <param name="elements">A whole number of blocks.</param>
    public static void DecodeRow(DType dtype, byte* source, float* destination, long elements)
    {
        if (elements % dtype.BlockElements() != 0)
            throw new ArgumentException($"{elements} elements are no whole number of {dtype} blocks", nameof(elements));
        switch (dtype)
        {
            case DType.F32:
                Buffer.MemoryCopy(source, destination, elements * 4, elements * 4);
                break;
            case DType.F16:
                for (long i = 0; i < elements; i++)
                    destination[i] = HalfAt(source + 2 * i);
                break;
            case DType.BF16:
                for (long i = 0; i < elements; i++)
                    destination[i] = BFloat16(Unsafe.ReadUnaligned<ushort>(source + 2 * i));
                break;
            case DType.F8E4M3:
                for (long i = 0; i < elements; i++)
                    destination[i] = Float8E4M3(source[i]);
                break;
            case DType.F8E5M2:
                for (long i = 0; i < elements; i++)
                    destination[i] = Float8E5M2(source[i]);
                break;
            case DType.F64:
                for (long i = 0; i < elements; i++)
                    destination[i] = (float)Unsafe.ReadUnaligned<double>(source + 8 * i);
                break;
            case DType.I8:
                for (long i = 0; i < elements; i++)
                    destination[i] = (sbyte)source[i];
                break;
            case DType.U8:
                for (long i = 0; i < elements; i++)
                    destination[i] = source[i];
                break;
            case DType.I4:
                for (long i = 0; i < elements; i++)
                    destination[i] = source[i / 2] >> (int)(i % 2 * 4) & 0xF;
                break;
            case DType.Bool:
                for (long i = 0; i < elements; i++)
                    destination[i] = source[i] != 0 ? 1 : 0;
                break;
            case DType.I16:
                for (long i = 0; i < elements; i++)
                    destination[i] = Unsafe.ReadUnaligned<short>(source + 2 * i);
                break;
            case DType.I32:
                for (long i = 0; i < elements; i++)
                    destination[i] = Unsafe.ReadUnaligned<int>(source + 4 * i);
                break;
            case DType.I64:
                for (long i = 0; i < elements; i++)
                    destination[i] = Unsafe.ReadUnaligned<long>(source + 8 * i);
                break;
            default:
                DecodeBlocks(dtype, source, destination, elements);
                break;
        }
    }

    /// <summary>bfloat16 is the upper half of a float32.</summary>
    public static float BFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>
    /// 1 sign, 4 exponent (bias 7), 3 mantissa bits, in the variant of safetensors and PyTorch ("fn"): no infinity, and only S.1111.111 is NaN,
    /// so the largest value is 448.
    /// </summary>
    public static float Float8E4M3(byte bits)
    {
        var exponent = bits >> 3 & 0xF;
        var mantissa = bits & 7;
        if (exponent == 15 && mantissa == 7)
            return float.NaN;
        var magnitude = exponent == 0
            ? mantissa * (1f / 512)                                                 // subnormal: mantissa / 8 x 2^-6
            : MathF.ScaleB(8 + mantissa, exponent - 10);                            // (8 + mantissa) / 8 x 2^(exponent - 7)
        return (bits & 0x80) != 0 ? -magnitude : magnitude;
    }

    /// <summary>1 sign, 5 exponent, 2 mantissa bits: the upper half of a float16, infinities and NaNs included.</summary>
    public static float Float8E5M2(byte bits) => (float)BitConverter.UInt16BitsToHalf((ushort)(bits << 8));

    private static void DecodeBlocks(DType dtype, byte* source, float* destination, long elements)
    {
        var blockElements = dtype.BlockElements();
        var blockBytes = dtype.BlockBytes();
        for (long i = 0; i < elements; i += blockElements, source += blockBytes, destination += blockElements)
        {
            switch (dtype)
            {
                case DType.Q8_0:
                    DecodeQ8_0(source, destination);
                    break;
                case DType.Q4_0:
                    DecodeQ4_0(source, destination);
                    break;
                case DType.Q4_1:
                    DecodeQ4_1(source, destination);
                    break;
                case DType.Q5_0:
                    DecodeQ5_0(source, destination);
                    break;
                case DType.Q5_1:
                    DecodeQ5_1(source, destination);
                    break;
                case DType.Q2_K:
                    DecodeQ2_K(source, destination);
                    break;
                case DType.Q3_K:
                    DecodeQ3_K(source, destination);
                    break;
                case DType.Q4_K:
                    DecodeQ4_K(source, destination);
                    break;
                case DType.Q5_K:
                    DecodeQ5_K(source, destination);
                    break;
                case DType.Q6_K:
                    DecodeQ6_K(source, destination);
                    break;
                default:
                    CodebookBlocks.Decode(dtype, source, destination);
                    break;
            }
        }
    }

    /// <summary>d: f16, q: int8[32].</summary>
    private static void DecodeQ8_0(byte* block, float* y)
    {
        var d = HalfAt(block);
        for (var i = 0; i < LegacyBlock; i++)
            y[i] = (sbyte)block[2 + i] * d;
    }

    /// <summary>d: f16, q: 16 bytes; element i is the low nibble of byte i, element i + 16 its high nibble; 8 means zero.</summary>
    private static void DecodeQ4_0(byte* block, float* y)
    {
        var d = HalfAt(block);
        var q = block + 2;
        for (var i = 0; i < 16; i++)
        {
            y[i] = ((q[i] & 0xF) - 8) * d;
            y[i + 16] = ((q[i] >> 4) - 8) * d;
        }
    }

    /// <summary>d, m: f16, q: 16 bytes as in Q4_0; the value is q d + m.</summary>
    private static void DecodeQ4_1(byte* block, float* y)
    {
        var d = HalfAt(block);
        var m = HalfAt(block + 2);
        var q = block + 4;
        for (var i = 0; i < 16; i++)
        {
            y[i] = (q[i] & 0xF) * d + m;
            y[i + 16] = (q[i] >> 4) * d + m;
        }
    }

    /// <summary>d: f16, h: 32 fifth bits (bit i for element i), q: 16 bytes as in Q4_0; 16 means zero.</summary>
    private static void DecodeQ5_0(byte* block, float* y)
    {
        var d = HalfAt(block);
        var h = Unsafe.ReadUnaligned<uint>(block + 2);
        var q = block + 6;
        for (var i = 0; i < 16; i++)
        {
            y[i] = ((q[i] & 0xF | (int)(h >> i & 1) << 4) - 16) * d;
            y[i + 16] = ((q[i] >> 4 | (int)(h >> (i + 16) & 1) << 4) - 16) * d;
        }
    }

    /// <summary>d, m: f16, h: 32 fifth bits, q: 16 bytes; the value is q d + m.</summary>
    private static void DecodeQ5_1(byte* block, float* y)
    {
        var d = HalfAt(block);
        var m = HalfAt(block + 2);
        var h = Unsafe.ReadUnaligned<uint>(block + 4);
        var q = block + 8;
        for (var i = 0; i < 16; i++)
        {
            y[i] = (q[i] & 0xF | (int)(h >> i & 1) << 4) * d + m;
            y[i + 16] = (q[i] >> 4 | (int)(h >> (i + 16) & 1) << 4) * d + m;
        }
    }

    /// <summary>
    /// scales: 16 bytes (low nibble scale, high nibble minimum, of 16 elements each), q: 64 bytes of four 2-bit planes per half, d, dmin: f16.
    /// </summary>
    private static void DecodeQ2_K(byte* block, float* y)
    {
        var scales = block;
        var q = block + 16;
        var d = HalfAt(block + 80);
        var dmin = HalfAt(block + 82);
        for (var group = 0; group < 16; group++)
        {
            var scale = d * (scales[group] & 0xF);
            var minimum = dmin * (scales[group] >> 4);
            for (var i = 16 * group; i < 16 * group + 16; i++)
                y[i] = scale * TwoBits(q, i) - minimum;
        }
    }

    /// <summary>h: 32 bytes of third bits, q: 64 bytes of 2-bit planes, scales: sixteen 6-bit numbers in 12 bytes (32 means zero), d: f16.</summary>
    private static void DecodeQ3_K(byte* block, float* y)
    {
        var h = block;
        var q = block + 32;
        var scales = block + 96;
        var d = HalfAt(block + 108);
        for (var group = 0; group < 16; group++)
        {
            // Low four bits in the nibbles of bytes 0 to 7, high two bits in bytes 8 to 11.
            var low = scales[group % 8] >> 4 * (group / 8) & 0xF;
            var high = scales[8 + group % 4] >> 2 * (group / 4) & 3;
            var scale = d * ((low | high << 4) - 32);
            for (var i = 16 * group; i < 16 * group + 16; i++)
            {
                var third = h[i % 32] >> (i / 32) & 1;
                y[i] = scale * ((TwoBits(q, i) | third << 2) - 4);
            }
        }
    }

    /// <summary>d, dmin: f16, eight scales and eight minima of 6 bits in 12 bytes, q: 128 bytes; 32 bytes hold 32 low and 32 high nibbles.</summary>
    private static void DecodeQ4_K(byte* block, float* y)
    {
        var d = HalfAt(block);
        var dmin = HalfAt(block + 2);
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = ScaleAndMinimum(block + 4, group);
            var s = d * scale;
            var m = dmin * minimum;
            for (var i = 0; i < 32; i++)
                y[32 * group + i] = s * Q4Or5At(DType.Q4_K, block, group, i) - m;
        }
    }

    /// <summary>As Q4_K, with a fifth bit: bit g of h[i] belongs to element i of group g.</summary>
    private static void DecodeQ5_K(byte* block, float* y)
    {
        var d = HalfAt(block);
        var dmin = HalfAt(block + 2);
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = ScaleAndMinimum(block + 4, group);
            var s = d * scale;
            var m = dmin * minimum;
            for (var i = 0; i < 32; i++)
                y[32 * group + i] = s * Q4Or5At(DType.Q5_K, block, group, i) - m;
        }
    }

    /// <summary>
    /// low: 128 bytes of nibbles, high: 64 bytes of 2-bit planes, scales: int8[16], d: f16; 32 means zero. In each half of 128 elements the
    /// nibbles of 64 bytes are first the low ones (64 elements), then the high ones.
    /// </summary>
    private static void DecodeQ6_K(byte* block, float* y)
    {
        var scales = (sbyte*)(block + 192);
        var d = HalfAt(block + 208);
        for (var group = 0; group < 16; group++)
        {
            var scale = d * scales[group];
            for (var i = 16 * group; i < 16 * group + 16; i++)
                y[i] = scale * (Q6At(block, i) - 32);
        }
    }

    /// <summary>The integer of an element of Q4_K or Q5_K, in group <paramref name="group"/> of 32.</summary>
    public static int Q4Or5At(DType dtype, byte* block, int group, int element) => dtype == DType.Q4_K
        ? Nibble(block + 16, group, element)
        : Nibble(block + 48, group, element) | (block[16 + element] >> group & 1) << 4;

    /// <summary>The integer of an element of Q6_K; 32 means zero.</summary>
    public static int Q6At(byte* block, int element) =>
        block[64 * (element / 128) + element % 64] >> 4 * (element % 128 / 64) & 0xF | TwoBits(block + 128, element) << 4;

    /// <summary>In each half of a super-block, 32 bytes hold four planes: bits 2k and 2k + 1 of byte i belong to element 32 k + i.</summary>
    private static int TwoBits(byte* q, int element) => q[32 * (element / 128) + element % 32] >> 2 * (element % 128 / 32) & 3;

    /// <summary>Groups 2k and 2k + 1 of 32 elements are the low and the high nibbles of the same 32 bytes.</summary>
    private static int Nibble(byte* q, int group, int element) => q[32 * (group / 2) + element] >> 4 * (group % 2) & 0xF;

    /// <summary>
    /// Eight 6-bit scales and minima in 12 bytes: the first four lie in the low six bits of bytes 0-3 and 4-7; of the last four,
    /// the low four bits lie in the nibbles of bytes 8-11 and the high two in the top bits of bytes 0-3 and 4-7.
    /// </summary>
    public static (int Scale, int Minimum) ScaleAndMinimum(byte* packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : (packed[group + 4] & 0xF | packed[group - 4] >> 6 << 4, packed[group + 4] >> 4 | packed[group] >> 6 << 4);

    private static float HalfAt(byte* source) => (float)BinaryPrimitives.ReadHalfLittleEndian(new ReadOnlySpan<byte>(source, 2));
}
