using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Floats;

/// <summary>128-bit registers: SSE and NEON.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadF16(ushort* source)
    {
        // As HalfFloat.ToSingle: normals get the float's exponent, subnormals are counted in steps of 2^-24. Infinity and NaN (exponent all ones) get
        // the float's exponent by hand.
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16());
        var magnitude = bits & Vector128.Create(0x7FFFu);
        var normal = (magnitude << 13) + Vector128.Create(HalfFloat.ExponentShift);
        var subnormal = (Vector128.ConvertToSingle(magnitude.AsInt32()) * Vector128.Create(HalfFloat.Step)).AsUInt32();
        var finite = Vector128.ConditionalSelect(Vector128.LessThan(magnitude.AsInt32(), Vector128.Create((int)HalfFloat.SmallestNormal)).AsUInt32(), subnormal, normal);
        var special = Vector128.GreaterThan(magnitude.AsInt32(), Vector128.Create((int)HalfFloat.Largest)).AsUInt32() & Vector128.Create(0x7F800000u);
        var sign = (bits ^ magnitude) << 16;
        return (finite | special | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadRaisedHalf(short* source)
    {
        // The half's exponent and fraction where a float has them: 2^112 too small, less the 2^10 that it was raised by. The sign was widened with it.
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16()) << 13 & Vector128.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector128.Create(RaisedHalf.Unraise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBF16(ushort* source) => (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadI8(sbyte* source) => Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsSByte())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadQuadByte(uint* source, int index) => Vector128.ConvertToSingle(((Vector128.Load(source) >> (8 * index)) & Vector128.Create(0xFFu)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadQuadSignedByte(uint* source, int index) => Vector128.ConvertToSingle(Vector128.Load((int*)source) << (24 - 8 * index) >> 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBits(byte* source, int shift, int mask) =>
        Vector128.ConvertToSingle(((Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte())) >> shift) & Vector128.Create((uint)mask)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadNibbles(byte* source)
    {
        var pairs = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ushort*)source).AsByte());
        var bytes = ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0F0F)).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereBit(uint bits, float value)
    {
        var own = Vector128.Create(1u, 2u, 4u, 8u);
        return Vector128.Equals(Vector128.Create(bits) & own, own).AsSingle() & Vector128.Create(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector128<float> value, ushort* destination)
    {
        var bits = value.AsUInt32();
        var sign = (bits >> 16) & Vector128.Create(0x8000u);
        var magnitude = bits & Vector128.Create(0x7FFFFFFFu);
        // A normal half drops 13 bits of mantissa: half a unit less one, and one more where the last bit kept is odd, carry as ties to even ask; the exponent's bias falls by 112.
        var normal = (magnitude - Vector128.Create((112u << 23) - 0xFFF) + ((magnitude >> 13) & Vector128<uint>.One)) >> 13;
        // A subnormal half is a multiple of 2^-24: added to 0.5, whose last bit is worth that, the hardware rounds.
        var half32 = Vector128.Create(0.5f);
        var subnormal = (magnitude.AsSingle() + half32).AsUInt32() - half32.AsUInt32();
        var half = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(113u << 23)), subnormal, Vector128.Min(normal, Vector128.Create(0x7C00u)));
        half = Vector128.ConditionalSelect(Vector128.GreaterThan(magnitude, Vector128.Create(0x7F800000u)), Vector128.Create(0x7E00u), half) | sign;
        Vector128.Narrow(half, half).GetLower().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* rows, long rowStride, float* columns, long columnStride)
    {
        Vector128<float> a = Vector128.Load(rows), b = Vector128.Load(rows + rowStride), c = Vector128.Load(rows + 2 * rowStride), d = Vector128.Load(rows + 3 * rowStride);
        Vector128<double> low = Interleave(a, b, 0).AsDouble(), high = Interleave(a, b, 2).AsDouble(), nextLow = Interleave(c, d, 0).AsDouble(), nextHigh = Interleave(c, d, 2).AsDouble();
        Vector128.Create(low.GetLower(), nextLow.GetLower()).AsSingle().Store(columns);
        Vector128.Create(low.GetUpper(), nextLow.GetUpper()).AsSingle().Store(columns + columnStride);
        Vector128.Create(high.GetLower(), nextHigh.GetLower()).AsSingle().Store(columns + 2 * columnStride);
        Vector128.Create(high.GetUpper(), nextHigh.GetUpper()).AsSingle().Store(columns + 3 * columnStride);
    }

    /// <summary>left[first], right[first], left[first + 1], right[first + 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Interleave(Vector128<float> left, Vector128<float> right, int first)
    {
        var twice = first == 0 ? Vector128.Create(0, 0, 1, 1) : Vector128.Create(2, 2, 3, 3);
        return Vector128.ConditionalSelect(Vector128.Create(-1, 0, -1, 0).AsSingle(), Vector128.Shuffle(left, twice), Vector128.Shuffle(right, twice));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> left, Vector128<float> right) => Vector128.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Abs(Vector128<float> value) => Vector128.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Round(Vector128<float> value) => Vector128.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) => Vector128.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Clamp(Vector128<float> value, Vector128<float> lowest, Vector128<float> highest) =>
        // Where an operand is NaN x86 gives the second, Arm NaN.
        Vector128.MinNative(highest, Vector128.MaxNative(lowest, value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> TimesPowerOfTwo(Vector128<float> value, Vector128<float> exponent)
    {
        // In two steps: a power beyond a float's exponent has none, and what falls below the normal numbers is rounded once.
        var whole = Vector128.ConvertToInt32(exponent);
        var half = whole >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwo(Vector128<int> exponent) => ((exponent + Vector128.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Vector128<float> value) => Math.Max(Math.Max(value[0], value[1]), Math.Max(value[2], value[3]));
}
