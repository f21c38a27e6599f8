using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;

namespace Temoto.Kernels.Integers;

/// <summary>AVX-512BW: four blocks per unit. Blocks that hold their scale are those of Q4_0, nine words; Q4_1 is multiplied in 256 bits.</summary>
internal readonly unsafe struct NibbleLanes512 : INibbleLanes<Vector512<float>>
{
    public static int UnitBlocks => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Bytes<TNibbles>(byte* unit)
        where TNibbles : struct, INibbles
    {
        if (TNibbles.BlockBytes == 16)
            return Vector512.Load((float*)unit);
        // Blocks of nine words: 32 of the 36, without the first of each; the last four come from a load that starts four words later.
        return Avx512BW.PermuteVar32x16x2(
            Vector512.Load((ushort*)unit),
            Vector512.Create((ushort)1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 32 + 28, 32 + 29, 32 + 30, 32 + 31),
            Vector512.Load((ushort*)(unit + 8))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BytesOf<TNibbles>(int blocks, byte* unit)
        where TNibbles : struct, INibbles
    {
        unit += TNibbles.NibbleOffset;
        var first = Vector128.Load(unit);
        var second = blocks > 1 ? Vector128.Load(unit + TNibbles.BlockBytes) : default;
        var third = blocks > 2 ? Vector128.Load(unit + 2 * TNibbles.BlockBytes) : default;
        return Vector512.Create(Vector256.Create(first, second), Vector256.Create(third, default)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Low(Vector512<float> bytes) => (bytes.AsByte() & Vector512.Create((byte)0xF)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> High(Vector512<float> bytes) => ((bytes.AsUInt16() >> 4).AsByte() & Vector512.Create((byte)0xF)).AsSingle();

    /// <summary>At most 4 * 15 * 127 = 7620 in int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Products(Vector512<float> low, Vector512<float> high, sbyte* xLow, sbyte* xHigh)
    {
        var pairs = Avx512BW.MultiplyAddAdjacent(low.AsByte(), Vector512.Load(xLow)) + Avx512BW.MultiplyAddAdjacent(high.AsByte(), Vector512.Load(xHigh));
        return Vector512.ConvertToSingle(Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Spread(Vector512<float> perBlock, int unit) =>
        Avx512F.PermuteVar16x32(perBlock, Vector512.Create(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3) + Vector512.Create(4 * unit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Repeat(Vector512<float> perGroup, int first, int shift) =>
        Avx512F.PermuteVar16x32(perGroup, Avx512F.ShiftRightLogicalVariable(Vector512<int>.Indices + Vector512.Create(first), Vector512.Create((uint)shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BlockScales<TNibbles>(byte* block, int count)
        where TNibbles : struct, INibbles
    {
        // The first words of four blocks at a time, put behind those that are there.
        var words = Vector512<ushort>.Zero;
        if (count >= 4)
            words = Avx512BW.PermuteVar32x16(Vector512.Load((ushort*)block), Vector512.Create(0x001B_0012_0009_0000ul, 0, 0, 0, 0, 0, 0, 0).AsUInt16());
        if (count >= 8)
            words = Avx512BW.PermuteVar32x16x2(words, Vector512.Create(0x0003_0002_0001_0000ul, 0x003B_0032_0029_0020, 0, 0, 0, 0, 0, 0).AsUInt16(), Vector512.Load((ushort*)(block + 4 * Q4Nibbles.BlockBytes)));
        if (count >= 12)
            words = Avx512BW.PermuteVar32x16x2(words, Vector512.Create(0x0003_0002_0001_0000ul, 0x0007_0006_0005_0004, 0x003B_0032_0029_0020, 0, 0, 0, 0, 0).AsUInt16(), Vector512.Load((ushort*)(block + 8 * Q4Nibbles.BlockBytes)));
        if (count == 16)
            words = Avx512BW.PermuteVar32x16x2(words, Vector512.Create(0x0003_0002_0001_0000ul, 0x0007_0006_0005_0004, 0x000B_000A_0009_0008, 0x003B_0032_0029_0020, 0, 0, 0, 0).AsUInt16(), Vector512.Load((ushort*)(block + 12 * Q4Nibbles.BlockBytes)));
        var halves = words.GetLower();
        for (var i = count & ~3; i < count; i++)
            halves = halves.WithElement(i, *(ushort*)(block + i * Q4Nibbles.BlockBytes));
        return Lanes512.FromHalves(halves);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Halves(ushort* source, int count) =>
        Lanes512.FromHalves(Avx512BW.VL.MaskLoad(source, Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)count)), default));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Nibbles(byte* source, int count)
    {
        var bytes = Avx512BW.VL.MaskLoad(source, Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)((count + 1) / 2))), default);
        var pairs = Vector128.WidenLower(bytes);
        var nibbles = ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0F0F)).AsByte();
        return Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(nibbles));
    }
}
