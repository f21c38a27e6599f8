using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels;

/// <summary>AVX2: two blocks per unit.</summary>
internal readonly unsafe struct NibbleLanes256<TProducts> : INibbleLanes<Vector256<float>>
    where TProducts : struct, IByteProducts
{
    public static int UnitBlocks => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Products<TNibbles>(byte* unit, sbyte* low, sbyte* high)
        where TNibbles : struct, INibbles
    {
        unit += TNibbles.NibbleOffset;
        return Products(TNibbles.BlockBytes == 16 ? Vector256.Load(unit) : Vector256.Create(Vector128.Load(unit), Vector128.Load(unit + TNibbles.BlockBytes)), low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ProductsOf<TNibbles>(int blocks, byte* unit, sbyte* low, sbyte* high)
        where TNibbles : struct, INibbles => Products(Vector256.Create(Vector128.Load(unit + TNibbles.NibbleOffset), default), low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Products(Vector256<byte> nibbles, sbyte* low, sbyte* high)
    {
        var mask = Vector256.Create((byte)0xF);
        return Vector256.ConvertToSingle(TProducts.Small(nibbles & mask, Vector256.Load(low), (nibbles.AsUInt16() >> 4).AsByte() & mask, Vector256.Load(high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Spread(Vector256<float> perBlock, int unit) =>
        Avx2.PermuteVar8x32(perBlock, Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1) + Vector256.Create(2 * unit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Repeat(Vector256<float> perGroup, int first, int shift) =>
        Avx2.PermuteVar8x32(perGroup, Avx2.ShiftRightLogicalVariable(Vector256<int>.Indices + Vector256.Create(first), Vector256.Create((uint)shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BlockScales(byte* block, int count)
    {
        const int step = 18;
        return count == 8
            ? Lanes256.FromHalves(Vector128.Create(
                *(ushort*)block,
                *(ushort*)(block + step),
                *(ushort*)(block + 2 * step),
                *(ushort*)(block + 3 * step),
                *(ushort*)(block + 4 * step),
                *(ushort*)(block + 5 * step),
                *(ushort*)(block + 6 * step),
                *(ushort*)(block + 7 * step)))
            : Some(block, step, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Halves(ushort* source, int count) => count == 8 ? Lanes256.LoadF16(source) : Some((byte*)source, sizeof(ushort), count);

    private static Vector256<float> Some(byte* source, int stride, int count)
    {
        var halves = Vector128<ushort>.Zero;
        for (var i = count - 1; i >= 0; i--)
            halves = Sse2.Insert(Sse2.ShiftLeftLogical128BitLane(halves, 2), *(ushort*)(source + i * stride), 0);
        return Lanes256.FromHalves(halves);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Nibbles(byte* source, int count)
    {
        uint bits = 0;
        if (count > 6)
            bits = *(uint*)source;
        else
        {
            for (var i = (count - 1) / 2; i >= 0; i--)
                bits = bits << 8 | source[i];
        }
        return Vector256.ConvertToSingle((Avx2.ShiftRightLogicalVariable(Vector256.Create(bits), Vector256<uint>.Indices * 4) & Vector256.Create(15u)).AsInt32());
    }
}
