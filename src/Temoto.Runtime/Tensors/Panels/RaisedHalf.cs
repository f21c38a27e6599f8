using System.Numerics;
using System.Runtime.CompilerServices;

namespace Temoto.Tensors.Panels;

/// <summary>
/// Float16 scales times 2^10, as panels hold them: none is subnormal then (2^-24 becomes 2^-14), so that a shift and a multiplication make floats of them without an operand that is subnormal, which costs a processor many times a
/// normal one. Exact both ways for magnitudes below 64; larger ones, infinities and what is no number become <see cref="TooLarge"/>.
/// </summary>
internal static class RaisedHalf
{
    /// <summary>Infinity: stands for what has no raised form.</summary>
    public const ushort TooLarge = 0x7C00;

    /// <summary>2^(112 - 10): what a raised half's exponent and fraction in a float's place are to be multiplied by.</summary>
    public const float Unraise = 5.0706024e30f;

    /// <summary>Of the exponent.</summary>
    private const int Raise = 10;

    private const int FractionBits = 10;
    private const int Sign = 0x8000;
    private const int SmallestNormal = 1 << FractionBits;

    /// <summary>64 and more, and infinities.</summary>
    private const int FirstTooLarge = TooLarge - (Raise << FractionBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Of(ushort half)
    {
        var magnitude = half & ~Sign;
        if (magnitude >= FirstTooLarge)
            return TooLarge;
        if (magnitude >= SmallestNormal)
            return (ushort)(half + (Raise << FractionBits));
        if (magnitude == 0)
            return half;
        // magnitude * 2^-24, which is 2^top * 1.xxx in those steps.
        var top = BitOperations.Log2((uint)magnitude);
        return (ushort)(half & Sign | top + 1 << FractionBits | (magnitude << FractionBits - top) - SmallestNormal);
    }

    /// <summary>The half that <see cref="Of"/> raised.</summary>
    public static ushort Lowered(ushort raised)
    {
        var magnitude = raised & ~Sign;
        if (magnitude >= Raise + 1 << FractionBits)
            return (ushort)(raised - (Raise << FractionBits));
        if (magnitude == 0)
            return raised;
        var fraction = magnitude % SmallestNormal + SmallestNormal;
        return (ushort)(raised & Sign | fraction >> Raise + 1 - (magnitude >> FractionBits));
    }
}
