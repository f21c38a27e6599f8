using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Integers;

/// <summary>How 32 weights of four bits lie in 16 bytes, and where their block lies.</summary>
internal unsafe interface INibbles
{
    /// <summary>Bytes from one block to the next.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>From the start of a block to its nibbles; what is in front of them is the block's scale, a half float, and its minimum where it has one.</summary>
    static abstract int NibbleOffset { get; }

    /// <summary>Whether weights are scale * q + minimum, the minimum a half float behind the scale.</summary>
    static abstract bool HoldsMinimum { get; }

    /// <summary>The activations of a block in the order of the nibbles: those that meet the low ones of the 16 bytes, then those that meet the high ones.</summary>
    static abstract Vector256<sbyte> Order(sbyte* block);
}

/// <summary>Q4_0: scale and nibbles together; the low nibbles are the first 16 weights.</summary>
internal readonly unsafe struct Q4Nibbles : INibbles
{
    public static int BlockBytes => 18;

    public static int NibbleOffset => 2;

    public static bool HoldsMinimum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Order(sbyte* block) => Vector256.Load(block);
}

/// <summary>Q4_1: scale, minimum and nibbles together, as in Q4_0.</summary>
internal readonly unsafe struct Q41Nibbles : INibbles
{
    public static int BlockBytes => 20;

    public static int NibbleOffset => 4;

    public static bool HoldsMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Order(sbyte* block) => Vector256.Load(block);
}

/// <summary>I4: nibbles alone; the low ones are the weights of even columns.</summary>
internal readonly unsafe struct I4Nibbles : INibbles
{
    public static int BlockBytes => 16;

    public static int NibbleOffset => 0;

    public static bool HoldsMinimum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Order(sbyte* block)
    {
        var evenFirst = Vector128.Create((byte)0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
        var halves = Avx2.Shuffle(Vector256.Load((byte*)block), Vector256.Create(evenFirst));
        return Avx2.Permute4x64(halves.AsInt64(), 0b11_01_10_00).AsSByte();
    }
}
