using Temoto.Kernels.Codebooks;
using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>
    /// The block types of GGUF, register by register. <see cref="BlockDecoder"/> says what the bits mean; the arithmetic here is the same in the same order,
    /// so that every element is equal bit for bit (whole numbers below 2^24 are exact in float32, however they are put together).
    /// </summary>
    private static void DecodeBlocks(DType dtype, byte* block, float* y, long count)
    {
        var blockElements = dtype.BlockElements();
        var blockBytes = dtype.BlockBytes();
        for (long i = 0; i < count; i += blockElements, block += blockBytes, y += blockElements)
        {
            switch (dtype)
            {
                case DType.Q8_0:
                    var d = TLanes.Broadcast(HalfFloat.At(block));
                    for (var at = 0; at < 32; at += TLanes.Count)
                        TLanes.Store(TLanes.Multiply(TLanes.LoadI8((sbyte*)block + 2 + at), d), y + at);
                    break;
                case DType.Q4_0:
                    DecodeNibbles(block + 2, 0, -8, HalfFloat.At(block), null, y);
                    break;
                case DType.Q4_1:
                    DecodeNibbles(block + 4, 0, 0, HalfFloat.At(block), HalfFloat.At(block + 2), y);
                    break;
                case DType.Q5_0:
                    DecodeNibbles(block + 6, *(uint*)(block + 2), -16, HalfFloat.At(block), null, y);
                    break;
                case DType.Q5_1:
                    DecodeNibbles(block + 8, *(uint*)(block + 4), 0, HalfFloat.At(block), HalfFloat.At(block + 2), y);
                    break;
                case DType.Q2_K:
                    DecodeQ2(block, y);
                    break;
                case DType.Q3_K:
                    DecodeQ3(block, y);
                    break;
                case DType.Q4_K:
                    DecodeQ4Or5(block, block + 16, null, y);
                    break;
                case DType.Q5_K:
                    DecodeQ4Or5(block, block + 48, block + 16, y);
                    break;
                default:
                    DecodeQ6(block, y);
                    break;
            }
        }
    }

    /// <summary>Integers of a table with a scale for each 16 columns.</summary>
    private static void DecodeCodebooks(DType dtype, byte* block, float* y, long count)
    {
        var integers = stackalloc sbyte[CodebookBlocks.MostElements];
        var scales = stackalloc float[CodebookBlocks.MostElements / CodebookBlocks.GroupColumns];
        var blockElements = dtype.BlockElements();
        var blockBytes = dtype.BlockBytes();
        for (long i = 0; i < count; i += blockElements, block += blockBytes, y += blockElements)
        {
            CodebookBlocks.Read(dtype, block, integers, scales);
            for (var at = 0; at < blockElements; at += TLanes.Count)
                TLanes.Store(TLanes.Multiply(TLanes.LoadI8(integers + at), TLanes.Broadcast(scales[at / CodebookBlocks.GroupColumns])), y + at);
        }
    }

    /// <summary>32 elements, the low nibbles of 16 bytes and then the high ones, each with a fifth bit: (q + offset) * scale + minimum.</summary>
    private static void DecodeNibbles(byte* q, uint fifthBits, float offset, float scale, float? minimum, float* y)
    {
        var offsets = TLanes.Broadcast(offset);
        var scales = TLanes.Broadcast(scale);
        var minima = TLanes.Broadcast(minimum ?? 0);
        for (var i = 0; i < 16; i += TLanes.Count)
        {
            for (var half = 0; half < 2; half++)
            {
                var value = TLanes.Add(TLanes.LoadBits(q + i, 4 * half, 15), TLanes.WhereBit(fifthBits >> (i + 16 * half), 16));
                value = TLanes.Multiply(TLanes.Add(value, offsets), scales);
                // A type without minima adds nothing, not even zero: -0 + 0 would be +0.
                TLanes.Store(minimum is null ? value : TLanes.Add(value, minima), y + 16 * half + i);
            }
        }
    }

    private static void DecodeQ2(byte* block, float* y)
    {
        var d = HalfFloat.At(block + 80);
        var dmin = HalfFloat.At(block + 82);
        for (var group = 0; group < 16; group++)
        {
            var scale = TLanes.Broadcast(d * (block[group] & 0xF));
            var minimum = TLanes.Broadcast(dmin * (block[group] >> 4));
            for (var i = 16 * group; i < 16 * group + 16; i += TLanes.Count)
                TLanes.Store(TLanes.Subtract(TLanes.Multiply(scale, TwoBits(block + 16, i)), minimum), y + i);
        }
    }

    private static void DecodeQ3(byte* block, float* y)
    {
        var scales = block + 96;
        var d = HalfFloat.At(block + 108);
        var four = TLanes.Broadcast(4);
        for (var group = 0; group < 16; group++)
        {
            var low = scales[group % 8] >> 4 * (group / 8) & 0xF;
            var high = scales[8 + group % 4] >> 2 * (group / 4) & 3;
            var scale = TLanes.Broadcast(d * ((low | high << 4) - 32));
            for (var i = 16 * group; i < 16 * group + 16; i += TLanes.Count)
            {
                var value = TLanes.Add(TwoBits(block + 32, i), TLanes.Multiply(TLanes.LoadBits(block + i % 32, i / 32, 1), four));
                TLanes.Store(TLanes.Multiply(scale, TLanes.Subtract(value, four)), y + i);
            }
        }
    }

    /// <summary>Q4_K, and Q5_K where <paramref name="fifthBits"/> is not null.</summary>
    private static void DecodeQ4Or5(byte* block, byte* q, byte* fifthBits, float* y)
    {
        var d = HalfFloat.At(block);
        var dmin = HalfFloat.At(block + 2);
        var sixteen = TLanes.Broadcast(16);
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = BlockDecoder.ScaleAndMinimum(block + 4, group);
            var scales = TLanes.Broadcast(d * scale);
            var minima = TLanes.Broadcast(dmin * minimum);
            for (var i = 0; i < 32; i += TLanes.Count)
            {
                var value = TLanes.LoadBits(q + 32 * (group / 2) + i, 4 * (group % 2), 15);
                if (fifthBits is not null)
                    value = TLanes.Add(value, TLanes.Multiply(TLanes.LoadBits(fifthBits + i, group, 1), sixteen));
                TLanes.Store(TLanes.Subtract(TLanes.Multiply(scales, value), minima), y + 32 * group + i);
            }
        }
    }

    private static void DecodeQ6(byte* block, float* y)
    {
        var scales = (sbyte*)(block + 192);
        var d = HalfFloat.At(block + 208);
        var sixteen = TLanes.Broadcast(16);
        var offset = TLanes.Broadcast(32);
        for (var group = 0; group < 16; group++)
        {
            var scale = TLanes.Broadcast(d * scales[group]);
            for (var i = 16 * group; i < 16 * group + 16; i += TLanes.Count)
            {
                var value = TLanes.LoadBits(block + 64 * (i / 128) + i % 64, 4 * (i % 128 / 64), 15);
                value = TLanes.Add(value, TLanes.Multiply(TwoBits(block + 128, i), sixteen));
                TLanes.Store(TLanes.Multiply(scale, TLanes.Subtract(value, offset)), y + i);
            }
        }
    }

    private static TVector TwoBits(byte* q, int element) => TLanes.LoadBits(q + 32 * (element / 128) + element % 32, 2 * (element % 128 / 32), 3);
}
