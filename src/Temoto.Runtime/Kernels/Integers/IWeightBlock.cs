using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>How 32 weights lie in a row, and what they are as bytes.</summary>
internal unsafe interface IWeightBlock
{
    /// <summary>Bytes from one block to the next.</summary>
    static abstract int Bytes { get; }

    /// <summary>A half float in front of the weights is their scale; otherwise <see cref="RowGroups"/> has it.</summary>
    static abstract bool HoldsScale { get; }

    /// <summary>Whether a half float behind the scale is the minimum: weights are scale * q + minimum.</summary>
    static virtual bool HoldsMinimum => false;

    /// <summary>Whether weights are nibbles (0 to 15), not signed bytes.</summary>
    static virtual bool IsNibbles => false;

    /// <summary>What stands for zero where no zero points are stored: 0 for signed bytes and where there is a minimum, else 8.</summary>
    static abstract int Zero { get; }

    /// <summary>Signed bytes, or nibbles 0 to 15, in the order of the columns.</summary>
    static abstract Vector256<byte> Load(byte* block);
}

/// <summary>Q8_0: a half float, 32 signed bytes.</summary>
internal readonly unsafe struct Q8Block : IWeightBlock
{
    public static int Bytes => 34;

    public static bool HoldsScale => true;

    public static int Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block) => Vector256.Load(block + 2);
}

/// <summary>Q5_0: a half float, 32 fifth bits, 16 bytes of nibbles. Weights are 0 to 31 less 16, so they fit signed bytes.</summary>
internal readonly unsafe struct Q5Block : IWeightBlock
{
    public static int Bytes => 22;

    public static bool HoldsScale => true;

    public static int Zero => 0;

    /// <summary>
    /// Each byte looks at the bit of its own among those brought to it: with the fifth bit a nibble is 16 + n - 16 = n, without it n - 16, which is n with the upper four bits set.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block)
    {
        var nibbles = Q4Block.Nibbles(block + 6);
        var toBytes = Vector256.Create(0UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303).AsByte();
        var own = Vector256.Create(0x8040201008040201).AsByte();
        var bits = Avx2.Shuffle(Vector256.Create(*(uint*)(block + 2)).AsByte(), toBytes) & own;
        return nibbles | Vector256.AndNot(Vector256.Create((byte)0xF0), Vector256.Equals(bits, own));
    }
}

/// <summary>I8: signed bytes.</summary>
internal readonly unsafe struct I8Block : IWeightBlock
{
    public static int Bytes => 32;

    public static bool HoldsScale => false;

    public static int Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block) => Vector256.Load(block);
}

/// <summary>Q4_0: a half float, 16 bytes of nibbles.</summary>
internal readonly unsafe struct Q4Block : IWeightBlock
{
    public static int Bytes => 18;

    public static bool HoldsScale => true;

    public static bool IsNibbles => true;

    public static int Zero => GroupScales.NibbleZero;

    /// <summary>Low nibbles are the first 16 weights, high ones the others: the bytes in both halves, one of them moved down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block) => Nibbles(block + 2);

    /// <summary>32 nibbles, spread as above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(byte* source)
    {
        var bytes = Vector256.Create(Vector128.Load(source));
        return Avx2.ShiftRightLogicalVariable(bytes.AsUInt32(), Vector256.Create(0u, 0, 0, 0, 4, 4, 4, 4)).AsByte() & Vector256.Create((byte)0xF);
    }
}

/// <summary>Q4_1: two half floats, scale and minimum; 16 bytes of nibbles.</summary>
internal readonly unsafe struct Q41Block : IWeightBlock
{
    public static int Bytes => 20;

    public static bool HoldsScale => true;

    public static bool HoldsMinimum => true;

    public static bool IsNibbles => true;

    public static int Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block) => Q4Block.Nibbles(block + 4);
}

/// <summary>I4: 16 bytes of nibbles.</summary>
internal readonly unsafe struct I4Block : IWeightBlock
{
    public static int Bytes => 16;

    public static bool HoldsScale => false;

    public static bool IsNibbles => true;

    public static int Zero => GroupScales.NibbleZero;

    /// <summary>A byte 0xHL widened to 0x00HL, joined with itself moved up by four: the mask leaves the two bytes 0L, 0H.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* block)
    {
        var pairs = Avx2.ConvertToVector256Int16(block);
        return ((pairs | (pairs << 4)) & Vector256.Create((short)0x0F0F)).AsByte();
    }
}
