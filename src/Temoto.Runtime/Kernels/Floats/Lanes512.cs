using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Floats;

/// <summary>512-bit registers: AVX-512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadF16(ushort* source) => FromHalves(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromHalves(Vector256<ushort> halves)
    {
        // As HalfFloat.ToSingle: normals get the float's exponent, subnormals are counted in steps of 2^-24. Infinity and NaN (exponent all ones) get
        // the float's exponent by hand.
        var bits = Vector512.WidenLower(halves.ToVector512Unsafe());
        var magnitude = bits & Vector512.Create(0x7FFFu);
        var normal = (magnitude << 13) + Vector512.Create(HalfFloat.ExponentShift);
        var subnormal = (Vector512.ConvertToSingle(magnitude.AsInt32()) * Vector512.Create(HalfFloat.Step)).AsUInt32();
        var finite = Vector512.ConditionalSelect(Vector512.LessThan(magnitude.AsInt32(), Vector512.Create((int)HalfFloat.SmallestNormal)).AsUInt32(), subnormal, normal);
        var special = Vector512.GreaterThan(magnitude.AsInt32(), Vector512.Create((int)HalfFloat.Largest)).AsUInt32() & Vector512.Create(0x7F800000u);
        var sign = (bits ^ magnitude) << 16;
        return (finite | special | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadRaisedHalf(short* source)
    {
        // The half's exponent and fraction where a float has them: 2^112 too small, less the 2^10 that it was raised by. The sign was widened with it.
        var bits = Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << 13 & Vector512.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector512.Create(RaisedHalf.Unraise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBF16(ushort* source) => (Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadI8(sbyte* source) => Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadQuadByte(uint* source, int index) => Vector512.ConvertToSingle(((Vector512.Load(source) >> (8 * index)) & Vector512.Create(0xFFu)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadQuadSignedByte(uint* source, int index) => Vector512.ConvertToSingle(Vector512.Load((int*)source) << (24 - 8 * index) >> 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBits(byte* source, int shift, int mask) =>
        Vector512.ConvertToSingle(((Vector512.WidenLower(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).ToVector512Unsafe()) >> shift) & Vector512.Create((uint)mask)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadNibbles(byte* source)
    {
        // A byte 0xHL widened to 0x00HL, joined with itself moved up by four: 0x0H?L; the mask leaves the two bytes 0L, 0H.
        var pairs = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte());
        var bytes = ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0F0F)).AsByte();
        return Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(bytes.ToVector256Unsafe()).ToVector512Unsafe()).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereBit(uint bits, float value)
    {
        var own = Vector512.Create(1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u, 512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u);
        return Vector512.Equals(Vector512.Create(bits) & own, own).AsSingle() & Vector512.Create(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector512<float> value, ushort* destination)
    {
        var bits = value.AsUInt32();
        var sign = (bits >> 16) & Vector512.Create(0x8000u);
        var magnitude = bits & Vector512.Create(0x7FFFFFFFu);
        // A normal half drops 13 bits of mantissa: half a unit less one, and one more where the last bit kept is odd, carry as ties to even ask; the exponent's bias falls by 112.
        var normal = (magnitude - Vector512.Create((112u << 23) - 0xFFF) + ((magnitude >> 13) & Vector512<uint>.One)) >> 13;
        // A subnormal half is a multiple of 2^-24: added to 0.5, whose last bit is worth that, the hardware rounds.
        var half32 = Vector512.Create(0.5f);
        var subnormal = (magnitude.AsSingle() + half32).AsUInt32() - half32.AsUInt32();
        var half = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(113u << 23)), subnormal, Vector512.Min(normal, Vector512.Create(0x7C00u)));
        half = Vector512.ConditionalSelect(Vector512.GreaterThan(magnitude, Vector512.Create(0x7F800000u)), Vector512.Create(0x7E00u), half) | sign;
        Vector512.Narrow(half, half).GetLower().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* rows, long rowStride, float* columns, long columnStride) => Lanes256.Transpose(rows, rowStride, columns, columnStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> left, Vector512<float> right) => Vector512.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Abs(Vector512<float> value) => Vector512.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> value) => Vector512.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Clamp(Vector512<float> value, Vector512<float> lowest, Vector512<float> highest) =>
        // Where an operand is NaN x86 gives the second, Arm NaN.
        Vector512.MinNative(highest, Vector512.MaxNative(lowest, value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> TimesPowerOfTwo(Vector512<float> value, Vector512<float> exponent) => Avx512F.Scale(value, exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Lanes256.Sum(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Vector512<float> value) => Lanes256.MaxAcross(Vector256.Max(value.GetLower(), value.GetUpper()));
}
