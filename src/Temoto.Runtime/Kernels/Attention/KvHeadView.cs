using System.Runtime.Intrinsics;
using Temoto.Kernels.Integers;
using Temoto.Plans;

namespace Temoto.Kernels.Attention;

/// <summary>
/// Keys or values of one layer and one KV head. Floats and halves: values lie position by position, [positions, HeadDim]; keys lie in panels of <see cref="PanelPositions"/>,
/// [positions / 16, HeadDim, 16]: a register then holds one element of sixteen keys, and scores need no sums across lanes.
///
/// Int8, with a scale per position, lies as instructions want it that sum four products of bytes in each lane: keys [positions / 16, HeadDim / 4, 16, 4], raised by
/// <see cref="KeyOffset"/> to be unsigned; values [positions / 4, HeadDim, 4].
/// </summary>
internal readonly unsafe struct KvHeadView(NumberType type, byte* data, float* scales, int headDim)
{
    /// <summary>Positions of a key panel.</summary>
    public const int PanelPositions = KvLayout.PanelPositions;

    /// <summary>Bytes that an instruction sums: elements of an int8 key, positions of int8 values.</summary>
    public const int Quad = KvLayout.Quad;

    /// <summary>What is added to an int8 key.</summary>
    public const int KeyOffset = 128;

    public readonly NumberType Type = type;
    public readonly byte* Data = data;
    public readonly float* Scales = scales;
    public readonly int HeadDim = headDim;

    /// <summary>Where element <paramref name="element"/> of the key at <paramref name="position"/> lies.</summary>
    public long KeyIndex(int position, int element)
    {
        var panel = (long)(position / PanelPositions) * KvLayout.StoredDimOf(Type, HeadDim) * PanelPositions;
        var lane = position % PanelPositions;
        return Type == NumberType.Int8 ? panel + (element / Quad * PanelPositions + lane) * Quad + element % Quad : panel + element * PanelPositions + lane;
    }

    /// <summary>Where element <paramref name="element"/> of the value at <paramref name="position"/> lies.</summary>
    public long ValueIndex(int position, int element) =>
        Type == NumberType.Int8 ? ((long)(position / Quad) * HeadDim + element) * Quad + position % Quad : (long)position * HeadDim + element;

    /// <summary>Element <paramref name="element"/> of the key at <paramref name="position"/>.</summary>
    public float Key(int position, int element)
    {
        var index = KeyIndex(position, element);
        return Type == NumberType.Int8 ? (Data[index] - KeyOffset) * Scales[position] : At(index);
    }

    /// <summary>Element <paramref name="element"/> of the value at <paramref name="position"/>.</summary>
    public float Value(int position, int element)
    {
        var index = ValueIndex(position, element);
        return Type == NumberType.Int8 ? ((sbyte*)Data)[index] * Scales[position] : At(index);
    }

    /// <summary>Writes one key into its place: elements of one position lie a panel's width apart.</summary>
    /// <param name="kernels">Rounds to half floats.</param>
    public void StoreKey(float* source, int position, KernelSet kernels)
    {
        if (Type != NumberType.Int8)
        {
            Store(source, KeyIndex(position, 0), PanelPositions, kernels);
            return;
        }
        var inverse = TakeScale(source, position, kernels);
        var target = Data + KeyIndex(position, 0);
        for (var i = 0; i < HeadDim; i += Quad, target += PanelPositions * Quad)
            *(uint*)target = RoundQuad(source + i, HeadDim - i, inverse) ^ 0x80808080;
    }

    /// <summary>Writes one value into its place.</summary>
    /// <param name="kernels">Rounds to half floats.</param>
    public void StoreValue(float* source, int position, KernelSet kernels)
    {
        if (Type != NumberType.Int8)
        {
            Store(source, ValueIndex(position, 0), 1, kernels);
            return;
        }
        var inverse = TakeScale(source, position, kernels);
        var target = Data + ValueIndex(position, 0);
        for (var i = 0; i < HeadDim; i += Quad)
        {
            var bytes = RoundQuad(source + i, HeadDim - i, inverse);
            for (var k = i; k < Math.Min(HeadDim, i + Quad); k++, target += Quad, bytes >>= 8)
                *target = (byte)bytes;
        }
    }

    /// <summary>Four elements (or the <paramref name="left"/> there are, then zeros) rounded to int8, ties to even, the first in the lowest byte.</summary>
    private static uint RoundQuad(float* source, int left, float inverse)
    {
        var values = left >= Quad ? Vector128.Load(source) : Vector128.Create(source[0], left > 1 ? source[1] : 0, left > 2 ? source[2] : 0, 0);
        var integers = Vector128.ConvertToInt32(Vector128.Round(values * inverse));
        var words = Vector128.Narrow(integers, integers);
        return Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    private float At(long index) => Type == NumberType.Float32 ? ((float*)Data)[index] : (float)((Half*)Data)[index];

    /// <summary>Stores scale = max|x| / 127 of a position and returns 127 / max|x|. Rounds as <see cref="IntegerDot.Quantize"/> does, damage included.</summary>
    private float TakeScale(float* source, int position, KernelSet kernels)
    {
        var scale = new RoundingScale(kernels.MaxMagnitude(source, HeadDim), QuantizedRow.Limit, IntegerDot.Smallest);
        Scales[position] = scale.Step;
        return scale.Inverse;
    }

    private void Store(float* source, long first, int stride, KernelSet kernels)
    {
        if (Type == NumberType.Float32)
        {
            for (var i = 0; i < HeadDim; i++)
                ((float*)Data)[first + (long)i * stride] = source[i];
            return;
        }
        var halves = stackalloc ushort[HeadDim];
        kernels.RoundToHalf(source, halves, HeadDim);
        for (var i = 0; i < HeadDim; i++)
            ((ushort*)Data)[first + (long)i * stride] = halves[i];
    }
}
