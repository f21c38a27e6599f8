using System.Runtime.CompilerServices;

namespace Temoto.Tensors;

/// <summary>
/// IEEE half to single, exactly, in a handful of instructions: .NET's own conversion is a function with branches, and the blocks of a row carry one scale for every
/// 32 weights. No operand is a subnormal float, which costs a processor ten times a product and more: scales of weights near 0.02 are subnormal halves
/// more often than not. The arithmetic is that of the vector kernels.
/// </summary>
internal static class HalfFloat
{
    /// <summary>Halves below it are subnormal: a whole number of <see cref="Step"/>s.</summary>
    public const uint SmallestNormal = 0x400;

    /// <summary>2^-24, the distance of subnormal halves.</summary>
    public const float Step = 5.9604644775390625e-8f;

    /// <summary>What a float's exponent is more than a half's, 127 - 15, in the float's place.</summary>
    public const uint ExponentShift = 112u << 23;

    /// <summary>The largest finite half; above it lie infinity and the NaNs.</summary>
    public const uint Largest = 0x7BFF;

    /// <summary>The two bytes at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe float At(byte* source) => ToSingle(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort half)
    {
        var magnitude = half & 0x7FFFu;
        var normal = (magnitude << 13) + ExponentShift;
        var subnormal = BitConverter.SingleToUInt32Bits((int)magnitude * Step);
        var special = magnitude > Largest ? 0x7F800000u : 0;
        return BitConverter.UInt32BitsToSingle((magnitude < SmallestNormal ? subnormal : normal) | special | (half ^ magnitude) << 16);
    }
}
