using System.Runtime.CompilerServices;

namespace Temoto.Tensors;

/// <summary>
/// IEEE half to single, exactly, in a handful of instructions: .NET's own conversion is a function with branches, and the blocks of a row carry one scale for every
/// 32 weights. The arithmetic is that of the vector kernels.
/// </summary>
internal static class HalfFloat
{
    /// <summary>The half's exponent and mantissa in the float's place are 2^112 times too small.</summary>
    private const float Rescale = 5.192296858534828e33f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort half)
    {
        var magnitude = half & 0x7FFFu;
        var scaled = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude << 13) * Rescale);
        var special = magnitude > 0x7BFF ? 0x7F800000u : 0;
        return BitConverter.UInt32BitsToSingle(scaled | special | (half ^ magnitude) << 16);
    }
}
