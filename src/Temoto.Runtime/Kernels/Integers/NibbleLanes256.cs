using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels.Floats;

namespace Temoto.Kernels.Integers;

/// <summary>AVX2: two blocks per unit.</summary>
internal readonly unsafe struct NibbleLanes256<TProducts> : INibbleLanes<Vector256<float>>
    where TProducts : struct, IByteProducts
{
    public static int UnitBlocks => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Bytes<TNibbles>(byte* unit)
        where TNibbles : struct, INibbles
    {
        unit += TNibbles.NibbleOffset;
        return (TNibbles.BlockBytes == 16 ? Vector256.Load(unit) : Vector256.Create(Vector128.Load(unit), Vector128.Load(unit + TNibbles.BlockBytes))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BytesOf<TNibbles>(int blocks, byte* unit)
        where TNibbles : struct, INibbles => Vector256.Create(Vector128.Load(unit + TNibbles.NibbleOffset), default).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Low(Vector256<float> bytes) => (bytes.AsByte() & Vector256.Create((byte)0xF)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> High(Vector256<float> bytes) => ((bytes.AsUInt16() >> 4).AsByte() & Vector256.Create((byte)0xF)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Products(Vector256<float> low, Vector256<float> high, sbyte* xLow, sbyte* xHigh) =>
        Vector256.ConvertToSingle(TProducts.Small(low.AsByte(), Vector256.Load(xLow), high.AsByte(), Vector256.Load(xHigh)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Spread(Vector256<float> perBlock, int unit) =>
        Avx2.PermuteVar8x32(perBlock, Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1) + Vector256.Create(2 * unit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Repeat(Vector256<float> perGroup, int first, int shift) =>
        Avx2.PermuteVar8x32(perGroup, Avx2.ShiftRightLogicalVariable(Vector256<int>.Indices + Vector256.Create(first), Vector256.Create((uint)shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BlockScales<TNibbles>(byte* block, int count)
        where TNibbles : struct, INibbles
    {
        var step = TNibbles.BlockBytes;
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
