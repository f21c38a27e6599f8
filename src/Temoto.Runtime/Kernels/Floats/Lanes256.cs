using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Floats;

/// <summary>256-bit registers: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadF16(ushort* source) => FromHalves(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromHalves(Vector128<ushort> halves)
    {
        // As HalfFloat.ToSingle: normals get the float's exponent, subnormals are counted in steps of 2^-24. Infinity and NaN (exponent all ones) get
        // the float's exponent by hand.
        var bits = Vector256.WidenLower(halves.ToVector256Unsafe());
        var magnitude = bits & Vector256.Create(0x7FFFu);
        var normal = (magnitude << 13) + Vector256.Create(HalfFloat.ExponentShift);
        var subnormal = (Vector256.ConvertToSingle(magnitude.AsInt32()) * Vector256.Create(HalfFloat.Step)).AsUInt32();
        var finite = Vector256.ConditionalSelect(Vector256.LessThan(magnitude.AsInt32(), Vector256.Create((int)HalfFloat.SmallestNormal)).AsUInt32(), subnormal, normal);
        var special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)HalfFloat.Largest)).AsUInt32() & Vector256.Create(0x7F800000u);
        var sign = (bits ^ magnitude) << 16;
        return (finite | special | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadRaisedHalf(short* source)
    {
        // The half's exponent and fraction where a float has them: 2^112 too small, less the 2^10 that it was raised by. The sign was widened with it.
        var bits = Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << 13 & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector256.Create(RaisedHalf.Unraise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBF16(ushort* source) => (Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadI8(sbyte* source) => Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsSByte()).ToVector256Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadQuadByte(uint* source, int index) => Vector256.ConvertToSingle(((Vector256.Load(source) >> (8 * index)) & Vector256.Create(0xFFu)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadQuadSignedByte(uint* source, int index) => Vector256.ConvertToSingle(Vector256.Load((int*)source) << (24 - 8 * index) >> 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBits(byte* source, int shift, int mask) =>
        Vector256.ConvertToSingle(((Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte()).ToVector256Unsafe()) >> shift) & Vector256.Create((uint)mask)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadNibbles(byte* source)
    {
        var pairs = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte());
        var bytes = ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0F0F)).AsByte();
        return Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe()).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereBit(uint bits, float value)
    {
        var own = Vector256.Create(1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u);
        return Vector256.Equals(Vector256.Create(bits) & own, own).AsSingle() & Vector256.Create(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector256<float> value, ushort* destination)
    {
        var bits = value.AsUInt32();
        var sign = (bits >> 16) & Vector256.Create(0x8000u);
        var magnitude = bits & Vector256.Create(0x7FFFFFFFu);
        // A normal half drops 13 bits of mantissa: half a unit less one, and one more where the last bit kept is odd, carry as ties to even ask; the exponent's bias falls by 112.
        var normal = (magnitude - Vector256.Create((112u << 23) - 0xFFF) + ((magnitude >> 13) & Vector256<uint>.One)) >> 13;
        // A subnormal half is a multiple of 2^-24: added to 0.5, whose last bit is worth that, the hardware rounds.
        var half32 = Vector256.Create(0.5f);
        var subnormal = (magnitude.AsSingle() + half32).AsUInt32() - half32.AsUInt32();
        var half = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(113u << 23)), subnormal, Vector256.Min(normal, Vector256.Create(0x7C00u)));
        half = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)), Vector256.Create(0x7E00u), half) | sign;
        Vector256.Narrow(half, half).GetLower().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* rows, long rowStride, float* columns, long columnStride)
    {
        Vector128<float> a = Vector128.Load(rows), b = Vector128.Load(rows + rowStride), c = Vector128.Load(rows + 2 * rowStride), d = Vector128.Load(rows + 3 * rowStride);
        Vector128<float> low = Sse.UnpackLow(a, b), high = Sse.UnpackHigh(a, b), nextLow = Sse.UnpackLow(c, d), nextHigh = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(low, nextLow).Store(columns);
        Sse.MoveHighToLow(nextLow, low).Store(columns + columnStride);
        Sse.MoveLowToHigh(high, nextHigh).Store(columns + 2 * columnStride);
        Sse.MoveHighToLow(nextHigh, high).Store(columns + 3 * columnStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> left, Vector256<float> right) => Vector256.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> value) => Vector256.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> value) => Vector256.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Vector256.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Clamp(Vector256<float> value, Vector256<float> lowest, Vector256<float> highest) =>
        // Where an operand is NaN x86 gives the second, Arm NaN.
        Vector256.MinNative(highest, Vector256.MaxNative(lowest, value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> TimesPowerOfTwo(Vector256<float> value, Vector256<float> exponent)
    {
        // In two steps: a power beyond a float's exponent has none, and what falls below the normal numbers is rounded once.
        var whole = Vector256.ConvertToInt32(exponent);
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<int> exponent) => ((exponent + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> value) => Vector128.Sum(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Vector256<float> value) => Lanes128.MaxAcross(Vector128.Max(value.GetLower(), value.GetUpper()));
}
