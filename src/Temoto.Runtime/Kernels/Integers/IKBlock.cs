using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// A super-block of 256 columns (GGUF's K types): small integers q, and per group of 32 or 16 columns a scale s and a minimum m that make them s * q - m.
/// Layouts: <see cref="BlockDecoder"/>.
/// </summary>
internal unsafe interface IKBlock
{
    static abstract int Bytes { get; }

    /// <summary>32, or 16.</summary>
    static abstract int GroupColumns { get; }

    /// <summary>m = s times this; 0 where minima are stored apart.</summary>
    static abstract int Zero { get; }

    /// <summary>q (0 to 63) of 32 columns.</summary>
    /// <param name="block">0 to 7: a constant, once this is compiled into its caller.</param>
    static abstract Vector256<byte> Load(byte* super, int block);

    /// <summary>Scales of groups 8 * <paramref name="part"/> and the seven behind; exact, since 11 bits times 8 fit a float.</summary>
    static abstract Vector256<float> Scales(byte* super, int part);

    /// <summary>Minima of the same groups, where <see cref="Zero"/> is 0.</summary>
    static abstract Vector256<float> Minima(byte* super);
}

/// <summary>Q4_K.</summary>
internal readonly unsafe struct Q4KBlock : IKBlock
{
    public static int Bytes => 144;

    public static int GroupColumns => 32;

    public static int Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* super, int block) => Nibbles(super + 16, block);

    /// <summary>Blocks 2k and 2k + 1 are the low and the high nibbles of the same 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(byte* q, int block) =>
        (Vector256.Load((ushort*)(q + 32 * (block / 2))) >>> 4 * (block % 2)).AsByte() & Vector256.Create((byte)0xF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* super, int part)
    {
        // Four bytes at a time: the first four scales are six bits; the others are a nibble and the top bits of the first.
        var first = *(uint*)(super + 4);
        var last = *(uint*)(super + 12);
        return Floats(first & 0x3F3F3F3F, last & 0x0F0F0F0F | first >> 2 & 0x30303030) * Vector256.Create(HalfFloat.ToSingle(*(ushort*)super));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Minima(byte* super)
    {
        var first = *(uint*)(super + 8);
        var last = *(uint*)(super + 12);
        return Floats(first & 0x3F3F3F3F, last >> 4 & 0x0F0F0F0F | first >> 2 & 0x30303030) * Vector256.Create(HalfFloat.ToSingle(*(ushort*)(super + 2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Floats(uint low, uint high) =>
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe((ulong)high << 32 | low).AsByte()));
}

/// <summary>Q5_K: Q4_K and 32 bytes, bit b of which are the fifth bits of block b.</summary>
internal readonly unsafe struct Q5KBlock : IKBlock
{
    public static int Bytes => 176;

    public static int GroupColumns => 32;

    public static int Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* super, int block)
    {
        var fifth = Vector256.Load((ushort*)(super + 16));
        fifth = block < 4 ? fifth << 4 - block : fifth >>> block - 4;
        return Q4KBlock.Nibbles(super + 48, block) | (fifth.AsByte() & Vector256.Create((byte)0x10));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* super, int part) => Q4KBlock.Scales(super, part);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Minima(byte* super) => Q4KBlock.Minima(super);
}

/// <summary>Q6_K: 32 means zero.</summary>
internal readonly unsafe struct Q6KBlock : IKBlock
{
    public static int Bytes => 210;

    public static int GroupColumns => 16;

    public static int Zero => 32;

    /// <summary>In each half, 64 bytes hold the nibbles of blocks 0 and 1, then of 2 and 3; bits 2j and 2j + 1 of 32 bytes are the high bits of block j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* super, int block)
    {
        var j = block % 4;
        var low = Vector256.Load((ushort*)(super + 64 * (block / 4) + 32 * (j % 2))) >>> 4 * (j / 2);
        var high = Vector256.Load((ushort*)(super + 128 + 32 * (block / 4)));
        high = j < 2 ? high << 4 - 2 * j : high >>> 2 * j - 4;
        return (low.AsByte() & Vector256.Create((byte)0xF)) | (high.AsByte() & Vector256.Create((byte)0x30));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* super, int part) =>
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32((sbyte*)super + 192 + 8 * part)) * Vector256.Create(HalfFloat.ToSingle(*(ushort*)(super + 208)));

    public static Vector256<float> Minima(byte* super) => default;
}
