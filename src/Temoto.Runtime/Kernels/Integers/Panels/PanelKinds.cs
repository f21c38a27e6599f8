using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>Scales in front of a group, half floats or floats.</summary>
internal unsafe interface IPanelScales
{
    static abstract int Bytes { get; }

    static abstract Vector256<float> Load(byte* header, int half);
}

/// <summary>Float16, raised (<see cref="RaisedHalf"/>).</summary>
internal readonly unsafe struct HalfScales : IPanelScales
{
    /// <summary>2^102: the difference of the exponents' biases, 127 and 15, less the 10 by which they are raised.</summary>
    private const float Lowering = 5.070602400912918e30f;

    public static int Bytes => sizeof(ushort) * PanelLayout.Rows;

    /// <summary>A half's exponent and fraction, read as a float's, are its value times 2^-112. The sign, extended over the upper half, is masked down to its own bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* header, int half)
    {
        var bits = Avx2.ConvertToVector256Int32((short*)header + 8 * half) << 13;
        return (bits & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(Lowering);
    }
}

/// <summary>Float32.</summary>
internal readonly unsafe struct SingleScales : IPanelScales
{
    public static int Bytes => sizeof(float) * PanelLayout.Rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* header, int half) => Vector256.Load((float*)header + 8 * half);
}

/// <summary>Q4_1.</summary>
internal readonly unsafe struct Q41Panel : IPanelKind
{
    public static int Bits => 4;

    public static int HeaderBytes => 2 * HalfScales.Bytes;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => HalfScales.Load(header, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Minimum(byte* header, int half) => HalfScales.Load(header + HalfScales.Bytes, half);
}

/// <summary>Q5_0.</summary>
internal readonly unsafe struct Q5Panel : IPanelKind
{
    public static int Bits => 5;

    public static int HeaderBytes => HalfScales.Bytes;

    public static int Zero => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => HalfScales.Load(header, half);
}

/// <summary>Q8_0, and I8 with half floats.</summary>
internal readonly unsafe struct BytePanel<TScales> : IPanelKind
    where TScales : struct, IPanelScales
{
    public static int Bits => 8;

    public static int HeaderBytes => TScales.Bytes;

    public static bool HasSingles => TScales.Bytes == SingleScales.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => TScales.Load(header, half);
}

/// <summary>Q4_0, and I4 whose zero is 8.</summary>
internal readonly unsafe struct NibblePanel<TScales> : IPanelKind
    where TScales : struct, IPanelScales
{
    public static int Bits => 4;

    public static int HeaderBytes => TScales.Bytes;

    public static bool HasSingles => TScales.Bytes == SingleScales.Bytes;

    public static int Zero => GroupScales.NibbleZero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => TScales.Load(header, half);
}

/// <summary>I4 with zero points.</summary>
internal readonly unsafe struct ZeroedNibblePanel<TScales> : IPanelKind
    where TScales : struct, IPanelScales
{
    public static int Bits => 4;

    public static int HeaderBytes => TScales.Bytes + sizeof(short) * PanelLayout.Rows;

    public static bool HasSingles => TScales.Bytes == SingleScales.Bytes;

    public static bool HasZeros => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => TScales.Load(header, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> GroupZero(byte* header, int half) => Avx2.ConvertToVector256Int32((short*)(header + TScales.Bytes) + 8 * half);
}

/// <summary>Q4_K and Q5_K.</summary>
internal readonly unsafe struct KPanel<TBits> : IPanelKind
    where TBits : struct, IPanelBits
{
    private const int ScaleBytes = 8 * PanelLayout.Rows;

    public static int Bits => TBits.Count;

    public static int HeaderBytes => 2 * HalfScales.Bytes + 2 * ScaleBytes;

    public static bool HasMinima => true;

    public static int MinimumSign => -1;

    public static bool HasBlockScales => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => HalfScales.Load(header, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Minimum(byte* header, int half) => HalfScales.Load(header + HalfScales.Bytes, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BlockScale(byte* header, Vector256<float> group, int index, int half) =>
        group * Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(header + 2 * HalfScales.Bytes + index * PanelLayout.Rows + 8 * half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BlockMinimum(byte* header, Vector256<float> group, int index, int half) => BlockScale(header + ScaleBytes, group, index, half);
}

/// <summary>Bits of an integer, known when a kernel is compiled.</summary>
internal interface IPanelBits
{
    static abstract int Count { get; }
}

internal readonly struct FourBits : IPanelBits
{
    public static int Count => 4;
}

internal readonly struct FiveBits : IPanelBits
{
    public static int Count => 5;
}

/// <summary>Q6_K: groups of 16 columns.</summary>
internal readonly unsafe struct Q6KPanel : IPanelKind
{
    public static int Bits => 6;

    public static int HeaderBytes => HalfScales.Bytes + 16 * PanelLayout.Rows;

    public static int Zero => 32;

    public static bool HasBlockScales => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(byte* header, int half) => HalfScales.Load(header, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BlockScale(byte* header, Vector256<float> group, int index, int half) =>
        group * Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32((sbyte*)header + HalfScales.Bytes + index * PanelLayout.Rows + 8 * half));
}
