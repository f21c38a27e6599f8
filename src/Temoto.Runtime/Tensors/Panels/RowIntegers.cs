using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Temoto.Tensors.Panels;

/// <summary>32 columns of a row as 32 bytes, in order: of 4 to 6 bits from 0 on, bytes as they are. From where the type keeps them, and back.</summary>
internal static unsafe class RowIntegers
{
    private const int SuperBlocks = 8;

    /// <summary>Column c of 32 has bit c % 8 of its byte.</summary>
    private static Vector256<byte> BitOfColumn => Vector256.Create(0x8040201008040201).AsByte();

    /// <summary>Where the (super-)block with a block of 32 columns begins in its row.</summary>
    public static long BlockAt(DType dtype, long block) => dtype.RowBytes(block * PanelLayout.BlockColumns / dtype.BlockElements() * dtype.BlockElements());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Read(DType dtype, byte* row, long block) => dtype switch
    {
        DType.Q8_0 => Vector256.Load(row + 34 * block + 2),
        DType.I8 => Vector256.Load(row + 32 * block),
        DType.Q4_0 => Nibbles(Vector128.Load(row + 18 * block + 2)),
        DType.Q4_1 => Nibbles(Vector128.Load(row + 20 * block + 4)),
        DType.Q5_0 => Nibbles(Vector128.Load(row + 22 * block + 6)) | FifthBits(*(uint*)(row + 22 * block + 2)),
        DType.I4 => Pairs(Vector128.Load(row + 16 * block)),
        _ => ReadPlanes(new KPlanes(dtype, row + BlockAt(dtype, block), (int)(block % SuperBlocks))),
    };

    /// <summary>The other way. Bytes of a super-block are shared by groups, of which each sets its own bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(DType dtype, byte* row, long block, Vector256<byte> integers)
    {
        switch (dtype)
        {
            case DType.Q8_0:
                integers.Store(row + 34 * block + 2);
                break;
            case DType.I8:
                integers.Store(row + 32 * block);
                break;
            case DType.Q4_0:
                PackNibbles(integers).Store(row + 18 * block + 2);
                break;
            case DType.Q4_1:
                PackNibbles(integers).Store(row + 20 * block + 4);
                break;
            case DType.Q5_0:
                PackNibbles(integers & Vector256.Create((byte)0xF)).Store(row + 22 * block + 6);
                *(uint*)(row + 22 * block + 2) = (integers.AsUInt16() << 3).AsByte().ExtractMostSignificantBits();
                break;
            case DType.I4:
                PackPairs(integers).Store(row + 16 * block);
                break;
            default:
                WritePlanes(integers, new KPlanes(dtype, row + BlockAt(dtype, block), (int)(block % SuperBlocks)));
                break;
        }
    }

    /// <summary>Low nibbles are the first 16 columns, high ones the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(Vector128<byte> packed) => Vector256.Create(packed, (packed.AsUInt16() >> 4).AsByte()) & Vector256.Create((byte)0xF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackNibbles(Vector256<byte> integers) => integers.GetLower() | (integers.GetUpper().AsUInt16() << 4).AsByte();

    /// <summary>Bit c of <paramref name="bits"/> as bit 4 of column c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> FifthBits(uint bits)
    {
        uint first = (byte)bits, second = (byte)(bits >> 8), third = (byte)(bits >> 16), fourth = bits >> 24;
        var spread = Vector256.Create(first, first, second, second, third, third, fourth, fourth) * 0x01010101u;
        return Vector256.Equals(spread.AsByte() & BitOfColumn, BitOfColumn) & Vector256.Create((byte)0x10);
    }

    /// <summary>Two columns in a byte, the first in the low nibble.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Pairs(Vector128<byte> packed)
    {
        var bytes = Vector256.Create(Vector128.WidenLower(packed), Vector128.WidenUpper(packed));
        return (bytes | bytes << 4).AsByte() & Vector256.Create((byte)0xF);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> PackPairs(Vector256<byte> integers)
    {
        var pairs = (integers.AsUInt16() | integers.AsUInt16() >> 4) & Vector256.Create((ushort)0xFF);
        return Vector128.Narrow(pairs.GetLower(), pairs.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> ReadPlanes(KPlanes planes)
    {
        var low = (Vector256.Load(planes.Low) >> planes.LowShift) & Vector256.Create(0x0F0F0F0Fu);
        if (planes.HighMask == 0)
            return low.AsByte();
        return (low | ((Vector256.Load(planes.High) >> planes.HighShift) & Vector256.Create(planes.HighMask)) << 4).AsByte();
    }

    private static void WritePlanes(Vector256<byte> integers, KPlanes planes)
    {
        Set(planes.Low, integers.AsUInt32() & Vector256.Create(0x0F0F0F0Fu), 0x0F0F0F0F, planes.LowShift);
        if (planes.HighMask != 0)
            Set(planes.High, integers.AsUInt32() >> 4 & Vector256.Create(planes.HighMask), planes.HighMask, planes.HighShift);
    }

    private static void Set(uint* words, Vector256<uint> bits, uint mask, int shift) => (Vector256.Load(words) & ~Vector256.Create(mask << shift) | bits << shift).Store(words);
}
